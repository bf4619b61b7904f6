"""No path leads from no, absent, withdrawn, bounced or deleted to subscribed, whatever happens in which order.

``python -m tests.faults.consent --sequences 1000000 --seed 7`` plays so many generated sequences; a failure names the
sequence, so that ``--only N`` repeats it alone.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from msgspec import structs

from app.connectors.activecampaign.world import World
from app.core.consent import Consent, ConsentState
from app.core.events import RunMode
from app.core.records import Contact
from app.core.rules import ContactChoice
from tests.faults.consent_program import LISTS, Choices, Program, new_world

SUBSCRIBED, UNSUBSCRIBED, BOUNCED, PENDING = "1", "2", "3", "0"
_MODES = (RunMode.HISTORICAL, RunMode.CHANGES, RunMode.RETRY, RunMode.TRIAL)


class Doing(StrEnum):
    """What may happen. Consent belongs to the shop, standings to the target, the rest to the person at the PC."""

    AGREE = "the shop's box is ticked"
    EMPTY_BOX = "the shop's box is left empty"
    NEVER_ASKED = "the shop does not know"
    WITHDRAW = "consent is withdrawn in the shop"
    CHANGE_ADDRESS = "the address changes in the shop"
    CHANGE_NAME = "the name changes in the shop"
    JOIN = "joins the list in the target"
    LEAVE = "leaves the list in the target"
    LIST_BOUNCE = "bounces on the list"
    HARD_BOUNCE = "bounces hard"
    ASK_TO_CONFIRM = "is asked to confirm in the target"
    MARK_DELETED = "is marked as deleted in the target"
    REMOVE = "is removed from the target"
    JOIN_THIRD = "joins a third list in the target"
    JOIN_OTHER = "joins another list in the target"
    LEAVE_OTHER = "leaves another list in the target"
    BOUNCE_OTHER = "bounces on another list"
    CHOOSE_LIST = "the person chooses the list"
    CHOOSE_OTHER_LIST = "the person chooses another list"
    CHOOSE_NO_LIST = "the person subscribes nobody"
    SEND_EVERYONE = "everyone is sent"
    SEND_AGREED = "only people with consent are sent"
    IMPORT = "historical import"
    SYNC = "sync of changes"
    RETRY = "retry"
    TRIAL = "trial"


_RUNS = dict(zip((Doing.IMPORT, Doing.SYNC, Doing.RETRY, Doing.TRIAL), _MODES, strict=True))
_CONSENTS = {
    Doing.AGREE: ConsentState.YES,
    Doing.EMPTY_BOX: ConsentState.NO,
    Doing.NEVER_ASKED: ConsentState.ABSENT,
    Doing.WITHDRAW: ConsentState.WITHDRAWN,
}
_STANDINGS = {
    Doing.JOIN: ("1", SUBSCRIBED),
    Doing.LEAVE: ("1", UNSUBSCRIBED),
    Doing.LIST_BOUNCE: ("1", BOUNCED),
    Doing.ASK_TO_CONFIRM: ("1", PENDING),
    Doing.JOIN_THIRD: ("3", SUBSCRIBED),
    Doing.JOIN_OTHER: ("2", SUBSCRIBED),
    Doing.LEAVE_OTHER: ("2", UNSUBSCRIBED),
    Doing.BOUNCE_OTHER: ("2", BOUNCED),
}
_CHOICES: dict[Doing, Callable[[Choices], Choices]] = {
    Doing.CHOOSE_LIST: lambda choices: replace(choices, list_id="1"),
    Doing.CHOOSE_OTHER_LIST: lambda choices: replace(choices, list_id="2"),
    Doing.CHOOSE_NO_LIST: lambda choices: replace(choices, list_id=""),
    Doing.SEND_EVERYONE: lambda choices: replace(choices, contacts=ContactChoice.EVERYONE),
    Doing.SEND_AGREED: lambda choices: replace(choices, contacts=ContactChoice.ONLY_WITH_CONSENT),
}


class ConsentAccidentError(AssertionError):
    """Somebody's standing changed who must have been left alone."""


