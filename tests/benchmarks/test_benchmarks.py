"""The benchmarks run: with tiny numbers, without a look at the clock."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_two_rows_print_one_json_document(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "single", "mapping", "--quick", "--scale", "0.01", "--json", "-"],
        cwd=Path(__file__).parents[2],
        env={"KOPPLER_HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.stderr == ""
    document = json.loads(ran.stdout)
    assert [row["row"] for row in document["rows"]] == ["single", "mapping"]
    assert all(figure["value"] > 0 for row in document["rows"] for figure in row["figures"])
