"""Sequences of what shops, people and targets do: nobody ends on a list who did not agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.activecampaign import contacts
from app.core.consent import ConsentAction, ConsentDecision
from tests.faults.consent import main, play, try_sequences
from tests.faults.consent_crowd import play_crowd
from tests.faults.consent_person import ConsentAccidentError, Doing

LIST = ("kunde0001@example.com", "1")


def status_after(*doings: Doing) -> str | None:
    world = play(doings).program.world
    row = world.contact_by_email(LIST[0])
    held = world.membership(row["id"], "1") if row else None
    return held["status"] if held else None


def test_two_thousand_generated_sequences_subscribe_nobody_by_accident() -> None:
    assert try_sequences(2_000, seed=7) > 4_000


@given(st.lists(st.sampled_from(Doing), max_size=16))
def test_no_sequence_leads_to_a_subscription_without_consent(doings: list[Doing]) -> None:
    play(doings)


@pytest.mark.parametrize("run", [Doing.IMPORT, Doing.SYNC, Doing.RETRY, Doing.TRIAL])
def test_whoever_agreed_is_subscribed_by_every_kind_of_run(run: Doing) -> None:
    assert status_after(Doing.AGREE, run) == "1"


@pytest.mark.parametrize("run", [Doing.IMPORT, Doing.SYNC])
def test_whoever_was_removed_from_the_target_is_not_sent_again(run: Doing) -> None:
    found = play([Doing.AGREE, run, Doing.REMOVE, Doing.CHANGE_NAME, run, Doing.CHANGE_NAME, Doing.IMPORT])
    assert found.program.world.contact_by_email(LIST[0]) is None
    assert found.program.ledger["c:1"].reason == "stays_deleted"


@pytest.mark.parametrize("run", [Doing.IMPORT, Doing.SYNC])
def test_a_removed_person_who_joined_again_is_updated(run: Doing) -> None:
    found = play([Doing.AGREE, run, Doing.REMOVE, Doing.JOIN, Doing.CHANGE_NAME, run])
    row = found.program.world.contact_by_email(LIST[0])
    assert row is not None
    assert row["firstName"] == "Erikaa"


@pytest.mark.parametrize("run", [Doing.IMPORT, Doing.SYNC])
def test_a_new_address_is_no_deletion(run: Doing) -> None:
    found = play([Doing.AGREE, run, Doing.CHANGE_ADDRESS, Doing.AGREE, run])
    assert found.program.world.contact_by_email("kunde0001-1@example.com") is not None
    assert found.program.world.contact_by_email(LIST[0]) is not None


@pytest.mark.parametrize("run", [Doing.IMPORT, Doing.SYNC])
@pytest.mark.parametrize("standing", [Doing.JOIN, Doing.ASK_TO_CONFIRM])
def test_a_withdrawal_is_told_even_where_only_people_with_consent_are_sent(run: Doing, standing: Doing) -> None:
    found = play([Doing.SEND_AGREED, standing, Doing.WITHDRAW, Doing.CHANGE_NAME, run])
    held = found.program.world.membership("1", "1")
    assert held is not None
    assert held["status"] == "2"
    row = found.program.world.contact_by_email(LIST[0])
    assert row is not None
    assert row["firstName"] == ""  # nothing else of the person is written


def test_a_withdrawal_counts_for_each_address_anew() -> None:
    first = (Doing.SEND_AGREED, Doing.JOIN, Doing.WITHDRAW, Doing.IMPORT)
    found = play((*first, Doing.CHANGE_ADDRESS, Doing.JOIN, Doing.WITHDRAW, Doing.SYNC))
    assert set(found.person.standings().values()) == {"2"}


def test_pending_is_never_confirmed_by_us() -> None:
    assert status_after(Doing.ASK_TO_CONFIRM, Doing.AGREE, Doing.SYNC, Doing.IMPORT) == "0"


def test_a_bounce_on_one_list_counts_on_every_list() -> None:
    assert status_after(Doing.JOIN_THIRD, Doing.BOUNCE_OTHER, Doing.AGREE, Doing.SYNC) is None


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_crowd_goes_through_the_whole_program_without_an_accident(seed: int, tmp_path: Path) -> None:
    assert await play_crowd(tmp_path / "data", people=150, rounds=6, seed=seed) == 150


def test_the_laboratory_sees_an_accident(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    careless = ConsentDecision(ConsentAction.SUBSCRIBE, "consent_given")
    monkeypatch.setattr(contacts, "decide", lambda *_, **__: careless)
    with pytest.raises(ConsentAccidentError, match="sequence 0 of seed 1"):
        try_sequences(1, seed=1)
    assert main(["--sequences", "5", "--seed", "1", "--people", "0"]) == 1
    assert "after:" in capsys.readouterr().out
