"""The calls of SALESmanago's interface v2: everything is a POST, and every body carries what signs it.

https://docs.salesmanago.com/#general-information: ``sha`` is the SHA-1 of API key, client id and API secret. The API
key is any random text, so each request gets one of its own.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence

from app.connectors.salesmanago.answers import Row, classify, envelope, rows_of
from app.connectors.salesmanago.settings import SalesmanagoSettings
from app.core.addresses import normalised_email
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.http import HttpOptions, SignBody
from app.sdk.pacing import Pace
from app.sdk.plan import Json
from app.sdk.reading import batches

PACE = Pace(per_second=5, parallel=1)
"""No limit is published. One call at a time keeps far below what the vendor's own plug-ins send."""
PEOPLE_PER_CALL = 50
"""Documented for contact/list (https://docs.salesmanago.com/#export-based-on-email-address-for-the-owner)."""

UPSERT_MANY = "api/contact/batchupsert"
UPSERT_MANY_QUIETLY = "api/contact/batchupsertv2"
OPT_OUT = "api/contact/optout"
ADD_EVENT = "api/contact/addContactExtEvent"
ADD_EVENTS = "api/contact/batchAddContactExtEvent"
UPDATE_EVENT = "api/contact/updateContactExtEvent"
DELETE_EVENT = "api/contact/deleteContactExtEvent"
USERS = "api/user/listByClient"
HAS_CONTACT = "api/contact/hasContact"
BASIC = "api/contact/basic"
BASIC_BY_ID = "api/contact/basicById"
LIST = "api/contact/list"
MODIFIED = "api/contact/paginatedModifiedContacts"
READING_PATHS = tuple(f"/{path}" for path in (USERS, HAS_CONTACT, BASIC, BASIC_BY_ID, LIST, MODIFIED))


def signature(api_key: str, client_id: str, api_secret: str) -> str:
    words = f"{api_key}{client_id}{api_secret}".encode()
    return hashlib.sha1(words, usedforsecurity=False).hexdigest()  # the vendor's choice


def _signing(settings: SalesmanagoSettings) -> SignBody:
    def sign(_path: str, body: Json) -> Json:
        api_key = secrets.token_hex(16)
        return {
            **(body or {}),
            "clientId": settings.client_id,
            "apiKey": api_key,
            "requestTime": int(time.time() * 1000),
            "sha": signature(api_key, settings.client_id, settings.api_secret.get_secret_value()),
        }

    return sign


def http_options(settings: SalesmanagoSettings) -> HttpOptions:
    return HttpOptions(
        content_type="application/json;charset=UTF-8",
        sign_body=_signing(settings),
        classify=classify,
        read_timeout_s=60,
    )


class Wire:
    """Reading calls. Methods raise AppError."""

    def __init__(self, access: Access[SalesmanagoSettings]) -> None:
        self.http = access.http
        self.owner = access.settings.owner

    async def ask(self, path: str, body: Mapping[str, Json]) -> Row:
        asked = {"owner": self.owner, **body}
        return envelope(await self.http.request("POST", path, body=asked, is_read=True, is_repeatable=True))

    async def do(self, path: str, body: Mapping[str, Json]) -> Row:
        """A write that may be sent twice."""
        asked = {"owner": self.owner, **body}
        return envelope(await self.http.request("POST", path, body=asked, is_repeatable=True))

    async def basic(self, emails: Iterable[str]) -> dict[str, list[Row]]:
        """State of the contacts with these addresses, by normalised address; unknown ones are absent."""
        return await self._by_email(BASIC, emails)

    async def whole(self, emails: Iterable[str]) -> dict[str, list[Row]]:
        """The same with tags and events."""
        return await self._by_email(LIST, emails)

    async def by_ids(self, ids: Sequence[str]) -> list[Row]:
        found: list[Row] = []
        for part in batches(ids, PEOPLE_PER_CALL):
            found += await self._of_ids(part)
        return found

    async def _by_email(self, path: str, emails: Iterable[str]) -> dict[str, list[Row]]:
        wanted = list(dict.fromkeys(emails))
        found: dict[str, list[Row]] = {}
        for part in batches(wanted, PEOPLE_PER_CALL):
            for row in await self._people(path, part):
                found.setdefault(normalised_email(str(row.get("email") or "")), []).append(row)
        return found

    async def _people(self, path: str, emails: Sequence[str]) -> list[Row]:
        """How an unknown address among known ones is answered is not documented: where it is refused, the addresses
        are asked for in halves, and the last one by the call that is made for this question."""
        try:
            return rows_of(await self.ask(path, {"email": list(emails)}), "contacts")
        except RejectedError:
            if len(emails) == 1:
                if (await self.ask(HAS_CONTACT, {"email": emails[0]})).get("result"):
                    raise
                return []
        middle = len(emails) // 2
        return [*await self._people(path, emails[:middle]), *await self._people(path, emails[middle:])]

    async def _of_ids(self, ids: Sequence[str]) -> list[Row]:
        try:
            return rows_of(await self.ask(BASIC_BY_ID, {"id": list(ids)}), "contacts")
        except RejectedError:
            if len(ids) == 1:
                return []
        middle = len(ids) // 2
        return [*await self._of_ids(ids[:middle]), *await self._of_ids(ids[middle:])]
