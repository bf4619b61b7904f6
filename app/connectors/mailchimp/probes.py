"""The connection test: key and data centre, the audience, what each kind needs, a sample. Whether writing is allowed
cannot be proven harmlessly: every write of this interface changes something."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from app.connectors.mailchimp.account import Audience, Stores
from app.connectors.mailchimp.settings import MailchimpSettings
from app.connectors.mailchimp.wire import Wire, rows_of, words
from app.core.addresses import masked_email
from app.core.errors import AddressError
from app.core.records import Kind
from app.core.texts import ntext, text
from app.sdk.access import Access
from app.sdk.check import TARGET_UNPROVEN, Finding, Probe

_PEOPLE = frozenset({Kind.CONTACTS, Kind.OPT_OUTS, Kind.BOUNCES})
_COMMERCE = frozenset({Kind.PRODUCTS, Kind.STOCK, Kind.ORDERS, Kind.CARTS})


def probes(access: Access[MailchimpSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    test = _Test(access)
    found = [
        Probe(name="sign_in", title=text("Sign-in"), run=test.sign_in),
        Probe(name="audience", title=text("Audience"), run=test.audience),
    ]
    if _PEOPLE & set(kinds):
        found.append(
            Probe(name="permission:people", title=text("Permission: people"), run=test.people, is_blocking=False)
        )
        found.append(
            Probe(name="permission:fields", title=text("Permission: fields"), run=test.fields, is_blocking=False)
        )
    if _COMMERCE & set(kinds):
        found.append(
            Probe(name="permission:stores", title=text("Permission: stores"), run=test.stores, is_blocking=False)
        )
    return [
        *found,
        Probe(name="writing", title=text("Writing"), run=test.writing, is_blocking=False),
        Probe(name="sample", title=text("A sample"), run=test.sample, is_blocking=False),
    ]


class _Test:
    def __init__(self, access: Access[MailchimpSettings]) -> None:
        self._wire = Wire(access)
        self._audience = Audience(self._wire, access)
        self._stores = Stores(self._wire, self._audience)
        self._host = urlsplit(access.http.base_url).netloc

    async def sign_in(self) -> Finding:
        """The ping proves the key and its data centre, the account tells whose it is."""
        ping = await self._wire.get("ping")
        if "health_status" not in ping:
            raise AddressError(
                text("Something else answered instead of Mailchimp."),
                remedy=text("Check the key: its ending names the data centre of your account."),
                field="api_key",
            )
        account = await self._wire.get("", {"fields": "account_name,email,role"})
        return Finding(
            text(
                "Signed in at {host} to {account} as {user} ({role}).",
                host=self._host,
                account=words(account.get("account_name")),
                user=masked_email(words(account.get("email"))),
                role=words(account.get("role")),
            )
        )

    async def audience(self) -> Finding:
        row = await self._audience.show()
        count = (row.get("stats") or {}).get("member_count")
        message = text("{audience}: {count} subscribed.", audience=words(row.get("name")), count=words(count))
        return Finding(message)

    async def people(self) -> Finding:
        total = await self._wire.total(f"lists/{await self._audience.find()}/members")
        return Finding(ntext("{count} person found.", "{count} people found.", total))

    async def fields(self) -> Finding:
        query = {"count": "1000", "fields": "merge_fields.tag"}
        page = await self._wire.get(f"lists/{await self._audience.find()}/merge-fields", query)
        return Finding(ntext("{count} field found.", "{count} fields found.", len(rows_of(page, "merge_fields"))))

    async def stores(self) -> Finding:
        stores = await self._stores.of_audience()
        if not stores:
            return Finding(text("The audience has no store yet. One is made with the first order or product."))
        named = ", ".join(f"{each.name} ({each.platform or '?'})" for each in stores[:5])
        if any(each.is_ours and each.is_syncing for each in stores):
            return Finding(
                text(
                    "Stores: {stores}. An import was cut off, so the automations of our store wait for the next run.",
                    stores=named,
                ),
                is_note=True,
            )
        return Finding(text("Stores: {stores}", stores=named))

    async def writing(self) -> Finding:
        return TARGET_UNPROVEN

    async def sample(self) -> Finding:
        query = {"count": "1", "fields": "members.email_address,members.status,total_items"}
        page = await self._wire.get(f"lists/{await self._audience.find()}/members", query)
        rows = rows_of(page, "members")
        if not rows:
            return Finding(text("The audience has no people yet."))
        return Finding(text("A contact: {email}", email=masked_email(words(rows[0].get("email_address")))))
