"""``koppler support``: shown, then saved."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.cli.conftest import Koppler, Set


def test_what_is_shown_is_what_is_saved(koppler: Koppler, practice: Set, tmp_path: Path) -> None:
    path = tmp_path / "support.zip"
    assert koppler("run", "shop-to-mail", "--historical", "--json").code in {0, 1}
    shown = koppler("support", path, "--preview", "--json")
    assert not path.exists()
    saved = koppler("support", path, "--json")
    assert (shown.code, saved.code) == (0, 0)
    assert saved.event("support")["path"] == str(path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        everything = " ".join(archive.read(name).decode() for name in names)
        assert [each["name"] for each in shown.events] == names
    told = {each["name"]: each["content"] for each in shown.events}
    assert told["configuration.json"] in everything
    secrets = [*practice.shop.simulator.secrets.values(), *practice.mail.simulator.secrets.values()]
    private = [*secrets, practice.shop.address, practice.mail.address, "@example.com", str(tmp_path)]
    assert [each for each in private if each in everything or each in shown.out] == []


def test_people_are_told_to_look_into_it(koppler: Koppler, tmp_path: Path) -> None:
    outcome = koppler("support", tmp_path / "s.zip")
    assert "database.json: State of the database" in outcome.out
    assert "Look into it before you pass it on." in outcome.out
    preview = koppler("support", tmp_path / "s2.zip", "--preview")
    assert '"check": "ok"' in preview.out
