"""``koppler why``: what became of one order number or e-mail address."""

from __future__ import annotations

from typing import Any

from app.cli.exits import Exit
from app.cli.session import Session
from app.services import WhyEntry


async def explain(session: Session) -> Exit:
    output = session.output
    async with session.services() as services:
        answer = await services.runs.why(session.arguments.integration, session.arguments.key)
    output.event(
        "answer",
        {
            "found": answer.found,
            "sentence": answer.sentence,
            "next_step": answer.next_step,
            "entries": [_entry(each) for each in answer.entries],
        },
    )
    for sentence, step in [(each.sentence, each.next_step) for each in answer.entries] or [
        (answer.sentence, answer.next_step)
    ]:
        output.say(" ".join(part for part in (str(sentence), str(step)) if part))
    return Exit.DONE


def _entry(why: WhyEntry) -> dict[str, Any]:
    entry = why.entry
    return {
        "kind": entry.kind.value,
        "key": entry.key,
        "state": entry.state.value,
        "outcome": entry.outcome.value if entry.outcome else None,
        "reason": entry.reason,
        "sentence": why.sentence,
        "next_step": why.next_step,
        "target_id": entry.target_id,
        "message": entry.message,
        "where": entry.where,
        "attempts": entry.attempts,
        "run_id": entry.run_id,
        "at": entry.at.isoformat(),
        "history": [
            {"at": past.at.isoformat(), "outcome": past.outcome.value, "reason": past.reason, "run_id": past.run_id}
            for past in why.history
        ],
    }
