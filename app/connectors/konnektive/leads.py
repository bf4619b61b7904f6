"""Contacts: a new one becomes a lead of the campaign, a known customer is brought up to date.

Customers come into being through leads and orders only; there is no import of customers and no consent to a newsletter,
so nobody is subscribed or unsubscribed by this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.connectors.konnektive import values
from app.connectors.konnektive.address import address_fields, cut, phone_number
from app.connectors.konnektive.orders import Terms
from app.connectors.konnektive.reversals import american_day
from app.connectors.konnektive.wire import Row, query, told
from app.core.addresses import is_email, normalised_email
from app.core.outcomes import Outcome
from app.core.records import Contact, Kind
from app.core.rules import Refusal, hold
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.http import HttpClient
from app.sdk.plan import Draft, FieldLine, Known, Plan, RecordPlan, Settled, Step

_FIRST_DAY = "01/01/2010"
"""Before the first customer of the vendor: customers are asked for by address, and a query must name its days."""
_CHANGEABLE = ("firstName", "lastName", "companyName", "address1", "address2", "city", "state", "postalCode", "country")


def draft_contact(contact: Contact, terms: Terms) -> Draft | Refusal:
    """Pure."""
    email = normalised_email(contact.email)
    if not is_email(email):
        return hold("invalid_email" if email else "no_email")
    person = {
        "emailAddress": email,
        "firstName": cut("firstName", contact.first_name) or "-",
        "lastName": cut("lastName", contact.last_name) or "-",
        "companyName": cut("companyName", contact.company),
        "phoneNumber": phone_number(contact.phone),
    }
    if contact.address is not None and contact.address.street:
        person |= address_fields(contact.address, terms.placeholder)
    free = {
        field: value
        for key, field in terms.options.fields.items()
        if (value := cut(field, values.value_of_contact(contact, key)))
    }
    told_fields = {name: value for name, value in (person | free).items() if value}
    lines = (
        FieldLine(text("E-mail"), contact.email, email),
        FieldLine(
            text("Name"),
            f"{contact.first_name} {contact.last_name}".strip(),
            f"{person['firstName']} {person['lastName']}",
        ),
    )
    return Draft(
        key=contact.id,
        kind=Kind.CONTACTS,
        record=contact,
        content={"campaign": terms.campaign.id, "person": told_fields},
        fields=lines,
        natural_keys=(email,),
    )


async def look_up_contacts(http: HttpClient, drafts: Sequence[Draft], today: datetime) -> Mapping[str, Known]:
    """Reads only. Raises what the client raises."""
    return {draft.key: await _known(http, draft, today) for draft in drafts}


async def _known(http: HttpClient, draft: Draft, today: datetime) -> Known:
    email = draft.content["person"]["emailAddress"]
    asked = {"emailAddress": email, "startDate": _FIRST_DAY, "endDate": american_day(today + timedelta(days=1))}
    rows = await query(http, "customer/query/", asked)
    same = [row for row in rows if normalised_email(str(row.get("emailAddress") or "")) == email]
    if not same:
        return Known()
    numbers = {str(row["customerId"]) for row in same}
    changes = _changes(draft, same[0])
    return Known(
        exists=True,
        target_id=str(same[0]["customerId"]),
        is_same=not changes,
        matches=len(numbers),
        facts={"changes": changes},
    )


def _changes(draft: Draft, row: Row) -> Mapping[str, str]:
    """What we know and Konnektive does not; a placeholder for a missing name overwrites nothing."""
    person = draft.content["person"]
    return {
        name: person[name]
        for name in _CHANGEABLE
        if person.get(name, "-") != "-" and str(row.get(name) or "") != person[name]
    }


def plan_contact(draft: Draft, known: Known) -> Plan:
    """Pure."""
    if known.exists:
        outcome = Outcome.UNCHANGED if known.is_same else Outcome.UPDATED
        record = RecordPlan(draft=draft, outcome=outcome, target_id=known.target_id)
        if known.is_same:
            return Plan((record,))
        body = {"customerId": known.target_id, **known.facts["changes"]}
        step = Step(
            name="customer", method="POST", path="customer/update/", keys=(draft.key,), body=body, is_repeatable=True
        )
        return Plan((record,), (step,))
    body = {"campaignId": draft.content["campaign"], **draft.content["person"]}
    if "address1" in body:
        body["billShipSame"] = "1"
    step = Step(name="lead", method="POST", path="leads/import/", keys=(draft.key,), body=body)
    return Plan((RecordPlan(draft=draft, outcome=Outcome.CREATED),), (step,))


def settle_contact(plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
    """Raises ProtocolError."""
    (record,) = plan.records
    answer = answers.get("lead")
    number = str(told(answer).get("customerId") or "") if answer is not None else record.target_id
    return {record.key: Settled(outcome=record.outcome, target_id=number)}
