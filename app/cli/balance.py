"""The closing balance: the documented summary line, and a table for people."""

from __future__ import annotations

from typing import Any

from app.cli.output import Output, new_table
from app.core.labels import KIND_NAMES, OUTCOME_NAMES
from app.core.outcomes import Balance, FlowBalance, Outcome
from app.core.reasons import ReasonTexts
from app.core.texts import _


def summary(balance: Balance, *, is_finished: bool) -> dict[str, Any]:
    """The values of the last line of a run, in the documented order."""
    return {
        **balance.total.as_numbers(),
        "flows": {kind.value: flow.as_numbers() for kind, flow in balance.flows.items()},
        "finished": is_finished,
    }


def show_balance(output: Output, reasons: ReasonTexts, balance: Balance) -> None:
    table = new_table("", _("read"), *(str(OUTCOME_NAMES[outcome]) for outcome in Outcome))
    for column in table.columns[1:]:
        column.justify = "right"
    for kind, flow in balance.flows.items():
        table.add_row(str(KIND_NAMES[kind]), *_numbers(flow))
    if len(balance.flows) > 1:
        table.add_row(_("Total"), *_numbers(balance.total), style="bold")
    output.table(table)
    for code, count in sorted(balance.total.reasons.items(), key=lambda pair: -pair[1]):
        reason = reasons.of(code)
        words = " ".join(part for part in (str(reason.words), str(reason.next_step)) if part)
        output.say(f"{count} × {words}")


def _numbers(flow: FlowBalance) -> list[str]:
    return [str(flow.read), *(str(flow.count(outcome)) for outcome in Outcome)]
