"""No path leads from no, absent, withdrawn, bounced or deleted to subscribed, whatever happens in which order.

``python -m tests.faults.consent --sequences 1000000 --seed 7`` plays so many generated sequences; a failure names the
sequence, so that ``--only N`` repeats it alone.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.consent_crowd import play_crowd
from tests.faults.consent_person import RUNS, ConsentAccidentError, Doing, Person
from tests.faults.consent_program import Program, new_world


@dataclass(slots=True)
class Play:
    """One person, one shop, one target, one integration."""

    program: Program
    person: Person

    @classmethod
    def begin(cls) -> Play:
        program = Program(new_world())
        return cls(program, Person(program.world, program.ledger))

    def do(self, doing: Doing) -> None:
        """Raises ConsentAccidentError."""
        mode = RUNS.get(doing)
        if mode is None:
            self.person.do(doing)
            return
        before = self.person.notice()
        self.program.run(self.person.contact, mode, self.person.choices)
        self.person.judge(before, requests=len(self.program.writes))


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


_CROWD = 500
_ALL, _RUNNING = tuple(Doing), tuple(RUNS)


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


def try_crowd(people: int, seed: int) -> None:
    """Raises ConsentAccidentError."""
    for place, start in enumerate(range(0, people, _CROWD)):
        with tempfile.TemporaryDirectory() as folder:
            crowd = play_crowd(Path(folder) / "data", people=min(_CROWD, people - start), rounds=8, seed=seed + place)
            asyncio.run(crowd)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.consent", description=__doc__)
    parser.add_argument("--sequences", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=3_000, help="so many more through the whole program")
    parser.add_argument("--only", type=int, help="play this one sequence alone")
    wanted = parser.parse_args(arguments)
    if wanted.only is not None:
        doings = sequence(wanted.seed, wanted.only)
        _tell("\n".join(doings))
        play(doings)
        return 0
    began = time.perf_counter()
    try:
        try_crowd(wanted.people, wanted.seed)
        runs = try_sequences(wanted.sequences, wanted.seed, lambda done: _tell(f"{done:,} sequences"))
    except ConsentAccidentError as error:
        _tell(str(error))
        return 1
    took_s = time.perf_counter() - began
    _tell(f"{wanted.people:,} people through the whole program")
    _tell(f"{wanted.sequences:,} sequences, {runs:,} runs, nobody subscribed by accident ({took_s:.0f} s)")
    return 0


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
