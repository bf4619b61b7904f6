"""Who may be written to: what the clients' accounts and the newsletter list of the chosen shop say together.

An account holds the date of its approval for each shop (``0000-00-00 …`` where there is none); the newsletter list
also holds when somebody withdrew, and people who signed up without an account. The latest word counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from app.connectors.idosell.client import Api, Listing
from app.connectors.idosell.reading import numbered
from app.connectors.idosell.shop import Shop
from app.connectors.idosell.values import Row, as_filter, is_yes, language, moment_if_readable, rows_of, words
from app.core.addresses import normalised_email
from app.core.consent import Consent, ConsentState
from app.sdk.reading import Once

_SEARCH = "clients/newsletter/email/search"
_FIELDS = ["client_number", "login", "registered", "language", "email", "shops"]
_FEWER = ["client_number", "login", "email", "shops"]
_WITH_REGISTRATION = timedelta(minutes=1)
"""A refusal within this time of the registration is the box that was left empty there."""
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of the newsletter list: yes or no, and since when."""

    is_approval: bool
    at: datetime | None

    @property
    def order(self) -> tuple[datetime, bool]:
        """The latest counts; of two at the same moment, the refusal."""
        return self.at or _LONG_AGO, not self.is_approval


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody on the list without an account, with the latest word under this address."""

    email: str
    number: str
    login: str
    """Empty for most: who only filled in the newsletter form has none."""
    language: str
    word: Word
    raw: Row


@dataclass(frozen=True, slots=True)
class Changes:
    """``clients`` are numbers of clients with an account, ``alone`` people without one, by normalised address."""

    clients: Sequence[str]
    alone: Mapping[str, Subscriber]


def _key(row: Row) -> str:
    return "|".join(words(row.get(name)) for name in ("client_number", "login", "email"))


class Newsletter:
    """The list of one shop, a page at a time."""

    def __init__(self, api: Api, shop: Once[Shop]) -> None:
        self._api = api
        self._shop = shop

    async def rows(
        self,
        *,
        is_approved: bool,
        is_registered: bool | None,
        since: datetime | None = None,
        until: datetime | None = None,
        fields: Sequence[str] = _FIELDS,
    ) -> list[Row]:
        shop = await self._shop.get()
        asked: dict[str, object] = {"shop_id": int(shop.id), "approval": _letter(is_true=is_approved)}
        if is_registered is not None:
            asked["registered"] = _letter(is_true=is_registered)
        params: dict[str, object] = {"shops": [asked], "return_elements": list(fields)}
        if since is not None:  # the filter also leaves out who never said anything: their date is none
            end = {"to": as_filter(until, shop.zone)} if until is not None else {}
            params["date"] = {"from": as_filter(since, shop.zone), **end}
        found = numbered(self._api, partial(self._page, params), key=_key)
        return [row async for rows, _ in found for row in rows]

    async def _page(self, params: Mapping[str, object], page: int, size: int) -> Listing:
        return await self._api.snake_listed(_SEARCH, params, page, size, "clients")

    async def word_of(self, row: Row) -> Word:
        shop = await self._shop.get()
        for each in rows_of(row.get("shops")):
            if words(each.get("shop_id")) == shop.id:
                return Word(is_yes(each.get("approval")), moment_if_readable(each.get("date_modification"), shop.zone))
        return Word(is_approval=False, at=None)


class Consents:
    """What is known of people, read once while the account is open, and only as far back as it is needed."""

    def __init__(self, api: Api, shop: Once[Shop]) -> None:
        self._newsletter = Newsletter(api, shop)
        self._shop = shop
        self._subscribers: Once[Mapping[str, Subscriber]] = Once(self._read_subscribers)
        self._refusals: dict[str, Word] = {}
        self._known_from: datetime | None = None
        self._changes: tuple[datetime, Changes] | None = None

    async def subscribers(self) -> Mapping[str, Subscriber]:
        """Everybody on the list without an account, by normalised address."""
        return await self._subscribers.get()

    async def of_clients(self, clients: Sequence[Row]) -> Mapping[str, Consent]:
        """By client number."""
        if not clients:
            return {}
        shop = await self._shop.get()
        alone = await self.subscribers()
        unapproved = [row for row in clients if _own(row, shop).state is not ConsentState.YES]
        await self._know_refusals(unapproved, shop)
        return {words(row.get("clientId")): self._of(row, shop, alone) for row in clients}

    async def changes(self, since: datetime) -> Changes:
        """Whose word is from that time or later. The full lists are not needed for it."""
        if self._changes is None or self._changes[0] != since:
            self._changes = since, await self._read_changes(since)
        return self._changes[1]

    async def _read_changes(self, since: datetime) -> Changes:
        clients: dict[str, None] = {}
        alone: dict[str, Subscriber] = {}
        for is_approved in (True, False):
            rows = await self._newsletter.rows(is_approved=is_approved, is_registered=None, since=since)
            with_account = [row for row in rows if is_yes(row.get("registered"))]
            clients |= dict.fromkeys(words(row.get("client_number")) for row in with_account)
            await self._gather(alone, [row for row in rows if not is_yes(row.get("registered"))])
        return Changes([number for number in clients if number.isdecimal() and number.strip("0")], alone)

    def _of(self, row: Row, shop: Shop, alone: Mapping[str, Subscriber]) -> Consent:
        own = _own(row, shop)
        said = [Word(is_approval=True, at=own.changed_at)] if own.state is ConsentState.YES else []
        if refusal := self._refusals.get(words(row.get("clientId"))):
            said += [refusal] if not said else []
        if subscriber := alone.get(normalised_email(words(row.get("clientEmail")))):
            said.append(subscriber.word)
        registered_at = moment_if_readable(row.get("clientRegistrationDate"), shop.zone)
        return _latest(said, registered_at) or own

    async def _know_refusals(self, clients: Iterable[Row], shop: Shop) -> None:
        """Nobody withdraws before they are registered, so the earliest registration says how far back to read."""
        dates = [moment_if_readable(row.get("clientRegistrationDate"), shop.zone) or _LONG_AGO for row in clients]
        if not dates or (self._known_from is not None and min(dates) >= self._known_from):
            return
        since = min(dates)
        rows = await self._newsletter.rows(
            is_approved=False, is_registered=True, since=since, until=self._known_from, fields=_FEWER
        )
        found = {words(row.get("client_number")): await self._newsletter.word_of(row) for row in rows}
        self._refusals = {**found, **self._refusals}
        self._known_from = since

    async def _read_subscribers(self) -> Mapping[str, Subscriber]:
        found: dict[str, Subscriber] = {}
        for is_approved in (True, False):
            await self._gather(found, await self._newsletter.rows(is_approved=is_approved, is_registered=False))
        return found

    async def _gather(self, found: dict[str, Subscriber], rows: Sequence[Row]) -> None:
        """The latest word under each address."""
        for row in rows:
            email = normalised_email(words(row.get("email")))
            word = await self._newsletter.word_of(row)
            other = found.get(email)
            if email and (other is None or word.order > other.word.order):
                number, login = words(row.get("client_number")), words(row.get("login"))
                found[email] = Subscriber(email, number, login, language(row.get("language")), word, row)


def consent_of(subscriber: Subscriber) -> Consent:
    return _latest([subscriber.word], None) or Consent(ConsentState.NO)


def approves(client: Row, shop: Shop) -> bool:
    """Whether the account itself approves of the newsletter of this shop."""
    return _own(client, shop).is_given


def _own(client: Row, shop: Shop) -> Consent:
    """What the account says of the chosen shop: ABSENT where it says nothing at all."""
    for each in rows_of(client.get("newsletterEmailApprovalsData")):
        if words(each.get("shopId")) != shop.id:
            continue
        at = moment_if_readable(each.get("newsletterEmailApprovalDate"), shop.zone)
        is_given = at is not None or is_yes(each.get("inNewsletterEmailApproval"))
        return Consent(ConsentState.YES, at) if is_given else Consent(ConsentState.NO)
    return Consent()


def _latest(said: Sequence[Word], registered_at: datetime | None) -> Consent | None:
    if not said:
        return None
    last = max(said, key=lambda each: each.order)
    if last.is_approval:
        return Consent(ConsentState.YES, last.at)
    # A box left empty at the registration is no withdrawal, and neither is a refusal that nobody dated.
    is_box = last.at is None or (registered_at is not None and abs(last.at - registered_at) <= _WITH_REGISTRATION)
    return Consent(ConsentState.NO) if is_box else Consent(ConsentState.WITHDRAWN, last.at)


def _letter(*, is_true: bool) -> str:
    return "y" if is_true else "n"
