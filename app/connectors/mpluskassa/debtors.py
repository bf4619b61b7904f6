"""Customers of the register: what a contact or an order says of one, how one is found, created and updated.

With a company's name the relation is the company and has its person as contact; else it is the person. The register
knows no street apart from its number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.connectors.mpluskassa.countries import country
from app.connectors.mpluskassa.faults import UnknownOperationError
from app.connectors.mpluskassa.people import custom_fields, words
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.target_options import CountryWords
from app.connectors.mpluskassa.values import day_parts, filled, one_line
from app.connectors.mpluskassa.wire import Wire, step
from app.core.addresses import normalised_email
from app.core.records import Address, Contact, Order
from app.core.texts import text
from app.sdk.answers import RejectedError
from app.sdk.plan import Step

_OF_THE_REGISTER = frozenset({"syncMarker", "createTimestamp", "changeTimestamp"})
"""What only the register sets; everything else goes back as it was read, so that nothing is lost by an update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtorTerms:
    """``source`` is the source's system: its ids stand behind it, as those of two shops may be the same."""

    country_words: CountryWords
    source: str

    def of_contact(self, contact: Contact) -> Row:
        person = one_line(contact.first_name, contact.last_name)
        return filled(
            {
                "extRelationId": f"{self.source}-{contact.id}",
                **_names(contact.company, person),
                **self.address(contact.address),
                **self._delivery(contact.delivery),
                "telephone": contact.phone,
                "mobile": contact.custom.get("mobile", ""),
                "website": contact.custom.get("website", ""),
                "email": contact.email,
                "birthDate": day_parts(contact.birthday) if contact.birthday else None,
                "vatNumber": contact.custom.get("vat_number", ""),
                "commerceNumber": contact.custom.get("register_number", ""),
                "extraText": contact.custom.get("note", ""),
            }
        )

    def of_order(self, order: Order) -> Row:
        billing = order.billing or Address()
        company = billing.company or order.company
        person = one_line(billing.first_name or order.first_name, billing.last_name or order.last_name)
        return filled(
            {
                "extRelationId": f"{self.source}-{order.customer_id}" if order.customer_id else "",
                **_names(company, person),
                **self.address(order.billing),
                **self._delivery(order.delivery),
                "telephone": order.phone or billing.phone,
                "email": order.email,
            }
        )

    def country(self, words_: str) -> str:
        found = country(words_)
        if found is None:
            return words_.strip()
        match self.country_words:
            case CountryWords.ALPHA_2:
                return found.alpha_2
            case CountryWords.ALPHA_3:
                return found.alpha_3
            case CountryWords.NAME:
                return found.name.message

    def address(self, address: Address | None) -> Row:
        if address is None:
            return {}
        return {
            "address": one_line(address.street, address.street_2),
            "zipcode": address.postcode,
            "city": address.city,
            "country": self.country(address.country),
        }

    def _delivery(self, address: Address | None) -> Row:
        return {f"delivery{name[0].upper()}{name[1:]}": value for name, value in self.address(address).items()}


def _names(company: str, person: str) -> Row:
    """Nothing for somebody nameless: the register may know the name."""
    if company:
        return {"name": company, "contact": person, "companyName": company}
    return {"name": person}


@dataclass(slots=True)
class Debtors:
    """Finding relations. ``has_exact`` turns false when the register proves too old for the exact search."""

    wire: Wire
    has_exact: bool = field(default=True)

    async def find(self, email: str, external_id: str = "") -> Row:
        """By e-mail, else by the source's id; empty where there is none.

        An e-mail may occur several times, and the register gives one of them: nothing says which
        (developers.mpluskassa.nl, tutorial "Relations"). Nor is it said whether the exact search tells capitals apart:
        who is not found is looked for once more by the other one, which takes parts of words for a match.
        """
        for is_exact in (True, False) if email else ():
            found = await self._found({"email": email}, is_exact=is_exact)
            if found and normalised_email(words(found, "email")) == email:
                return found
        found = await self._found({"extRelationId": external_id}, is_exact=True) if external_id else {}
        return found if external_id and words(found, "extRelationId") == external_id else {}

    async def _found(self, wanted: Row, *, is_exact: bool) -> Row:
        if self.has_exact:
            try:
                request = {"relation": wanted, "exactMatch": is_exact}
                return self._relation(await self.wire.request("findRelationV2", request))
            except UnknownOperationError:
                self.has_exact = False
        # The older search knows no exact match at all, so that its find is compared by whoever asked.
        return self._relation(await self.wire.ask("findRelation", {"relation": wanted}))

    def _relation(self, answer: Row) -> Row:
        if str(answer.get("result", "")).endswith("-OK"):
            relation = answer.get("relation")
            return relation if isinstance(relation, Mapping) else {}
        return {}

    async def read(self, number: str) -> Row:
        """Empty for a number that the register does not know."""
        try:
            answer = await self.wire.request("getRelations", {"relationNumbers": [int(number)]})
        except RejectedError:
            return {}
        rows = (answer.get("relationList") or {}).get("relation") or []
        return next((row for row in rows if str(row.get("relationNumber")) == number), {})


def merged(relation: Row, wanted: Row) -> Row:
    """The relation as it would be after the update. A relation that has an id of the source keeps it."""
    known = {name: value for name, value in relation.items() if name not in _OF_THE_REGISTER}
    changes = dict(wanted)
    if known.get("extRelationId"):
        changes.pop("extRelationId", None)
    if known.get("companyName") and "companyName" not in changes:
        changes.pop("name", None)  # a company whose person ordered without naming it stays a company
    return {**known, **changes}


def completed(relation: Row, wanted: Row) -> Row:
    """The same, where what stands there is newer: only what is empty is filled."""
    return merged(relation, {name: value for name, value in wanted.items() if not relation.get(name)})


def with_flag(relation: Row, name: str, *, value: bool) -> Row:
    """The relation with a yes/no field set; the others stay."""
    others = [each for each in custom_fields(relation) if each.get("fieldName") != name]
    flag = {"fieldName": name, "dataType": "DATA-TYPE-BOOL", "boolValue": value}
    return {**relation, "customFieldList": {"customField": [*others, flag]}}


def has_all(relation: Row, changed: Row) -> bool:
    """Whether the update would change nothing."""
    return all(relation.get(name) == value for name, value in changed.items())


def creation(key: str, relation: Row, *, save_as: str = "") -> Step:
    """The register wants a name: whoever has none gets the e-mail address in its place."""
    saves: dict[str, Sequence[str | int]] = {save_as: ("relationNumber",)} if save_as else {}
    return step(
        "relation",
        "createRelation",
        {"relation": {"name": relation.get("email", ""), **relation}},
        key=key,
        saves={name: tuple(place) for name, place in saves.items()},
        purpose=text("Create the customer"),
    )


def update(key: str, relation: Row) -> Step:
    return step(
        "relation",
        "updateRelation",
        {"relation": relation},
        key=key,
        is_repeatable=True,
        purpose=text("Update the customer"),
    )
