"""What a contact's plan is made of: the request that writes or deletes it, and what a person sees of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.connectors.brevo.attributes import AttributeValue
from app.core.consent import ConsentAction, ConsentDecision, Standing
from app.core.fields import field_label, field_value
from app.core.outcomes import Outcome
from app.core.records import Contact
from app.core.texts import Text, text
from app.sdk.plan import Draft, FieldLine, Json, Known, RecordPlan, Step

_ONLY_NEW = text("Only when the contact is created.")
_OBJECTING = {Standing.UNSUBSCRIBED, Standing.BOUNCED}


def writing(draft: Draft, known: Known, body: Mapping[str, Json], decision: ConsentDecision) -> Step:
    if not known.exists:
        return Step(
            name=f"contact:{draft.key}",
            method="POST",
            path="contacts",
            keys=(draft.key,),
            body={"email": draft.content["email"], **body, "updateEnabled": False},
            purpose=text("Create the contact"),
        )
    return Step(
        name=f"contact:{draft.key}",
        method="PUT",
        path=f"contacts/{known.target_id}",
        query={"identifierType": "contact_id"},
        keys=(draft.key,),
        body=body,
        # Whoever leaves the list between two tries would be brought back: then it is looked up first.
        is_repeatable=decision.action is not ConsentAction.SUBSCRIBE,
        purpose=text("Update the contact"),
    )


def removal(draft: Draft, known: Known) -> tuple[RecordPlan, Sequence[Step]]:
    """An objection must not be forgotten with the person: whoever unsubscribed stays, and stays unsubscribed."""
    if not known.exists:
        return RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="not_in_target"), ()
    if known.standing in _OBJECTING:
        return (
            RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="kept_objection", target_id=known.target_id),
            (),
        )
    step = Step(
        name=f"contact:{draft.key}",
        method="DELETE",
        path=f"contacts/{known.target_id}",
        query={"identifierType": "contact_id"},
        keys=(draft.key,),
        is_repeatable=True,
        purpose=text("Delete the contact"),
    )
    return RecordPlan(draft=draft, outcome=Outcome.UPDATED, reason="deleted_in_source", target_id=known.target_id), (
        step,
    )


def lines(contact: Contact, values: Sequence[AttributeValue]) -> tuple[FieldLine, ...]:
    return (
        FieldLine(text("E-mail"), contact.email, f"email: {contact.email}"),
        *(
            FieldLine(
                field_label(each.source) if each.source else text("Tags"),
                field_value(contact, each.source) if each.source else ", ".join(contact.tags),
                f"{each.name}: {each.value}",
                Text("") if each.on_update else _ONLY_NEW,
            )
            for each in values
        ),
        FieldLine(text("Newsletter consent"), contact.consent.state.value, ""),
    )
