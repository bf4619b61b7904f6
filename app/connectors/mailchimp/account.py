"""The audience that is worked with, and the stores that belong to it.

A store belongs to one audience for ever, and stores of other integrations are read only
(https://mailchimp.com/developer/marketing/docs/e-commerce/).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.connectors.mailchimp.settings import MailchimpSettings, SourceOptions, TargetOptions
from app.connectors.mailchimp.wire import Row, Wire, at, words
from app.core.errors import ConfigError
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.plan import Json, Step
from app.sdk.target import Mappings, Suggestion, Timing

PLATFORM = "Koppler"
_OURS = uuid.UUID("7c1f6f0e-54b7-4f0d-9a53-2e6f1f7a0b11")
_AUDIENCE_FIELDS = ("id", "name", "double_optin", "stats.member_count")
_STORE_FIELDS = ("id", "list_id", "name", "platform", "is_syncing", "currency_code")


@dataclass(frozen=True, slots=True)
class Store:
    id: str
    list_id: str
    name: str
    platform: str
    is_syncing: bool
    currency: str

    @property
    def is_ours(self) -> bool:
        return self.platform == PLATFORM


class Audience:
    """``id`` is known once it was found."""

    def __init__(self, wire: Wire, access: Access[MailchimpSettings]) -> None:
        self._wire = wire
        self._wanted = access.settings.audience
        self._found = ""

    async def find(self) -> str:
        """Raises ConfigError where it does not exist, or where there are several and none was chosen."""
        if not self._found:
            self._found = self._wanted or await self._only_one()
        return self._found

    async def show(self) -> Row:
        """Raises ConfigError where it does not exist."""
        list_id = await self.find()
        query = {"fields": "id,name,double_optin,stats.member_count"}
        row = await self._wire.get_or_none(f"lists/{list_id}", query)
        if row is None:
            raise ConfigError(
                text('This account has no audience "{audience}".', audience=list_id),
                remedy=text("Choose one of the audiences that the account has."),
                field="audience",
            )
        return row

    async def suggestions(self) -> Sequence[Suggestion]:
        return [Suggestion(words(row.get("id")), words(row.get("name"))) for row in await self._all()]

    async def _all(self) -> Sequence[Row]:
        return [row async for row in self._wire.rows("lists", "lists", _AUDIENCE_FIELDS)]

    async def _only_one(self) -> str:
        rows = await self._all()
        if len(rows) == 1:
            return words(rows[0].get("id"))
        named = ", ".join(f"{words(row.get('name'))} ({words(row.get('id'))})" for row in rows[:10])
        raise ConfigError(
            text("The account has several audiences: {audiences}.", audiences=named)
            if rows
            else text("The account has no audience."),
            remedy=text("Choose the audience to work with.") if rows else text("Create one in Mailchimp first."),
            field="audience",
        )


class Stores:
    def __init__(self, wire: Wire, audience: Audience) -> None:
        self._wire = wire
        self._audience = audience

    async def show(self, store_id: str) -> Store | None:
        row = await self._wire.get_or_none(f"ecommerce/stores/{store_id}", {"fields": ",".join(_STORE_FIELDS)})
        return None if row is None else _store(row)

    async def of_audience(self) -> Sequence[Store]:
        list_id = await self._audience.find()
        rows = [row async for row in self._wire.rows("ecommerce/stores", "stores", _STORE_FIELDS)]
        return [store for store in map(_store, rows) if store.list_id == list_id]

    async def suggestions(self, *, only_ours: bool) -> Sequence[Suggestion]:
        stores = [each for each in await self.of_audience() if each.is_ours or not only_ours]
        return [Suggestion(each.id, f"{each.name} ({each.platform or '?'})") for each in stores]

    async def to_read(self, options: SourceOptions) -> Store:
        """Raises ConfigError where there is none, or where there are several and none was chosen."""
        stores = await self.of_audience()
        if options.read_from_store:
            stores = [each for each in stores if each.id == options.read_from_store]
        elif any(not each.is_ours for each in stores):
            stores = [each for each in stores if not each.is_ours]  # what others wrote is what there is to learn
        if len(stores) == 1:
            return stores[0]
        named = ", ".join(f"{each.name} ({each.id})" for each in stores[:10])
        raise ConfigError(
            text("The audience has several stores: {stores}.", stores=named)
            if stores
            else text("The audience has no such store."),
            remedy=text('Choose one under "Store to read from".'),
            field="read_from_store",
        )

    async def to_write(self, options: TargetOptions, mappings: Mappings) -> Store | None:
        """None as long as the shop's own store does not exist. Raises ConfigError for the store of somebody else."""
        list_id = await self._audience.find()
        store = await self.show(options.write_to_store or own_store_id(mappings, list_id))
        if store is None and options.write_to_store:
            raise ConfigError(
                text('The account has no store "{store}".', store=options.write_to_store),
                remedy=text('Choose another one under "Store to write to", or leave it empty.'),
                field="write_to_store",
            )
        if store is not None and (not store.is_ours or store.list_id != list_id):
            raise ConfigError(
                text(
                    'The store "{store}" belongs to another integration or another audience, and is never written to.',
                    store=store.name or store.id,
                ),
                remedy=text('Leave "Store to write to" empty to get a store of its own.'),
                field="write_to_store",
            )
        return store


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreState:
    """What must be done to a store so that a run may begin. While ``is_syncing`` is true its automations are paused
    (https://mailchimp.com/developer/marketing/docs/e-commerce/); an import that was cut off leaves them so, and the
    next run finds it."""

    id: str
    store: Store | None
    timing: Timing
    list_id: str
    name: str
    currency: str

    def setup(self) -> Sequence[Step]:
        pauses = self.timing is Timing.HISTORICAL
        if self.store is None:
            # Automations of a store work only after it was set to false once, so it begins with true.
            return [self._creation(), *([] if pauses else [resuming(self.id)])]
        changes: dict[str, Json] = {}
        if self.store.is_syncing is not pauses:
            changes["is_syncing"] = pauses
        if self.store.currency != self.currency:
            changes["currency_code"] = self.currency
        return [_patch(self.id, changes)] if changes else []

    def _creation(self) -> Step:
        body = {
            "id": self.id,
            "list_id": self.list_id,
            "name": self.name,
            "platform": PLATFORM,
            "currency_code": self.currency,
            "is_syncing": True,
        }
        return Step(
            name="store",
            method="POST",
            path=at("ecommerce/stores"),
            keys=(),
            body=body,
            purpose=text("Make a store for this shop"),
        )


def resuming(store_id: str) -> Step:
    return _patch(store_id, {"is_syncing": False})


def pausing(store_id: str, key: str) -> Step:
    return _patch(store_id, {"is_syncing": True}, (key,))


def _patch(store_id: str, changes: Json, keys: tuple[str, ...] = ()) -> Step:
    purpose = text("Pause the automations of the store") if changes.get("is_syncing") else text("Set up the store")
    return Step(
        name="store state",
        method="PATCH",
        path=at(f"ecommerce/stores/{store_id}"),
        keys=keys,
        body=changes,
        is_repeatable=True,
        purpose=purpose,
    )


def own_store_id(mappings: Mappings, list_id: str) -> str:
    """Always the same for one shop and one audience, so that no run needs to remember it."""
    shop = f"{mappings.source_system}:{mappings.source_id or mappings.source_name}:{list_id}"
    return f"ci_{uuid.uuid5(_OURS, shop)}"


def _store(row: Row) -> Store:
    return Store(
        id=words(row.get("id")),
        list_id=words(row.get("list_id")),
        name=words(row.get("name")),
        platform=words(row.get("platform")),
        is_syncing=row.get("is_syncing") is True,
        currency=words(row.get("currency_code")),
    )
