"""Writing back: ending the newsletter for people who unsubscribed or bounced elsewhere.

Nothing is ever deleted, because the subscriber record is the proof of consent, and nobody is ever subscribed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.connectors.bigcommerce.client import Api, Row
from app.connectors.bigcommerce.settings import BigCommerceSettings, BigCommerceTargetOptions
from app.connectors.bigcommerce.subscribers import NEWSLETTER, consent_of
from app.connectors.bigcommerce.values import words
from app.core.addresses import is_email, normalised_email
from app.core.consent import ConsentState, Standing
from app.core.outcomes import Outcome
from app.core.records import Bounce, Kind, OptOut, Record
from app.core.rules import Refusal, hold, skip
from app.core.texts import text, verbatim
from app.sdk.access import Access
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Judgement, Mappings, Target, Timing


class BigCommerceTarget(Target):
    def __init__(self, access: Access[BigCommerceSettings], options: BigCommerceTargetOptions) -> None:
        self._api = Api(access.http, access.settings.store_hash)
        self._notes_bounces = options.note_bounces

    async def open(self, kinds: Sequence[Kind], timing: Timing) -> None:
        """Nothing must be known beforehand, and the shop fires nothing when a consent ends."""

    def setup(self) -> Sequence[Step]:
        return ()

    def batch_size(self, kind: Kind) -> int:
        """Subscribers are changed one by one: the API has no call for several."""
        return 1

    def draft(self, record: Record) -> Draft | Refusal:
        match record:
            case OptOut():
                return self._draft(record, Kind.OPT_OUTS, note="")
            case Bounce(is_hard=False):
                return skip("soft_bounce")
            case Bounce():
                return self._draft(record, Kind.BOUNCES, note=_note(record) if self._notes_bounces else "")
            case _:
                raise TypeError(f"{type(record).__name__} is not written to BigCommerce")

    def _draft(self, record: OptOut | Bounce, kind: Kind, note: str) -> Draft | Refusal:
        email = normalised_email(record.email)
        if not email:
            return hold("no_email")
        if not is_email(email):
            return hold("invalid_email")
        # With its moment: who agrees in the shop again and leaves once more has left anew.
        left_at = {"left_at": record.at.isoformat(timespec="seconds")} if kind is Kind.OPT_OUTS and record.at else {}
        content = {"email": email, "newsletter": False, **left_at, **({"note": note} if note else {})}
        lines = (
            FieldLine(text("E-mail"), email, email),
            FieldLine(text("Newsletter consent"), "", "no", text("Ends; other consents stay as they are")),
            *((FieldLine(text("Staff note"), "", note),) if note else ()),
        )
        return Draft(
            key=record.id,
            kind=kind,
            record=record,
            content=content,
            fields=lines,
            natural_keys=(email,),
            removes=True,
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        return {draft.key: await self._look_up(draft) for draft in drafts}

    async def _look_up(self, draft: Draft) -> Known:
        email, note = str(draft.content["email"]), str(draft.content.get("note", ""))
        found = await self._api.v3("customers/subscribers", {"email": email})
        matches = [row for row in found.data if normalised_email(words(row.get("email"))) == email]
        customer = await self._customer(email) if note else None
        needs_note = customer is not None and note not in words(customer.get("notes"))
        is_subscribed = bool(matches) and consent_of(matches[0]).state is not ConsentState.NO
        return Known(
            exists=bool(matches) or customer is not None,
            target_id=str(matches[0]["id"]) if matches else "",
            standing=_standing(matches),
            is_same=not is_subscribed and not needs_note,
            matches=max(len(matches), 1),
            facts={
                "subscriber": matches[0] if is_subscribed else None,
                "customer": customer if needs_note else None,
            },
        )

    async def _customer(self, email: str) -> Row | None:
        found = await self._api.v3("customers", {"email:in": email})
        return next((row for row in found.data if normalised_email(words(row.get("email"))) == email), None)

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        planned = [self._planned(draft, known) for draft, known in drafts]
        return Plan(tuple(record for record, _ in planned), tuple(step for _, steps in planned for step in steps))

    def _planned(self, draft: Draft, known: Known) -> tuple[RecordPlan, Sequence[Step]]:
        if not known.exists:
            return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="not_in_target"), ()
        if known.matches > 1:
            return RecordPlan(draft=draft, outcome=Outcome.HELD, reason="several_matches"), ()
        if known.is_same:
            unchanged = RecordPlan(
                draft=draft, outcome=Outcome.UNCHANGED, reason="already_so", target_id=known.target_id
            )
            return unchanged, ()
        steps = [
            *((self._ends_newsletter(draft, known.facts["subscriber"]),) if known.facts.get("subscriber") else ()),
            *((self._notes(draft, known.facts["customer"]),) if known.facts.get("customer") else ()),
        ]
        return RecordPlan(draft=draft, outcome=Outcome.UPDATED, target_id=known.target_id), steps

    def _ends_newsletter(self, draft: Draft, subscriber: Row) -> Step:
        """Names travel along: whether a PUT keeps what it does not mention is not documented."""
        kept = [each for each in subscriber.get("consents") or [] if each != NEWSLETTER]
        names = {name: subscriber[name] for name in ("first_name", "last_name") if subscriber.get(name)}
        return Step(
            name=f"newsletter {draft.key}",
            method="PUT",
            path=self._api.path("v3", f"customers/subscribers/{subscriber['id']}"),
            keys=(draft.key,),
            body={"email": subscriber["email"], **names, "consents": kept},
            is_repeatable=True,
            purpose=text("End the newsletter"),
        )

    def _notes(self, draft: Draft, customer: Row) -> Step:
        notes = words(customer.get("notes"))
        line = str(draft.content["note"])
        return Step(
            name=f"note {draft.key}",
            method="PUT",
            path=self._api.path("v3", "customers"),
            keys=(draft.key,),
            body=[{"id": customer["id"], "notes": f"{notes}\n{line}" if notes else line}],
            is_repeatable=True,
            purpose=text("Note the bounce"),
        )

    def judge(self, step: Step, answer: Answer) -> Judgement:
        """404 and 409: the record changed since it was looked up."""
        return Judgement.EXISTS if answer.status in {404, 409} else Judgement.REFUSED

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        return {record.key: _settled(record, answers) for record in plan.records}


def _standing(matches: Sequence[Row]) -> Standing:
    if not matches:
        return Standing.NONE
    match consent_of(matches[0]).state:
        case ConsentState.YES:
            return Standing.SUBSCRIBED
        case ConsentState.NO:
            return Standing.UNSUBSCRIBED
        case _:
            return Standing.UNKNOWN


def _settled(record: RecordPlan, answers: Mapping[str, Answer]) -> Settled:
    if record.outcome is not Outcome.UPDATED:
        return Settled(outcome=record.outcome, reason=record.reason, target_id=record.target_id)
    answer = answers.get(f"newsletter {record.key}")
    if answer is not None and not answer.is_empty and _still_subscribed(answer):
        words_of_shop = verbatim("consents still contain marketing_newsletter")
        return Settled(outcome=Outcome.FAILED, reason="refused", target_id=record.target_id, message=str(words_of_shop))
    return Settled(outcome=Outcome.UPDATED, target_id=record.target_id)


def _still_subscribed(answer: Answer) -> bool:
    found = answer.json()
    subscriber = found.get("data") if isinstance(found, dict) else None
    return isinstance(subscriber, dict) and NEWSLETTER in (subscriber.get("consents") or [])


def _note(bounce: Bounce) -> str:
    """Always the same words for the same bounce, in English like the API: it must not change with the language."""
    day = bounce.at.date().isoformat() if bounce.at else ""
    return " ".join(filter(None, [day, "E-mail bounced", f"({bounce.reason})" if bounce.reason else ""]))


def open_target(
    access: Access[BigCommerceSettings],
    options: BigCommerceTargetOptions,
    _: Mappings,
) -> BigCommerceTarget:
    return BigCommerceTarget(access, options)
