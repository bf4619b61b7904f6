"""Started by the tests of the guide: this program with one more folder of connectors.

python with_connector.py FOLDER tests ARGUMENTS…    the standard tests
python with_connector.py FOLDER run DATA            two practice imports; prints what became of them as JSON
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import app.connectors


def main(folder: str, task: str, *rest: str) -> int:
    app.connectors.__path__.append(folder)
    if task == "tests":
        import pytest

        return int(pytest.main(list(rest)))
    print(json.dumps(asyncio.run(_import_twice(Path(rest[0])))))  # noqa: T201 - read by the test
    return 0


async def _import_twice(data: Path) -> dict[str, Any]:
    from app.bootstrap import opened
    from app.core.events import RunMode
    from app.core.records import Kind
    from app.storage.folder import DataFolder

    async with opened(DataFolder(data), environ={}, practice_records=40) as services:
        shop = await services.accounts.practice("bigcommerce")
        box = await services.accounts.practice("letterbox")
        before = await services.practice.summary(box.account)
        options = {"subscribe_who_agreed": True}
        view = await services.integrations.create("Practice", shop.key, box.key, [Kind.CONTACTS], options)
        simulator = await services.practice.simulator(box.account)
        simulator.fail(kind="drop_after", method="POST", path="/people", skip=2, times=2)
        results, writes = [], []
        for _ in range(2):
            handle = await services.runs.start(view.key, RunMode.HISTORICAL)
            results.append(await handle.wait())
            writes.append(len(simulator.writes))
        return {
            "finished": [each.is_finished for each in results],
            "balances": [each.balance.total.as_numbers() for each in results],
            "writes": writes,
            "before": dict(before),
            "after": dict(await services.practice.summary(box.account)),
            "left": sum(each["subscribed"] == "left" for each in simulator.snapshot().values()),
            "addresses": len({each["email"] for each in simulator.snapshot().values()}),
        }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
