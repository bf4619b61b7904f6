"""The field mapping: fields of the source's contacts to the target's own fields."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.errors import AppError, ConfigError
from app.core.events import now
from app.core.fields import CUSTOM_PREFIX, FieldRule, SourceField, contact_fields
from app.core.records import Contact, Kind
from app.core.texts import text
from app.sdk.source import ReadRequest
from app.sdk.target import MapsFields, RemoteField
from app.services.integrations import Integrations
from app.services.routes import Integrating, OpenIntegration

_SAMPLE = 25


class FieldMapping:
    def __init__(self, integrations: Integrations, integrating: Integrating) -> None:
        self._integrations = integrations
        self._integrating = integrating

    async def source_fields(self, key: str) -> tuple[SourceField, ...]:
        """Those every contact has, and the shop's own ones as far as the first contacts and the rules name them."""
        integration = await self._integrations.stored(key)
        custom = dict.fromkeys(
            rule.source.removeprefix(CUSTOM_PREFIX)
            for rule in integration.fields
            if rule.source.startswith(CUSTOM_PREFIX)
        )
        try:
            async with self._integrating.opened(integration, read_only=True) as opened:
                custom |= dict.fromkeys(await _custom_names(opened))
        except AppError:
            # The list is an offer: a shop that cannot be reached must not keep the person from mapping what is known.
            return contact_fields(tuple(custom))
        return contact_fields(tuple(custom))

    async def remote_fields(self, key: str) -> Sequence[RemoteField]:
        """Raises ConfigError where the target has no fields of its own, and whatever asking it raises."""
        integration = await self._integrations.stored(key)
        async with self._integrating.opened(integration, read_only=True) as opened:
            return await _mapping_target(opened).remote_fields()

    async def create_field(self, key: str, label: str) -> RemoteField:
        """Creates it in the target. Raises ConfigError for an empty label."""
        if not label.strip():
            raise ConfigError(text("The new field needs a name."), field="label")
        integration = await self._integrations.stored(key)
        async with self._integrating.opened(integration) as opened:
            return await _mapping_target(opened).create_field(label.strip())

    async def rules(self, key: str) -> tuple[FieldRule, ...]:
        return (await self._integrations.stored(key)).fields

    async def save(self, key: str, rules: Sequence[FieldRule]) -> None:
        """Raises ConfigError for a target field that two rules fill."""
        targets = [rule.target for rule in rules]
        doubled = next((target for target in targets if targets.count(target) > 1), None)
        if doubled is not None:
            raise ConfigError(
                text('Two rows fill the field "{field}".', field=doubled),
                remedy=text("Keep one of them."),
                field="fields",
            )
        await self._integrations.update(key, fields=tuple(rules))


def _mapping_target(opened: OpenIntegration) -> MapsFields:
    target = opened.open_target()
    if not isinstance(target, MapsFields):
        raise ConfigError(
            text("{system} has no fields of its own to fill.", system=opened.target.manifest.name),
            remedy=text("Leave the field mapping empty."),
        )
    return target


async def _custom_names(opened: OpenIntegration) -> list[str]:
    if opened.source.manifest.reads_kind(Kind.CONTACTS) is None:
        return []
    request = ReadRequest(kind=Kind.CONTACTS, until=now(), limit=_SAMPLE)
    async for page in opened.open_source().read(request):
        return [name for record in page.records if isinstance(record, Contact) for name in record.custom]
    return []
