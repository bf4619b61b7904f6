"""Many small writes in one request: Mailchimp works through them by itself and is asked until it has finished.

https://mailchimp.com/developer/marketing/guides/run-async-requests-batch-endpoint/ . What became of a single operation
stands in an archive on another host, which is never contacted: a batch without errors is proof enough, and after any
error everybody in it is looked up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.connectors.mailchimp.wire import Row, Wire, as_object, at, words
from app.core.texts import ntext
from app.sdk.answers import Answer, encoded
from app.sdk.plan import Batched, Json, Step

WORTHWHILE = 10
"""Fewer writes are done one by one: they are answered at once, with the words of a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a batch is waited for, in seconds; the pauses between two questions grow up to ``longest_s``."""

    first_s: float = 1.0
    longest_s: float = 15.0
    total_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Operation:
    key: str
    method: str
    path: str
    body: Json


def batch_step(name: str, operations: Sequence[Operation]) -> Step:
    """At most a thousand operations, which may run in any order."""
    items = tuple((each.key, _item(number, each)) for number, each in enumerate(operations, 1))
    return Step(
        name=name,
        method="POST",
        path=at("batches"),
        keys=tuple(dict.fromkeys(each.key for each in operations)),
        body=Batched({}, ("operations",), items),
        is_repeatable=True,  # members are changed to what they are to be, twice as well as once
        purpose=ntext("Change {count} member", "Change {count} members", len({each.key for each in operations})),
    )


def _item(number: int, operation: Operation) -> Json:
    return {
        "method": operation.method,
        "path": f"/{operation.path}",
        "operation_id": str(number),
        "params": {"skip_merge_validation": "true"} if operation.method in {"PATCH", "PUT"} else {},
        "body": encoded(operation.body).decode(),
    }


async def finished(wire: Wire, answer: Answer, patience: Patience) -> Row | None:
    """The finished batch, or None when it takes longer than anybody would wait."""
    batch = as_object(answer)
    path = f"batches/{words(batch.get('id'))}"
    pause_s, waited_s = patience.first_s, 0.0
    while words(batch.get("status")) != "finished":
        if waited_s >= patience.total_s:
            return None
        await asyncio.sleep(pause_s)
        waited_s += pause_s or 0.01
        pause_s = min(pause_s * 1.5, patience.longest_s)
        batch = await wire.get(path, {"fields": "id,status,total_operations,finished_operations,errored_operations"})
    return batch
