"""The connection test: sign-in, the owner, what may be read, a sample, and how opt-outs come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.connectors.salesmanago.answers import rows_of
from app.connectors.salesmanago.events import milliseconds
from app.connectors.salesmanago.settings import SalesmanagoSettings
from app.connectors.salesmanago.wire import BASIC, HAS_CONTACT, LIST, MODIFIED, USERS, Wire
from app.core.addresses import masked_email, normalised_email
from app.core.errors import AddressError, ConfigError, ProtocolError
from app.core.records import Kind
from app.core.texts import Text, ntext, text
from app.sdk.access import Access
from app.sdk.answers import RejectedError
from app.sdk.check import TARGET_UNPROVEN, Finding, Probe

_TITLES: dict[Kind, Text] = {
    Kind.CONTACTS: text("Permission: contacts"),
    Kind.ORDERS: text("Permission: purchases"),
    Kind.CARTS: text("Permission: carts"),
    Kind.OPT_OUTS: text("Permission: opt-outs"),
    Kind.BOUNCES: text("Permission: dead addresses"),
}


def probes(access: Access[SalesmanagoSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    test = _Test(access)
    permissions = [
        Probe(name=f"permission:{kind.value}", title=_TITLES[kind], run=_Permission(test, kind), is_blocking=False)
        for kind in dict.fromkeys(kinds)
        if kind in _TITLES
    ]
    writes = any(not kind.runs_back for kind in kinds)
    return [
        Probe(name="sign_in", title=text("Sign-in"), run=test.sign_in),
        *permissions,
        *([Probe(name="writing", title=text("Writing"), run=test.writing, is_blocking=False)] if writes else []),
        Probe(name="sample", title=text("A sample"), run=test.sample, is_blocking=False),
    ]


class _Test:
    def __init__(self, access: Access[SalesmanagoSettings]) -> None:
        self.wire = Wire(access)
        self.now = access.clock
        self.has_parameter = bool(access.settings.callback_parameter.get_secret_value())

    async def sign_in(self) -> Finding:
        """The vendor's own plug-ins test an account by this call."""
        try:
            body = await self.wire.ask(USERS, {})
        except ProtocolError as error:
            raise AddressError(
                text("Something else answered instead of SALESmanago."),
                remedy=text('Copy the endpoint again from "Integration Center", then "API".'),
                field="endpoint",
                detail=error.detail,
            ) from error
        users = [each for each in map(_address_of, body.get("users") or ()) if each]
        if users and normalised_email(self.wire.owner) not in users:
            raise ConfigError(
                text("The owner {owner} is no user of this account.", owner=masked_email(self.wire.owner)),
                remedy=text("Enter one of: {users}.", users=", ".join(map(masked_email, users[:5]))),
                field="owner",
            )
        if not users:
            return Finding(text("Signed in. SALESmanago does not tell whether the owner is right."), is_note=True)
        return Finding(
            ntext("Signed in; the account has {count} user.", "Signed in; the account has {count} users.", len(users))
        )

    async def permission(self, kind: Kind) -> Finding:
        if kind is Kind.CONTACTS:
            await self.wire.ask(HAS_CONTACT, {"email": self.wire.owner})
            return Finding(text("Contacts can be looked up."))
        if kind in {Kind.ORDERS, Kind.CARTS}:
            await self._listed()
            return Finding(text("Contacts and their events can be looked up."))
        await self._changed()
        if kind is Kind.OPT_OUTS and not self.has_parameter:
            return Finding(
                text("The program asks SALESmanago for opt-outs. For call-backs, enter a security parameter."),
                is_note=True,
            )
        return Finding(text("Changes of contacts can be read."))

    async def writing(self) -> Finding:
        return TARGET_UNPROVEN

    async def sample(self) -> Finding:
        changed = await self._changed()
        if not changed:
            return Finding(text("No contact has changed in the last thirty days."))
        email = normalised_email(str(changed[0].get("email") or ""))
        try:
            await self.wire.ask(BASIC, {"email": [email]})
        except RejectedError:
            return Finding(text("A contact was found that cannot be looked up."), is_note=True)
        return Finding(text("A contact: {email}", email=masked_email(email)))

    async def _listed(self) -> None:
        try:
            await self.wire.ask(LIST, {"email": [self.wire.owner]})
        except RejectedError:  # the owner need not be a contact
            await self.wire.ask(HAS_CONTACT, {"email": self.wire.owner})

    async def _changed(self) -> Sequence[Any]:
        until = self.now()
        frame = {"from": milliseconds(until - timedelta(days=30)), "to": milliseconds(until), "page": 1, "size": 10}
        return rows_of(await self.wire.ask(MODIFIED, frame), "modifiedContacts", "createdContacts", "contacts")


class _Permission:
    def __init__(self, test: _Test, kind: Kind) -> None:
        self._test = test
        self._kind = kind

    async def __call__(self) -> Finding:
        return await self._test.permission(self._kind)


def _address_of(user: object) -> str:
    """Whether users are told as texts or as objects is not documented."""
    if isinstance(user, dict):
        told = next((user[name] for name in ("email", "owner", "login") if user.get(name)), "")
        return normalised_email(str(told))
    return normalised_email(user) if isinstance(user, str) else ""
