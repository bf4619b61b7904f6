"""Writing back: an opt-out or a bounce goes into the field where the shop keeps the consent, and into no other.

Only meta data is written: at the account, or for people without one at their newest order. A request without the right
content type is answered with 200 and changes nothing (10.0.2), so what the answer holds decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.connectors.woocommerce.consents import consent_field_of
from app.connectors.woocommerce.people import People, newest_consent
from app.connectors.woocommerce.settings import WooCommerceSettings
from app.connectors.woocommerce.values import Row, meta_entries, meta_values, words
from app.connectors.woocommerce.wire import MOST_ROWS, api_of, unexpected
from app.core.addresses import is_email, normalised_email
from app.core.consent import Consent, ConsentState, Standing
from app.core.outcomes import Outcome
from app.core.reasons import OPT_OUT_BY_HAND
from app.core.records import Bounce, Kind, OptOut, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.answers import Answer
from app.sdk.plan import Batched, Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.reading import together
from app.sdk.settings import NoSettings
from app.sdk.target import Judgement, Mappings, Target, Timing

_CUSTOMERS, _ORDERS = "customers", "orders"
_STANDING = {
    ConsentState.YES: Standing.SUBSCRIBED,
    ConsentState.NO: Standing.UNSUBSCRIBED,
    ConsentState.WITHDRAWN: Standing.UNSUBSCRIBED,
    ConsentState.ABSENT: Standing.NONE,
}


class WooCommerceTarget(Target):
    def __init__(self, access: Access[WooCommerceSettings]) -> None:
        self._api = api_of(access.http, access.settings)
        self._people = People(self._api)
        self._field = consent_field_of(access.settings)
        self._bounce_key = access.settings.bounce_key
        self._batches_customers = False

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        """Asks whether this key may change several customers at once: a shop manager's may not, only an
        administrator's. That a change of meta data alone sends no mail, whatever the timing, was seen on 10.0.2."""
        if not self._field.is_at_orders_only and any(kind.runs_back for kind in kinds):
            self._batches_customers = await self._api.permits("POST", f"{_CUSTOMERS}/batch")

    def setup(self) -> Sequence[Step]:
        return ()

    def batch_size(self, kind: Kind) -> int:
        return MOST_ROWS if self._batches_customers or self._field.is_at_orders_only else 1

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case OptOut():
                # With its moment: who agrees in the shop again and leaves once more has left anew.
                left_at = {"left_at": record.at.isoformat(timespec="seconds")} if record.at else {}
                return self._draft(record, Kind.OPT_OUTS, {}, left_at)
            case Bounce(is_hard=False):
                return skip("soft_bounce")
            case Bounce():
                day = record.at.date().isoformat() if record.at else "1"
                return self._draft(record, Kind.BOUNCES, {self._bounce_key: day} if self._bounce_key else {}, {})
            case _:
                raise TypeError(f"{type(record).__name__} is not written to WooCommerce")

    def _draft(
        self, record: OptOut | Bounce, kind: Kind, notes: Mapping[str, str], more: Mapping[str, str]
    ) -> Draft | Refusal:
        email = normalised_email(record.email)
        if not email:
            return hold("no_email")
        if not is_email(email):
            return hold("invalid_email")
        fields = {**({self._field.key: self._field.opt_out_value} if self._field.key else {}), **notes}
        if not fields:
            return hold(OPT_OUT_BY_HAND)
        return Draft(
            key=record.id,
            kind=kind,
            record=record,
            content={"email": email, "fields": fields, **more},
            fields=(
                FieldLine(text("E-mail"), email, email),
                *(FieldLine(text("Field {key}", key=key), "", value) for key, value in fields.items()),
            ),
            natural_keys=(email,),
            removes=True,
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        found = await together(self._look_up(draft) for draft in drafts)
        return {draft.key: known for draft, known in zip(drafts, found, strict=True)}

    async def _look_up(self, draft: Draft) -> Known:
        email, fields = str(draft.content["email"]), draft.content["fields"]
        accounts = await self._people.accounts(email)
        if accounts and not self._field.is_at_orders_only:
            return self._known(_CUSTOMERS, accounts[0], fields, self._field.consent_of(accounts[0]), len(accounts))
        orders = await self._people.orders_of(words(accounts[0]["id"])) if accounts else []
        orders = orders or await self._people.guest_orders(email)
        if not orders:
            return Known(standing=Standing.NONE)
        return self._known(_ORDERS, orders[0], fields, newest_consent(self._field, orders))

    def _known(self, resource: str, row: Row, fields: Mapping[str, str], consent: Consent, matches: int = 1) -> Known:
        entries = [entry for key, value in fields.items() for entry in _entries(row, key, value)]
        # Who withdrew here, in whatever words the shop has for it, is told nothing by an opt-out that followed from it.
        has_withdrawn = consent.state is ConsentState.WITHDRAWN
        return Known(
            exists=True,
            target_id=f"{resource}/{row['id']}",
            standing=_STANDING[consent.state],
            is_same=all(has_withdrawn and entry["key"] == self._field.key for entry in entries),
            matches=matches,
            facts={"resource": resource, "id": row["id"], "meta_data": entries},
        )

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        records = tuple(_planned(draft, known) for draft, known in drafts)
        writes = [pair for record, pair in zip(records, drafts, strict=True) if record.outcome is Outcome.UPDATED]
        of_customers = [pair for pair in writes if pair[1].facts["resource"] == _CUSTOMERS]
        of_orders = [pair for pair in writes if pair[1].facts["resource"] == _ORDERS]
        if self._batches_customers:
            steps = [self._batch(_CUSTOMERS, of_customers)] if of_customers else []
        else:
            steps = [self._single(draft, known) for draft, known in of_customers]
        return Plan(records, (*steps, *((self._batch(_ORDERS, of_orders),) if of_orders else ())))

    def _single(self, draft: Draft, known: Known) -> Step:
        return Step(
            name=known.target_id,
            method="PUT",
            path=self._api.path(known.target_id),
            keys=(draft.key,),
            body={"meta_data": known.facts["meta_data"]},
            is_repeatable=True,  # a field is set to a value, whatever it held
            purpose=_PURPOSES[_CUSTOMERS],
        )

    def _batch(self, resource: str, writes: Sequence[tuple[Draft, Known]]) -> Step:
        items = tuple((draft.key, _item(known)) for draft, known in writes)
        return Step(
            name=resource,
            method="POST",
            path=self._api.path(f"{resource}/batch"),
            keys=tuple(key for key, _ in items),
            body=Batched({}, ("update",), items),
            is_repeatable=True,
            purpose=_PURPOSES[resource],
        )

    def judge(self, step: Step, answer: Answer) -> Judgement:
        return Judgement.EXISTS if answer.status in {404, 409} else Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        """What an answer does not mention stays in doubt."""
        rows = {
            f"{step.name.partition('/')[0]}/{row.get('id')}": row
            for step in plan.steps
            if step.name in answers
            for row in _updated(answers[step.name])
        }
        settled = {}
        for record in plan.records:
            if record.outcome is not Outcome.UPDATED:
                settled[record.key] = Settled(outcome=record.outcome, reason=record.reason, target_id=record.target_id)
            elif record.target_id in rows:
                settled[record.key] = _settled(record, rows[record.target_id])
        return settled


_PURPOSES = {
    _CUSTOMERS: text("End the newsletter at the account"),
    _ORDERS: text("End the newsletter of people without an account, at their newest order"),
}


def _planned(draft: Draft, known: Known) -> RecordPlan:
    if not known.exists:
        return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="not_in_target")
    if known.matches > 1:
        return RecordPlan(draft=draft, outcome=Outcome.HELD, reason="several_matches")
    if known.is_same:
        return RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, reason="already_so", target_id=known.target_id)
    return RecordPlan(draft=draft, outcome=Outcome.UPDATED, target_id=known.target_id)


