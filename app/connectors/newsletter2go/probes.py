"""The connection test: sign-in, the company, what the user may see, a sample. Whether writing is allowed cannot be
proven harmlessly: every write of this interface changes something."""

from __future__ import annotations

from collections.abc import Sequence

from app.connectors.newsletter2go.answers import rows_of, total_of, words
from app.connectors.newsletter2go.recipients import STATES
from app.connectors.newsletter2go.settings import Newsletter2GoSettings
from app.connectors.newsletter2go.wire import Wire, members_path
from app.core.addresses import masked_email
from app.core.errors import ProtocolError
from app.core.records import Kind
from app.core.texts import ntext, text
from app.sdk.access import Access
from app.sdk.check import TARGET_UNPROVEN, Finding, Probe


def probes(access: Access[Newsletter2GoSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    test = _Test(access)
    title = text("Permission: address books and attributes")
    writing = [Probe(name="writing", title=text("Writing"), run=test.writing)] if Kind.CONTACTS in kinds else []
    return [
        Probe(name="sign_in", title=text("Sign-in"), run=test.sign_in),
        Probe(name="permission:contacts", title=title, run=test.contacts, is_blocking=False),
        *writing,
        Probe(name="sample", title=text("A sample"), run=test.sample, is_blocking=False),
    ]


class _Test:
    def __init__(self, access: Access[Newsletter2GoSettings]) -> None:
        self._wire = Wire(access)

    async def sign_in(self) -> Finding:
        companies = rows_of(await self._wire.http.get("companies"))
        if not companies:
            raise ProtocolError(text("Newsletter2Go shows no company for this user."), detail="no company")
        name, state = words(companies[0].get("name")), words(companies[0].get("state"))
        if state != "verified":
            return Finding(
                text(
                    'Signed in to {company}. The account is not verified ("{state}"): data arrive, but nothing can be '
                    "mailed yet.",
                    company=name,
                    state=state or "?",
                ),
                is_note=True,
            )
        return Finding(text("Signed in to {company}.", company=name))

    async def contacts(self) -> Finding:
        names = await self._wire.list_names()
        list_id, name = await self._wire.chosen_list("", "address_book")
        attributes = await self._wire.rows(f"lists/{list_id}/attributes", {"_expand": "true"})
        return Finding(
            text(
                '{lists} address books; the default is "{name}" with {attributes} attributes.',
                lists=len(names),
                name=name,
                attributes=len(attributes),
            )
        )

    async def writing(self) -> Finding:
        return TARGET_UNPROVEN

    async def sample(self) -> Finding:
        list_id, _ = await self._wire.chosen_list("", "address_book")
        query = {"_fields": ",".join(STATES), "_limit": "1", "_offset": "0"}
        answer = await self._wire.http.get(members_path(list_id), query)
        rows = rows_of(answer)
        if not rows:
            return Finding(text("The address book is empty."))
        email = masked_email(words(rows[0].get("email")))
        total = max(total_of(answer), len(rows))
        return Finding(
            ntext("{count} recipient, such as {email}", "{count} recipients, such as {email}", total, email=email)
        )
