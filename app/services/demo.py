"""The practice import, start to finish: a practice shop, a practice newsletter system, a historical import.

It works in a data folder of its own that is gone afterwards, and needs neither credentials nor a network.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.events import Emit, RunMode, RunState
from app.core.labels import counted
from app.core.outcomes import Balance, FlowBalance, Outcome
from app.core.texts import Text, _, ntext, text
from app.services.launching import RunHandle
from app.services.listing import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.services.services import Services

SOURCE, TARGET = "bigcommerce", "activecampaign"
OpenPractice = Callable[[Path, int], "AbstractAsyncContextManager[Services]"]
"""Opens a data folder whose practice systems hold about so many records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    balance: Balance
    state: RunState
    is_finished: bool
    sentence: Text
    arrived: Mapping[str, Any]
    """What the practice target holds afterwards, in its own words."""


class Demo:
    def __init__(self, open_practice: OpenPractice) -> None:
        self._open_practice = open_practice

    async def run(
        self,
        records: int = 200,
        on_event: Emit | None = None,
        on_start: Callable[[RunHandle], None] | None = None,
    ) -> DemoResult:
        """Raises AppError where the practice systems cannot be started."""
        with tempfile.TemporaryDirectory(prefix="koppler-demo-", ignore_cleanup_errors=True) as folder:
            async with self._open_practice(Path(folder), records) as services:
                if on_event is not None:
                    services.events.subscribe(on_event)
                return await _import(services, on_start)


async def _import(services: Services, on_start: Callable[[RunHandle], None] | None) -> DemoResult:
    source, target = await services.accounts.practice(SOURCE), await services.accounts.practice(TARGET)
    kinds = [kind for kind in services.systems.flows_between(SOURCE, TARGET) if not kind.runs_back]
    view = await services.integrations.create(
        _("Practice import"), source.key, target.key, kinds, products={"*": "1"}, key="demo"
    )
    handle = await services.runs.start(view.key, RunMode.HISTORICAL)
    if on_start is not None:
        on_start(handle)
    result = await handle.wait()
    if result.error is not None:
        raise result.error
    arrived = await services.practice.summary(target.account)
    return DemoResult(
        balance=result.balance,
        state=result.state,
        is_finished=result.is_finished,
        sentence=_sentence(result.balance),
        arrived=arrived,
    )


def _sentence(balance: Balance) -> Text:
    arrived = listed([counted(kind, _arrived(flow)) for kind, flow in balance.flows.items()])
    left = balance.total.read - sum(_arrived(flow) for flow in balance.flows.values())
    if not left:
        return text("Arrived in the practice account: {records}.", records=arrived)
    return ntext(
        "Arrived in the practice account: {records}. {count} record was left out, for the reason named above.",
        "Arrived in the practice account: {records}. {count} records were left out, for the reasons named above.",
        left,
        records=arrived,
    )


def _arrived(flow: FlowBalance) -> int:
    return sum(flow.count(outcome) for outcome in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED))
