"""Paths that are no harmless file: in declarations, tables and the settings of files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.errors import ConfigError
from app.sdk.registry import Registry
from app.sdk.settings import InputKind, field_specs
from app.services.declarationfile import read_declaration
from app.services.tables import read_table
from tests.cli.conftest import Koppler

WITH_PATHS = [
    (manifest, spec.name)
    for manifest in Registry.discover()
    for spec in field_specs(manifest.settings)
    if spec.input is InputKind.PATH
]


def trick(tmp_path: Path, kind: str) -> str:
    (tmp_path / "folder").mkdir()
    if kind == "pipe":
        os.mkfifo(tmp_path / "pipe")
    links = {
        "link to a device": "/dev/zero",
        "link to itself": "loop",
        "link to a folder": "folder",
        "dead link": "gone",
    }
    if kind in links:
        (tmp_path / ("loop" if kind == "link to itself" else kind)).symlink_to(links[kind])
    return {"link to itself": "loop", "outside": "../" * 40 + "dev/null"}.get(kind, kind)


TRICKS = [
    *(
        "pipe",
        "link to a device",
        "link to itself",
        "link to a folder",
        "dead link",
        "outside",
        "/dev/zero",
        "/dev/stdin",
    ),
    *("folder", "CON", "NUL.csv", "a\x00b", "~nobody-at-all/file.csv", "/proc/self/mem", "x" * 5_000),
]
ELSEWHERE = [
    r"\\\\server\\share\\orders.csv",
    "//server/share/orders.csv",
    r"\\\\?\\C:\\orders.csv",
    r"\\\\.\\PhysicalDrive0",
]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("kind", TRICKS)
@pytest.mark.parametrize(("manifest", "field"), WITH_PATHS, ids=lambda each: getattr(each, "system", each))
def test_a_path_that_is_no_file_ends_in_one_clear_message(
    koppler: Koppler, tmp_path: Path, manifest, field: str, kind: str
) -> None:
    name = trick(tmp_path, kind)
    quoted = name.encode("unicode_escape").decode().replace("\\x00", "\\u0000")
    words = f'[accounts.mine]\nsystem = "{manifest.system}"\nsettings = {{ {field} = "{quoted}" }}\n'
    (tmp_path / "mine.toml").write_text(words, encoding="utf-8")
    applied = koppler("apply", tmp_path / "mine.toml")
    if applied.code == 0:
        checked = koppler("check", "mine", "--json")
        assert checked.code in {3, 4}
        assert any(event.get("state") == "failed" for event in checked.events)
    else:
        assert applied.code == 3
    assert "Traceback" not in applied.err


@pytest.mark.parametrize("path", ELSEWHERE)
@pytest.mark.parametrize(("manifest", "field"), WITH_PATHS, ids=lambda each: getattr(each, "system", each))
def test_a_declaration_makes_no_computer_look_at_another_one(
    koppler: Koppler, tmp_path: Path, manifest, field: str, path: str
) -> None:
    words = f'[accounts.mine]\nsystem = "{manifest.system}"\nsettings = {{ {field} = "{path}" }}\n'
    (tmp_path / "mine.toml").write_text(words, encoding="utf-8")
    outcome = koppler("apply", tmp_path / "mine.toml")
    assert outcome.code == 3
    assert "names another computer or a device" in outcome.err


@pytest.mark.parametrize("name", ["../shop", "/etc/passwd", "..", "a/b", "a\\\\b", "CON ", "shop.toml", "x" * 65, ""])
def test_a_short_name_is_no_path(koppler: Koppler, tmp_path: Path, data_dir: Path, name: str) -> None:
    (tmp_path / "mine.toml").write_text(f'[accounts."{name}"]\nsystem = "files"\n', encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    assert koppler("apply", tmp_path / "mine.toml").code == 3
    assert [path for path in tmp_path.rglob("*") if path not in before and data_dir not in path.parents] == []


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no such device")
@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev"])
def test_neither_declarations_nor_tables_are_read_from_devices(path: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_declaration(Path(path))
    (tmp_path / "table.csv").symlink_to(path)
    with pytest.raises(ConfigError):
        read_table(tmp_path / "table.csv")


def test_a_declaration_nested_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000, encoding="utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_declaration(tmp_path / "deep.toml")