@dataclass(slots=True)
class Play:
    """One person, one shop, one target, one integration."""

    program: Program
    contact: Contact
    choices: Choices = field(default_factory=Choices)
    addresses: int = 1
    last_met: tuple[Consent, str, str] | None = None
    """Consent, address and list of the last run."""
    removed_after_sending: bool = False
    """The target removed somebody whom the program had sent: only its ledger can know."""

    @classmethod
    def begin(cls) -> Play:
        return cls(Program(new_world()), Contact(id="c:1", email=_address(1), first_name="Erika"))

    def do(self, doing: Doing) -> None:
        """Raises ConsentAccidentError."""
        if doing in _RUNS:
            self._run(_RUNS[doing])
        elif doing in _CONSENTS:
            self.contact = structs.replace(self.contact, consent=Consent(_CONSENTS[doing]))
        elif doing in _CHOICES:
            self.choices = _CHOICES[doing](self.choices)
        elif doing in _STANDINGS:
            self._stand(*_STANDINGS[doing])
        elif doing is Doing.CHANGE_ADDRESS:
            self.addresses += 1
            self.contact = structs.replace(self.contact, email=_address(self.addresses), consent=Consent())
            self.removed_after_sending = False
        elif doing is Doing.CHANGE_NAME:
            self.contact = structs.replace(self.contact, first_name=f"{self.contact.first_name}a"[-40:])
        else:
            self._leave_for_good(doing)

    def _stand(self, list_id: str, status: str) -> None:
        """By the person's own doing, or the target's: the program has no part in it."""
        row, _ = self._world.put_contact(self.contact.email, {})
        self._world.set_membership(row["id"], list_id, status)
        self._world.resubscribed.clear()
        sent = self.program.ledger.get(self.contact.id)
        has_unknown_id = sent is not None and not sent.target_id
        self.removed_after_sending &= status != SUBSCRIBED and not has_unknown_id

    def _leave_for_good(self, doing: Doing) -> None:
        row = self._world.contact_by_email(self.contact.email)
        if doing is Doing.REMOVE:
            if row is not None:
                self._world.remove_contact(row["id"])
                for list_id in LISTS:
                    self._world["memberships"].pop(f"{row['id']}:{list_id}", None)
                sent = self.program.ledger.get(self.contact.id)
                self.removed_after_sending |= sent is not None and bool(sent.content_hash)
            return
        if row is None:
            row = self._world.put_contact(self.contact.email, {})[0]
            self.removed_after_sending = False
        row |= {"bounced_hard": "1"} if doing is Doing.HARD_BOUNCE else {"deleted": "1"}

    def _run(self, mode: RunMode) -> None:
        before = standings(self._world)
        objects, knew = self._objects(), self._world.contact_by_email(self.contact.email) is not None
        self.program.run(self.contact, mode, self.choices, before_sending=lambda: None)
        after = standings(self._world)
        for place in before.keys() | after.keys():
            if before.get(place) != after.get(place):
                self._judge(place, before.get(place), after.get(place), objects=objects)
        if self._world.resubscribed:
            raise ConsentAccidentError("somebody who had left was subscribed again")
        self._judge_writes(before, knew=knew)
        self._judge_withdrawal(after)
        self.last_met = self._met()

    def _judge(self, place: tuple[str, str], before: str | None, after: str | None, *, objects: bool) -> None:
        email, list_id = place
        is_ours = email == self.contact.email and list_id == self.choices.list_id
        state = self.contact.consent.state
        may_join = is_ours and before is None and after == SUBSCRIBED and state is ConsentState.YES and not objects
        may_leave = (
            is_ours and before in {SUBSCRIBED, PENDING} and after == UNSUBSCRIBED and state is ConsentState.WITHDRAWN
        )
        if not may_join and not may_leave:
            words = f"{before} -> {after} on list {list_id}, consent {state}, objection {objects}"
            raise ConsentAccidentError(words)

    def _judge_writes(self, before: dict[tuple[str, str], str], *, knew: bool) -> None:
        """With "only with consent", nothing is written about others but that they withdrew."""
        state = self.contact.consent.state
        if self.choices.contacts is ContactChoice.EVERYONE or state is ConsentState.YES or not self.program.writes:
            return
        held = before.get((self.contact.email, self.choices.list_id))
        if state is not ConsentState.WITHDRAWN or not knew or held not in {SUBSCRIBED, PENDING}:
            raise ConsentAccidentError(f"{len(self.program.writes)} requests about somebody who did not agree")

    def _judge_withdrawal(self, after: dict[tuple[str, str], str]) -> None:
        """An explicit withdrawal is heeded by the first run that sees it, whoever is to be sent otherwise."""
        is_news = self.last_met != self._met()
        row = self._world.contact_by_email(self.contact.email)
        if self.contact.consent.state is not ConsentState.WITHDRAWN or not is_news or row is None:
            return
        is_reachable = row["bounced_hard"] == "0" and row["deleted"] == "0"
        if is_reachable and after.get((self.contact.email, self.choices.list_id)) in {SUBSCRIBED, PENDING}:
            raise ConsentAccidentError("somebody who withdrew is still on the list")

    def _met(self) -> tuple[Consent, str, str]:
        return self.contact.consent, self.contact.email, self.choices.list_id

    def _objects(self) -> bool:
        """What speaks against a subscription, told from the target's rows alone."""
        if self.removed_after_sending:
            return True
        row = self._world.contact_by_email(self.contact.email)
        if row is None:
            return False
        on = {list_id: self._world.membership(row["id"], list_id) for list_id in LISTS}
        status = {list_id: held["status"] for list_id, held in on.items() if held}
        has_left = UNSUBSCRIBED in status.values() and SUBSCRIBED not in status.values()
        return row["bounced_hard"] != "0" or row["deleted"] == "1" or BOUNCED in status.values() or has_left

    @property
    def _world(self) -> World:
        return self.program.world


