"""A data folder from another computer, at the command line."""

from collections.abc import Mapping

import pytest

from app import bootstrap
from tests.cli.conftest import Koppler, Set


def test_a_copied_data_folder_is_refused_until_the_person_has_moved(
    koppler: Koppler, practice: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(number: str) -> None:
        def computer_id(_environ: Mapping[str, str]) -> str:
            return number

        monkeypatch.setattr(bootstrap, "computer_id", computer_id)

    at("office")
    assert koppler("moved").out.startswith("This data folder belongs to this computer already.")
    at("laptop")
    refused = koppler("run", "shop-to-mail", "--historical")
    assert refused.code == 3
    assert "koppler moved" in refused.err
    assert practice.mail.simulator.writes == []
    assert koppler("preview", "shop-to-mail").code == 0

    assert koppler("moved", "--json").event("moved")["was_copy"]
    assert koppler("run", "shop-to-mail", "--historical").code in {0, 1}
