"""What a plan over recipients is made of: requests of alike objects, what a form refused, what a person sees of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.connectors.newsletter2go.answers import rows_of
from app.connectors.newsletter2go.attributes import AttributeValue
from app.connectors.newsletter2go.wire import recipient_path
from app.core.consent import Standing
from app.core.fields import field_label, field_value
from app.core.outcomes import Outcome
from app.core.records import Contact
from app.core.texts import Text, ntext, text
from app.sdk.answers import Answer
from app.sdk.plan import Batched, Draft, FieldLine, Json, Known, RecordPlan, Step

_OBJECTING = frozenset({Standing.UNSUBSCRIBED, Standing.BOUNCED})
_ONLY_NEW = text("Only when the recipient is created.")


def refused_by_form(answer: Answer) -> set[str]:
    """A form answers 200 to whom it did not take; one who is there already is no failure."""
    found: set[str] = set()
    for row in rows_of(answer):
        result = row.get("result")
        error = result.get("error") if isinstance(result, Mapping) else None
        listed = (error.get("recipients") or {}).get("invalid") if isinstance(error, Mapping) else None
        for each in listed if isinstance(listed, list) else ():
            found.add(str(each.get("email", "") if isinstance(each, Mapping) else each).casefold())
    return found


def alike_groups(items: Sequence[tuple[str, Json]]) -> Sequence[tuple[tuple[str, Json], ...]]:
    """All objects of a request must have the same fields, so that whose consent changes never travel with others."""
    found: dict[tuple[str, ...], list[tuple[str, Json]]] = {}
    for key, item in items:
        found.setdefault(tuple(sorted(item)), []).append((key, item))
    return [tuple(each) for each in found.values()]


def writing(items: tuple[tuple[str, Json], ...], place: int) -> Step:
    return Step(
        name=f"recipients:{place}",
        method="POST",
        path="recipients",
        keys=tuple(key for key, _ in items),
        body=Batched({}, (), items),
        # An upsert by address that brings nobody back: sending it twice changes nothing.
        is_repeatable=True,
        purpose=ntext("Write {count} recipient", "Write {count} recipients", len(items)),
    )


def removal(list_id: str, draft: Draft, known: Known) -> tuple[RecordPlan, Sequence[Step]]:
    """An objection must not be forgotten with the person: whoever unsubscribed stays, and stays unsubscribed."""
    if not known.exists or known.standing in _OBJECTING:
        reason = "kept_objection" if known.exists else "not_in_target"
        return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason=reason, target_id=known.target_id), ()
    step = Step(
        name=f"delete:{draft.key}",
        method="DELETE",
        path=recipient_path(list_id, known.target_id),
        keys=(draft.key,),
        is_repeatable=True,
        purpose=text("Delete the recipient from the address book"),
    )
    record = RecordPlan(draft=draft, outcome=Outcome.UPDATED, reason="deleted_in_source", target_id=known.target_id)
    return record, (step,)


def lines(contact: Contact, values: Sequence[AttributeValue], groups: Sequence[str]) -> tuple[FieldLine, ...]:
    return (
        FieldLine(text("E-mail"), contact.email, f"email: {contact.email}"),
        *(
            FieldLine(
                field_label(each.source),
                field_value(contact, each.source),
                f"{each.name}: {each.value}",
                Text("") if each.on_update else _ONLY_NEW,
            )
            for each in values
        ),
        FieldLine(text("Tags"), ", ".join(contact.tags), ", ".join(groups)),
        FieldLine(text("Newsletter consent"), contact.consent.state.value, ""),
    )