def standings(world: World) -> dict[tuple[str, str], str]:
    contacts = world["contacts"]
    rows = [row for row in world["memberships"].values() if row["contact"] in contacts]
    return {(contacts[row["contact"]]["email"], row["list"]): row["status"] for row in rows}


def play(doings: Sequence[Doing]) -> Play:
    """Raises ConsentAccidentError naming the whole sequence."""
    found = Play.begin()
    for place, doing in enumerate(doings, 1):
        try:
            found.do(doing)
        except ConsentAccidentError as error:
            told = "; ".join(doings[:place])
            raise ConsentAccidentError(f"{error}\nafter: {told}") from error
    return found


def _address(number: int) -> str:
    return f"kunde{number:04d}@example.com"


_ALL, _RUNNING = tuple(Doing), tuple(_RUNS)


def sequence(seed: int, number: int) -> list[Doing]:
    """Between runs one to three things happen, so that most sequences lead somewhere."""
    dice = random.Random(seed * 1_000_003 + number)
    doings: list[Doing] = []
    for _ in range(dice.randint(2, 4)):
        doings += dice.choices(_ALL, k=dice.randint(1, 3))
        doings.append(dice.choice(_RUNNING))
    return doings


def try_sequences(number: int, seed: int, tell: Callable[[int], None] = lambda _: None) -> int:
    """How many runs were played. Raises ConsentAccidentError."""
    runs = 0
    for each in range(number):
        try:
            runs += play(sequence(seed, each)).program.runs
        except ConsentAccidentError as error:
            raise ConsentAccidentError(f"sequence {each} of seed {seed}: {error}") from error
        if each % 10_000 == 9_999:
            tell(each + 1)
    return runs


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.consent", description=__doc__)
    parser.add_argument("--sequences", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="play this one sequence alone")
    wanted = parser.parse_args(arguments)
    if wanted.only is not None:
        doings = sequence(wanted.seed, wanted.only)
        _tell("\n".join(doings))
        play(doings)
        return 0
    began = time.perf_counter()
    try:
        runs = try_sequences(wanted.sequences, wanted.seed, lambda done: _tell(f"{done:,} sequences"))
    except ConsentAccidentError as error:
        _tell(str(error))
        return 1
    took_s = time.perf_counter() - began
    _tell(f"{wanted.sequences:,} sequences, {runs:,} runs, nobody subscribed by accident ({took_s:.0f} s)")
    return 0


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
