"""Looking members up: who is known, and how they stand in the audience."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from app.connectors.mailchimp.wire import PAGE_SIZE, Row, Wire, few_at_once, rows_of, subscriber_hash, words
from app.core.addresses import normalised_email
from app.core.consent import Standing
from app.sdk.plan import Known

STANDINGS: Mapping[str, Standing] = {
    "subscribed": Standing.SUBSCRIBED,
    "unsubscribed": Standing.UNSUBSCRIBED,
    "cleaned": Standing.BOUNCED,
    "pending": Standing.PENDING,
    "transactional": Standing.NONE,
    "archived": Standing.DELETED,
}
"""A transactional member is a known customer without a newsletter; an archived one was taken out of the audience by
somebody (https://mailchimp.com/developer/marketing/api/list-members/)."""
_FIELDS = ("id", "email_address", "status", "merge_fields", "language", "tags")
_NOBODY = Known(standing=Standing.NONE)


class People:
    """Finds members by e-mail address. Each costs a request, the whole audience one for a thousand people: as soon as
    single questions would cost as much as reading everybody, everybody is read. Whoever is asked for a second time
    (after a lost answer, say) is always asked afresh."""

    def __init__(self, wire: Wire, list_id: str) -> None:
        self._wire = wire
        self._path = f"lists/{list_id}/members"
        self._list_id = list_id
        self._everybody: dict[str, Known] | None = None
        self._pages: int | None = None
        self._spent = 0
        self._asked: set[str] = set()

    async def find(self, emails: Iterable[str]) -> Mapping[str, Known]:
        wanted = list(dict.fromkeys(emails))
        new = [each for each in wanted if each not in self._asked]
        again = [each for each in wanted if each in self._asked]
        self._asked.update(wanted)
        if self._everybody is None and await self._is_dearer(len(new)):
            self._everybody = await self._read_everybody()
        if self._everybody is not None:
            known = {each: self._everybody.get(subscriber_hash(each), _NOBODY) for each in new}
        else:
            known = await self._ask(new)
        return {**known, **await self._anew(again)}

    async def ask(self, emails: Sequence[str]) -> Mapping[str, Known]:
        """As they are at this moment."""
        return await self._ask(emails)

    async def _is_dearer(self, count: int) -> bool:
        if not count:
            return False
        if self._pages is None:
            self._pages = math.ceil(await self._wire.total(self._path) / PAGE_SIZE) + 1
        return self._spent + count > self._pages

    async def _ask(self, emails: Sequence[str]) -> dict[str, Known]:
        self._spent += len(emails)
        return await few_at_once(emails, self._one)

    async def _one(self, email: str) -> Known:
        query = {"fields": ",".join(_FIELDS)}
        row = await self._wire.get_or_none(f"{self._path}/{subscriber_hash(email)}", query)
        return _known(row) if row is not None and _address(row) == email else _NOBODY  # never somebody else's row

    async def _anew(self, emails: Sequence[str]) -> Mapping[str, Known]:
        """Many at once, after a lost answer to the bulk call say, are cheaper to read with everybody else."""
        if self._pages is None or len(emails) <= self._pages:
            return await few_at_once(emails, self._thoroughly)
        self._everybody = await self._read_everybody()
        return {each: self._everybody.get(subscriber_hash(each), _NOBODY) for each in emails}

    async def _thoroughly(self, email: str) -> Known:
        """Somebody whose address was changed in Mailchimp may still stand under the hash of the old one: then a write
        says that the member exists, and only the search finds them."""
        known = await self._one(email)
        if known.exists:
            return known
        query = {"query": email, "list_id": self._list_id}
        page = await self._wire.get("search-members", query)
        matches = page.get("exact_matches")
        rows = rows_of(matches, "members") if isinstance(matches, Mapping) else []
        found = [_known(row) for row in rows if _address(row) == email]
        if len(found) > 1:
            return Known(exists=True, matches=len(found))
        return found[0] if found else _NOBODY

    async def _read_everybody(self) -> dict[str, Known]:
        """By the hash of their address. Archived people are listed only when they are asked for."""
        everybody: dict[str, Known] = {}
        for query in ({"status": "archived"}, {}):
            async for row in self._wire.rows(self._path, "members", _FIELDS, query):
                everybody[subscriber_hash(_address(row))] = _known(row)
        return everybody


def _address(row: Row) -> str:
    return normalised_email(words(row.get("email_address")))


def tags_of(row: Row) -> tuple[str, ...]:
    tags = row.get("tags")
    return tuple(words(each.get("name")) for each in tags) if isinstance(tags, list) else ()


def _known(row: Row) -> Known:
    return Known(
        exists=True,
        target_id=words(row.get("id")),
        standing=STANDINGS.get(words(row.get("status")), Standing.UNKNOWN),
        facts={
            "status": words(row.get("status")),
            "merge_fields": row.get("merge_fields") or {},
            "language": words(row.get("language")),
            "tags": list(tags_of(row)),
        },
    )
