"""The same work with the Singer SDK: a tap and a target, two processes joined by a pipe, as Singer prescribes.

``python -m tests.benchmarks.peer_singer ADDRESS RECORDS SIZE`` starts both and prints wall and CPU seconds as JSON.
Needs the optional extra ``bench``.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import requests  # type: ignore[import-untyped,unused-ignore]
from singer_sdk import BatchSink, Stream, Tap, Target  # type: ignore[import-not-found,unused-ignore]

from tests.benchmarks.sample_orders import PAGE_SIZE, order_document

_NAMED_TYPES = {int: "integer", bool: "boolean", str: "string"}


def schema_of(value: Any) -> dict[str, Any]:
    match value:
        case dict():
            return {"type": "object", "properties": {name: schema_of(each) for name, each in value.items()}}
        case list():
            return {"type": "array", "items": schema_of(value[0])}
        case _:
            return {"type": _NAMED_TYPES[type(value)]}


class Orders(Stream):
    name = "orders"
    primary_keys: ClassVar[list[str]] = ["id"]
    schema: ClassVar[dict[str, Any]] = schema_of(order_document(1_000_000))

    def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
        session = requests.Session()
        for page in range(-(-self.config["records"] // PAGE_SIZE)):
            answer = session.get(f"{self.config['address']}/orders", params={"page": page}, timeout=60)
            yield from answer.json()["orders"]


class BenchTap(Tap):
    name = "tap-bench"
    config_jsonschema: ClassVar[dict[str, Any]] = {
        "properties": {"address": {"type": "string"}, "records": {"type": "integer"}}
    }

    def discover_streams(self) -> list[Stream]:
        return [Orders(tap=self)]


class BenchSink(BatchSink):
    @property
    def max_size(self) -> int:
        return int(self.config["size"])

    def process_batch(self, context: dict[str, Any]) -> None:
        session = self._session = getattr(self, "_session", None) or requests.Session()
        bodies = [{**each, "key": str(each["id"])} for each in context["records"]]
        path, body = ("orders", bodies[0]) if self.max_size == 1 else ("batch", {"orders": bodies})
        content = json.dumps(body, default=str, separators=(",", ":"))
        session.post(f"{self.config['address']}/{path}", data=content, timeout=60).raise_for_status()


class BenchTarget(Target):
    name = "target-bench"
    default_sink_class = BenchSink
    config_jsonschema: ClassVar[dict[str, Any]] = {
        "properties": {"address": {"type": "string"}, "size": {"type": "integer"}}
    }


def main(arguments: list[str]) -> None:
    match arguments:
        case ["tap", address, records]:
            logging.disable(logging.CRITICAL)
            BenchTap(config={"address": address, "records": int(records)}).sync_all()
        case ["target", address, size]:
            logging.disable(logging.CRITICAL)
            BenchTarget(config={"address": address, "size": int(size)}).listen()
        case [address, records, size]:
            sys.stdout.write(json.dumps(_joined(address, records, size)) + "\n")


def _joined(address: str, records: str, size: str) -> dict[str, float]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.peer_singer"]
    tap = subprocess.Popen([*command, "tap", address, records], stdout=subprocess.PIPE)
    target = subprocess.Popen([*command, "target", address, size], stdin=tap.stdout, stdout=subprocess.DEVNULL)
    assert tap.stdout is not None
    tap.stdout.close()
    if target.wait() or tap.wait():
        raise SystemExit(1)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"wall_s": time.perf_counter() - began, "cpu_s": used.ru_utime + used.ru_stime}


if __name__ == "__main__":
    main(sys.argv[1:])
