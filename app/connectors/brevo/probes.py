"""The connection test: sign-in, what the plan permits, a sample. Whether writing is allowed cannot be proven
harmlessly: every write of this interface changes something."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from app.connectors.brevo.answers import ShopInactiveError
from app.connectors.brevo.attributes import read_attributes
from app.connectors.brevo.settings import BrevoSettings
from app.connectors.brevo.wire import Wire, number, rows_of, words
from app.core.addresses import masked_email
from app.core.errors import ProtocolError
from app.core.records import Kind
from app.core.texts import ntext, text
from app.sdk.access import Access
from app.sdk.check import TARGET_UNPROVEN, Finding, Probe

_SHORT_WAIT_S = 20.0
_OF_SHOP = {Kind.ORDERS, Kind.PRODUCTS}


def probes(access: Access[BrevoSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    test = _Test(access)
    stages = [
        Probe(name="sign_in", title=text("Sign-in"), run=test.sign_in),
        Probe(name="account", title=text("Account"), run=test.account, is_blocking=False),
    ]
    if {Kind.CONTACTS, Kind.OPT_OUTS} & set(kinds):
        title = text("Permission: contacts, lists and attributes")
        stages.append(Probe(name="permission:contacts", title=title, run=test.contacts, is_blocking=False))
    if _OF_SHOP & set(kinds):
        title = text("Permission: orders and products")
        stages.append(Probe(name="permission:orders", title=title, run=test.shop, is_blocking=False))
    if Kind.BOUNCES in kinds:
        title = text("Permission: blocked contacts")
        stages.append(Probe(name="permission:bounces", title=title, run=test.blocked, is_blocking=False))
    if any(not kind.runs_back for kind in kinds):
        stages.append(Probe(name="writing", title=text("Writing"), run=test.writing))
    return [*stages, Probe(name="sample", title=text("A sample"), run=test.sample, is_blocking=False)]


class _Test:
    def __init__(self, access: Access[BrevoSettings]) -> None:
        self._wire = Wire(access)

    async def sign_in(self) -> Finding:
        """By a request of which there are plenty: those of an hour may be used up."""
        rows_of(await self._wire.get("contacts", {"limit": "1"}), "contacts")
        return Finding(text("Signed in."))

    async def account(self) -> Finding:
        if finding := self._used_up("account"):
            return finding
        account = await self._wire.get("account")
        if not words(account.get("email")):
            raise ProtocolError(text("Something else answered instead of Brevo."), detail="an account without email")
        plans = account.get("plan")
        names = (
            [words(each.get("type")) for each in plans if isinstance(each, Mapping)] if isinstance(plans, list) else []
        )
        return Finding(
            text(
                "{company}, {user}; plan: {plan}.",
                company=words(account.get("companyName")) or "Brevo",
                user=masked_email(words(account.get("email"))),
                plan=", ".join(dict.fromkeys(names)) or "?",
            )
        )

    async def contacts(self) -> Finding:
        lists = await self._wire.get("contacts/lists", {"limit": "1", "offset": "0"})
        attributes = await read_attributes(self._wire)
        return Finding(
            text(
                "{lists} lists and {attributes} attributes found.",
                lists=number(lists.get("count")),
                attributes=len(attributes),
            )
        )

    async def shop(self) -> Finding:
        if finding := self._used_up("orders"):
            return finding
        try:
            page = await self._wire.get("orders", {"limit": "1", "offset": "0"})
        except ShopInactiveError:
            return Finding(
                text("The e-commerce app of the account is not active yet; the first run activates it."), is_note=True
            )
        return Finding(ntext("{count} order found.", "{count} orders found.", number(page.get("count"))))

    def _used_up(self, path: str) -> Finding | None:
        """A test that waits for the next hour is none."""
        held_s = self._wire.http.pacer.of("GET", path).held_s
        if held_s < _SHORT_WAIT_S:
            return None
        return Finding(
            ntext(
                "Not asked: the requests of this hour are used up. There are new ones in {count} minute.",
                "Not asked: the requests of this hour are used up. There are new ones in {count} minutes.",
                math.ceil(held_s / 60),
            ),
            is_note=True,
        )

    async def blocked(self) -> Finding:
        page = await self._wire.get("smtp/blockedContacts", {"limit": "1", "offset": "0"})
        return Finding(ntext("{count} found.", "{count} found.", number(page.get("count"))))

    async def writing(self) -> Finding:
        return TARGET_UNPROVEN

    async def sample(self) -> Finding:
        rows = rows_of(await self._wire.get("contacts", {"limit": "1"}), "contacts")
        if not rows:
            return Finding(text("The account has no contacts yet."))
        return Finding(text("A contact: {email}", email=masked_email(words(rows[0].get("email")))))
