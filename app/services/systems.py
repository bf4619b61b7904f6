"""Which systems there are, and what can run between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.errors import ConfigError
from app.core.records import Kind
from app.core.texts import Text, text
from app.sdk.manifest import Manifest, flows_between
from app.sdk.options import CommonOptions
from app.sdk.registry import Registry
from app.sdk.settings import NoSettings, Settings, SettingsError, parse


@dataclass(frozen=True, slots=True)
class OptionGroup:
    title: Text
    model: type[Settings]


@dataclass(frozen=True, slots=True)
class ParsedOptions:
    common: CommonOptions
    source: Settings
    target: Settings


class Systems:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def all(self) -> tuple[Manifest, ...]:
        return tuple(self._registry)

    def of(self, system: str) -> Manifest:
        """Raises ConfigError for an unknown system."""
        return self._registry.of(system)

    def flows_between(self, source_system: str, target_system: str) -> tuple[Kind, ...]:
        return flows_between(self.of(source_system), self.of(target_system))

    def targets_for(self, source_system: str) -> tuple[Manifest, ...]:
        source = self.of(source_system)
        return tuple(each for each in self.all() if each.is_target and flows_between(source, each))

    def sources_for(self, target_system: str) -> tuple[Manifest, ...]:
        target = self.of(target_system)
        return tuple(each for each in self.all() if each.is_source and flows_between(each, target))

    def options_model(self, source_system: str, target_system: str) -> list[OptionGroup]:
        """The groups of options of an integration; a role without options has no group."""
        source, target = self.of(source_system), self.of(target_system)
        groups = [
            OptionGroup(text("What to send"), CommonOptions),
            OptionGroup(text("Reading from {system}", system=source.name), source.source_options),
            OptionGroup(text("Writing to {system}", system=target.name), target.target_options),
        ]
        return [group for group in groups if group.model is not NoSettings]

    def parse_options(self, source_system: str, target_system: str, values: Mapping[str, object]) -> ParsedOptions:
        """Raises SettingsError that names every unknown or invalid option."""
        source, target = self.of(source_system), self.of(target_system)
        models = (CommonOptions, source.source_options, target.target_options)
        known = {name for model in models for name in model.model_fields}
        problems: dict[str, Text] = {
            name: text(
                'There is no option "{name}". Known options: {known}.', name=name, known=", ".join(sorted(known))
            )
            for name in values
            if name not in known
        }
        parsed: list[Settings] = []
        for model in models:
            own = {name: value for name, value in values.items() if name in model.model_fields}
            try:
                parsed.append(parse(model, own))
            except SettingsError as error:
                problems.update(error.problems)
        if problems:
            raise SettingsError(problems)
        common, source_options, target_options = parsed
        if not isinstance(common, CommonOptions):
            raise TypeError("the first group is the common one")
        return ParsedOptions(common, source_options, target_options)


def checked_flows(source: Manifest, target: Manifest, flows: tuple[Kind, ...]) -> tuple[Kind, ...]:
    """In the order of a run, each once. Raises ConfigError for none, or one that cannot run between the two."""
    possible = flows_between(source, target)
    if not possible:
        raise ConfigError(
            text("Nothing can run from {source} to {target}.", source=source.name, target=target.name),
            remedy=text("Choose another target."),
            field="target",
        )
    wrong = [kind.value for kind in flows if kind not in possible]
    if wrong or not flows:
        known = ", ".join(kind.value for kind in possible)
        raise ConfigError(
            text(
                '"{flow}" cannot run from {source} to {target}.', flow=wrong[0], source=source.name, target=target.name
            )
            if wrong
            else text("Choose at least one kind of record to send."),
            remedy=text("Possible: {flows}.", flows=known),
            field="flows",
        )
    return tuple(kind for kind in possible if kind in flows)
