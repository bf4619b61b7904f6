"""The simulator's batches: they work by themselves and are asked for. Their archive lies on another host."""

from __future__ import annotations

from collections.abc import Callable

from app.connectors.mailchimp.simulated_call import Call, RefusedError, Reply, Row, fields_of, invalid, not_found, shown
from app.connectors.mailchimp.wire import stamp
from app.core.events import now

_MOST_OPERATIONS, _MOST_OPEN = 1_000, 500
_ARCHIVE = "https://mailchimp-api-batch.s3.example/"

Work = Callable[[Row], int]
"""Carries out one operation and gives its status."""


class BatchDesk:
    def __init__(self, work: Work) -> None:
        self._work = work

    def create(self, call: Call) -> Reply:
        body = fields_of(call, {"operations"}, ("operations",))
        operations: list[Row] = body["operations"]
        if len(operations) > _MOST_OPERATIONS:
            raise invalid("Too many operations.", ("operations", "At most 1000."))
        batches = call.world.batches
        if sum(each["status"] != "finished" for each in batches.values()) >= _MOST_OPEN:
            raise RefusedError(429, "Too Many Requests", "You have more than 500 pending batches.")
        for each in operations:
            if not isinstance(each.get("body", ""), str) or not str(each.get("path", "")).startswith("/"):
                raise invalid("The operation is not possible.", ("operations.body", "A text with JSON."))
        statuses = [self._work(each) for each in operations]
        batch_id = f"batch{len(batches) + 1:04}"
        batches[batch_id] = {
            "id": batch_id,
            "status": "pending",
            "total_operations": len(operations),
            "finished_operations": 0,
            "errored_operations": 0,
            "submitted_at": stamp(now()),
            "completed_at": "",
            "response_body_url": "",
        }
        call.world.batch_errors[batch_id] = sum(status >= 400 for status in statuses)
        call.world.batch_asked[batch_id] = 0
        return shown(call, batches[batch_id])

    def show(self, call: Call) -> Reply:
        batch = call.world.batches.get(call.ids[0])
        if batch is None:
            raise not_found()
        asked = call.world.batch_asked[batch["id"]] = call.world.batch_asked[batch["id"]] + 1
        if asked < call.world.batch_rounds:
            batch["status"] = "started"
        elif batch["status"] != "finished":
            batch |= {
                "status": "finished",
                "finished_operations": batch["total_operations"],
                "errored_operations": call.world.batch_errors[batch["id"]],
                "completed_at": stamp(now()),
                "response_body_url": f"{_ARCHIVE}{batch['id']}.tar.gz",
            }
        return shown(call, batch)
