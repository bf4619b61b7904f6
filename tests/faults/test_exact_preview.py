"""Previews of generated shops, compared with what their runs really did."""

from __future__ import annotations

import pytest

from app.services.previews import Previews
from tests.faults.exact_preview import PreviewDiffersError, main, try_shops


async def test_every_run_does_what_its_preview_had_shown_in_generated_shops() -> None:
    assert await try_shops(4, seed=6) > 100


def test_the_comparison_sees_a_difference(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from app.connectors.activecampaign import contacts

    really_plan = contacts.ContactTerms.values
    is_previewing = False
    preview = Previews.preview

    async def watched(self: Previews, *arguments: object, **more: object) -> object:
        nonlocal is_previewing
        is_previewing = True
        try:
            return await preview(self, *arguments, **more)  # type: ignore[arg-type]
        finally:
            is_previewing = False

    monkeypatch.setattr(Previews, "preview", watched)
    monkeypatch.setattr(contacts.ContactTerms, "values", lambda *given: really_plan(*given) if is_previewing else ())
    assert main(["--shops", "1", "--seed", "1"]) == 1
    assert "promised only" in capsys.readouterr().out
    assert issubclass(PreviewDiffersError, AssertionError)
