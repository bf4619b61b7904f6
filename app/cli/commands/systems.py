"""``koppler systems``: what each connector says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from app.cli.exits import Exit
from app.cli.output import cell, new_table
from app.cli.session import Session
from app.core.texts import _
from app.sdk.manifest import Manifest
from app.sdk.options import CommonOptions
from app.sdk.registry import Registry
from app.sdk.settings import FieldSpec, InputKind, Settings, field_specs


async def show_systems(session: Session) -> Exit:
    output = session.output
    registry = Registry.discover()
    for manifest in registry:
        output.event("system", _described(manifest))
    output.event("common_options", {"options": _fields(CommonOptions)})
    table = new_table(_("Name"), _("System"), _("Role"), _("Flows"), _("Settings"))
    for manifest in registry:
        settings = ", ".join(spec.name for spec in field_specs(manifest.settings))
        table.add_row(
            cell(manifest.system),
            cell(manifest.name),
            " + ".join(_roles(manifest)),
            cell(_flows(manifest)),
            cell(settings),
        )
    output.table(table)
    for manifest in registry:
        for limit in manifest.limits:
            output.say(f"{manifest.name}: {limit}")
    return Exit.DONE


def _roles(manifest: Manifest) -> list[str]:
    return [name for name, holds in (("source", manifest.is_source), ("target", manifest.is_target)) if holds]


def _flows(manifest: Manifest) -> str:
    kinds = dict.fromkeys([each.kind for each in manifest.reads] + [each.kind for each in manifest.writes])
    return ", ".join(kinds)


def _described(manifest: Manifest) -> dict[str, Any]:
    numbers = manifest.product_numbers
    return {
        "system": manifest.system,
        "name": manifest.name,
        "category": manifest.category.value,
        "summary": manifest.summary,
        "roles": _roles(manifest),
        "reads": [
            {"flow": each.kind.value, "has_changes": each.has_changes, "sweeps": each.sweeps, "note": each.note}
            for each in manifest.reads
        ],
        "writes": [{"flow": each.kind.value, "looks_up": each.looks_up, "note": each.note} for each in manifest.writes],
        "settings": _fields(manifest.settings),
        "source_options": _fields(manifest.source_options),
        "target_options": _fields(manifest.target_options),
        "product_numbers": None
        if numbers is None
        else {"label": numbers.label, "is_required": numbers.is_required, "rule": numbers.pattern_words},
        "receives_pushes": manifest.receives is not None,
        "has_handouts": manifest.handouts is not None,
        "offers_feed": manifest.offers_feed,
        "permissions": list(manifest.permissions),
        "limits": list(manifest.limits),
        "requests_per_second": manifest.pace.per_second,
    }


def _fields(model: type[Settings]) -> Sequence[dict[str, Any]]:
    return [_field(spec) for spec in field_specs(model)]


def _field(spec: FieldSpec) -> dict[str, Any]:
    found = {
        "name": spec.name,
        "label": spec.label,
        "input": spec.input.value,
        "is_secret": spec.input is InputKind.SECRET,
        "is_required": spec.is_required,
        "default": _default(spec.default),
        "help": spec.setting.help,
        "where": spec.setting.where,
        "choices": dict(spec.choices),
        "table_keys": dict(spec.setting.table_keys),
        "table_values": dict(spec.setting.table_values),
        "minimum": spec.minimum,
        "maximum": spec.maximum,
        "min_length": spec.min_length,
        "max_length": spec.max_length,
    }
    return {name: value for name, value in found.items() if value not in (None, "", {}) or name == "default"}


def _default(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): _default(each) for name, each in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return sorted(str(_default(each)) for each in value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
