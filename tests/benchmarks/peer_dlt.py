"""The same work with dlt: `python -m tests.benchmarks.peer_dlt ADDRESS RECORDS SIZE`.

Reads the pages of the bench server with dlt's own HTTP session and sends orders through a custom destination, in
batches of SIZE. Prints wall and CPU seconds as JSON. Needs the optional extra ``bench``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
os.environ["NORMALIZE__WORKERS"] = "1"

import dlt  # type: ignore[import-not-found,unused-ignore]
import requests  # type: ignore[import-untyped,unused-ignore]

from tests.benchmarks.sample_orders import PAGE_SIZE


def run(address: str, records: int, size: int, folder: str) -> None:
    session = requests.Session()

    @dlt.resource(name="orders", max_table_nesting=0)
    def orders() -> Iterator[list[dict[str, Any]]]:
        for page in range(-(-records // PAGE_SIZE)):
            yield session.get(f"{address}/orders", params={"page": page}, timeout=60).json()["orders"]

    @dlt.destination(
        batch_size=size, name="bench", loader_parallelism_strategy="sequential", skip_dlt_columns_and_tables=True
    )
    def send(items: list[dict[str, Any]], table: Any) -> None:
        bodies = [{**each, "key": str(each["id"])} for each in items]
        path, body = ("orders", bodies[0]) if size == 1 else ("batch", {"orders": bodies})
        content = json.dumps(body, default=str, separators=(",", ":"))
        session.post(f"{address}/{path}", data=content, timeout=60).raise_for_status()

    pipeline = dlt.pipeline("bench", destination=send, pipelines_dir=folder, progress=None)
    pipeline.run(orders())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        wall, cpu = time.perf_counter(), time.process_time()
        run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), name)
        taken = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    sys.stdout.write(json.dumps(taken) + "\n")