def _item(known: Known) -> Json:
    return {"id": known.facts["id"], "meta_data": known.facts["meta_data"]}


def _entries(row: Row, key: str, value: str) -> list[dict[str, Json]]:
    """What must be written so that the key holds the value alone. Where it stands twice, each by its own id."""
    found = [entry for entry in meta_entries(row) if entry.get("key") == key]
    if found and all(words(entry.get("value")) == value for entry in found):
        return []
    if len(found) > 1:
        return [{"id": entry["id"], "key": key, "value": value} for entry in found]
    return [{"key": key, "value": value}]


def _updated(answer: Answer) -> list[Row]:
    """Of a batch, of which an empty one is an empty list, or of a single change. Raises ProtocolError."""
    found = answer.json()
    rows = found.get("update", [found]) if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise unexpected(answer)
    return rows


def _settled(record: RecordPlan, row: Row) -> Settled:
    error = row.get("error")
    if isinstance(error, Mapping):
        message = words(error.get("message")) or words(error.get("code"))
        return Settled(outcome=Outcome.FAILED, reason="refused", target_id=record.target_id, message=message)
    fields: Mapping[str, str] = record.draft.content["fields"]
    missing = [key for key, value in fields.items() if not _holds(row, key, value)]
    if missing:
        return Settled(
            outcome=Outcome.FAILED, reason="not_stored", target_id=record.target_id, message=", ".join(missing)
        )
    return Settled(outcome=Outcome.UPDATED, target_id=record.target_id)


def _holds(row: Row, key: str, value: str) -> bool:
    found = meta_values(row, key)
    return bool(found) and all(words(each) == value for each in found)


def open_target(access: Access[WooCommerceSettings], _options: NoSettings, _mappings: Mappings) -> WooCommerceTarget:
    return WooCommerceTarget(access)
