"""Keeps the table of systems in README.md in step with the connectors.

python packaging/systems_table.py         write it anew, with the Python in .venv
python packaging/systems_table.py check   fail where it is out of date
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BEGIN, END = "<!-- systems:begin -->", "<!-- systems:end -->"
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from app.core.labels import KIND_NAMES  # noqa: E402 - a plain script finds the program beside itself
from app.core.records import Kind  # noqa: E402
from app.core.texts import current_language, use_language  # noqa: E402
from app.sdk.manifest import Manifest  # noqa: E402
from app.sdk.registry import Registry  # noqa: E402

_HEAD = (
    "| System | Role | Comes out | Goes in |",
    "| --- | --- | --- | --- |",
)


def rendered(manifests: Iterable[Manifest]) -> str:
    """The table and every system's limits, in English, without the markers."""
    before = current_language()
    use_language("en")
    try:
        systems = list(manifests)
        rows = [_row(each) for each in systems]
        limits = [_limits(each) for each in systems]
    finally:
        use_language(before)
    return "\n".join([*_HEAD, *rows, "", *limits])


def _row(manifest: Manifest) -> str:
    roles = [name for name, holds in (("source", manifest.is_source), ("target", manifest.is_target)) if holds]
    reads = _flows([each.kind for each in manifest.reads])
    writes = _flows([each.kind for each in manifest.writes])
    return f"| **{manifest.name}** (`{manifest.system}`) | {' and '.join(roles)} | {reads} | {writes} |"


def _flows(kinds: Sequence[Kind]) -> str:
    names = [str(KIND_NAMES[kind]).lower() for kind in Kind if kind in kinds]
    return ", ".join(names) or "–"


def _limits(manifest: Manifest) -> str:
    lines = "\n".join(f"- {limit}" for limit in manifest.limits)
    return f"<details><summary>Known limits of {manifest.name}</summary>\n\n{lines}\n\n</details>\n"


def renewed(readme: str, table: str) -> str:
    """The document with the table between its markers. Raises ValueError without exactly one pair of them."""
    head, found, rest = readme.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not found or not ended or BEGIN in rest or END in tail:
        raise ValueError(f"README.md needs {BEGIN} and {END}, once each and in this order")
    return f"{head}{BEGIN}\n{table}\n{END}{tail}"


def main(arguments: Sequence[str]) -> int:
    if list(arguments) not in ([], ["check"]):
        print(__doc__)
        return 2
    is_checking = bool(arguments)
    readme = README.read_text(encoding="utf-8")
    wanted = renewed(readme, rendered(Registry.discover()))
    if readme == wanted:
        return 0
    if is_checking:
        print("The table of systems in README.md is out of date. Renew it: python packaging/systems_table.py")
        return 1
    README.write_text(wanted, encoding="utf-8", newline="\n")
    print("README.md: table of systems renewed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
