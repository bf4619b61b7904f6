"""The fault laboratory: the program is killed and its answers are lost until something would have to break.

::

    python -m tests.faults --kills 1000 --orders 100000 --seed 1     # about an hour on two cores
    python -m tests.faults --kills 200 --orders 20000 --pair rest
    python -m tests.faults --lost 10000
    python -m tests.faults --consent 1000000
    python -m tests.faults.changes --changes 1000000                 # beside it: a shop that changes while it is read
    python -m tests.faults.exact_preview                              # and previews against the runs that follow

A historical import runs in a process of its own, with a real data folder and real services, against simulators over
real sockets. ``--kills`` first kills one import at every named step (before, during and after everything that is
written or sent), then a large import until all kills are used up: from outside at random moments, while the program
starts, and at steps of a batch. Every time it is started again as a person would, and at the end source, target and
ledger are compared record by record: nothing lost, nothing twice, sums to the cent, the balance exact, and no restart
has sent more than one window of a hundred orders again. The same seed plans the same kills.

``--lost`` lets a target do the work and drops the connection before it answers; ``--consent`` plays generated
sequences of consent and status. Progress goes to standard error, a table and one line of JSON to standard output; the
exit code is 1 where anything went wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from tests.faults.consent import try_sequences
from tests.faults.kills import LaboratoryError, Outcome, at_every_step, at_random, calm_steps, random_kills
from tests.faults.lost import SHARES, Losses, lose_answers
from tests.faults.pairs import PAIRS
from tests.faults.shop import make_shop
from tests.faults.stage import Nursery, Stage

_STEPS_OF = ("rest", "graphql", "notebook", "blindbook")
_LARGE_OF = ("rest", "graphql")
"""Which pairs are killed at every step, and which share the large import, where nothing else is asked for."""
_TOLD_EVERY_S = 5.0


class _Progress:
    """On standard error; brief words at most every few seconds."""

    def __init__(self) -> None:
        self._told_at = 0.0

    def __call__(self, words: str, *, is_brief: bool = False) -> None:
        if is_brief and time.monotonic() - self._told_at < _TOLD_EVERY_S:
            return
        self._told_at = time.monotonic()
        sys.stderr.write(f"{words}\n")
        sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    wanted, tell = _parser().parse_args(arguments), _Progress()
    if not (wanted.kills or wanted.lost or wanted.consent):
        _parser().error("say --kills, --lost or --consent")
    began = time.perf_counter()
    told, problems = _played(wanted, tell)
    for each in problems:
        _say(f"WRONG  {each}")
    summary = {"seed": wanted.seed, **told, "problems": problems, "duration_s": round(time.perf_counter() - began, 1)}
    _say(json.dumps(summary))
    return 1 if problems else 0


def _played(wanted: argparse.Namespace, tell: _Progress) -> tuple[dict[str, object], list[str]]:
    """The figures, and what went wrong."""
    told: dict[str, object] = {}
    problems: list[str] = []
    try:
        if wanted.kills:
            outcomes = asyncio.run(_kills(wanted, tell))
            _table(_KILL_HEAD, [_kill_row(each) for each in outcomes])
            told |= {"kills": sum(each.kills for each in outcomes), "pairs": [_figures(each) for each in outcomes]}
            problems += [f"{each.pair}: {words}" for each in outcomes for words in each.problems]
        if wanted.lost:
            losses = asyncio.run(_losses(wanted, tell))
            _table(_LOST_HEAD, [_lost_row(each) for each in losses])
            told |= {"lost_answers": sum(each.lost_answers for each in losses), "losses": [asdict(e) for e in losses]}
            problems += [f"{each.pair}: {words}" for each in losses for words in each.problems]
        if wanted.consent:
            runs = try_sequences(wanted.consent, wanted.seed, lambda done: tell(f"{done:,} sequences of consent"))
            told |= {"consent_sequences": wanted.consent, "consent_runs": runs}
            _table(("sequences of consent", "runs", "accidents"), [(wanted.consent, runs, 0)])
    except (LaboratoryError, AssertionError) as error:  # what the parts raise when the program breaks its promise
        problems.append(str(error))
    return told, problems


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="kill the program so often")
    parser.add_argument("--orders", type=int, default=100_000, metavar="N", help="orders of the large import")
    parser.add_argument(
        "--pair", choices=PAIRS, action="append", help="only this pair of systems; may be given several times"
    )
    parser.add_argument("--lost", type=int, default=0, metavar="N", help="lose so many answers")
    parser.add_argument("--consent", type=int, default=0, metavar="N", help="play so many sequences of consent")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    return parser


async def _kills(wanted: argparse.Namespace, tell: _Progress) -> list[Outcome]:
    """Every pair at every step, then the large imports with what is left of the kills."""
    pairs, large = wanted.pair or _STEPS_OF, wanted.pair or _LARGE_OF
    outcomes = {name: Outcome(pair=name) for name in pairs}
    async with Nursery.open() as nursery:
        for name in sorted(pairs, key=large.count):  # those without a large import first: then the rest is known
            async with Stage.open(PAIRS[name], nursery) as stage:
                steps = await calm_steps(stage, wanted.seed)
                async for each in at_every_step(stage, steps, wanted.seed):
                    outcomes[name].add(each)
                    tell(f"{name}: {len(outcomes[name].steps)} of {len(steps)} named steps", is_brief=True)
                if name in large:
                    place = large.index(name)
                    left = wanted.kills - sum(each.kills for each in outcomes.values())
                    share = left // (len(large) - place)
                    orders = wanted.orders // len(large)
                    outcomes[name].add(await _large(stage, steps, share, orders, wanted.seed, tell))
    return list(outcomes.values())


async def _large(
    stage: Stage, steps: Mapping[str, int], kills: int, orders: int, seed: int, tell: _Progress
) -> Outcome:
    if kills <= 0:
        return Outcome(pair=stage.pair.name)
    of_batches = [name for name, number in steps.items() if number >= 4]
    tell(f"{stage.pair.name}: making a shop with {orders} orders")
    return await at_random(
        stage,
        make_shop(orders, seed),
        random_kills(seed, of_batches, orders / kills),
        kills,
        lambda now, arrived: tell(f"{now.pair}: {now.kills} of {kills} kills, {arrived} records", is_brief=True),
    )


async def _losses(wanted: argparse.Namespace, tell: _Progress) -> list[Losses]:
    pairs = wanted.pair or tuple(SHARES)
    share = {name: SHARES[name] for name in pairs}
    found = []
    for name in pairs:
        answers = max(1, round(wanted.lost * share[name] / sum(share.values())))
        async with Stage.open(PAIRS[name]) as stage:
            tell(f"{name}: losing {answers} answers")
            found.append(await lose_answers(stage, answers, wanted.seed))
        tell(f"{name}: {found[-1].lost} lost, {found[-1].doubled} doubled, {len(found[-1].problems)} problems")
    return found


_KILL_HEAD = ("pair", "kills", "steps", "orders", "lost", "doubled", "in doubt", "most sent again", "seconds")
_LOST_HEAD = ("pair", "lost answers", "orders", "lost", "doubled", "in doubt", "seconds")


def _kill_row(each: Outcome) -> tuple[object, ...]:
    repeats = ", ".join(f"{number} {kind}" for kind, number in sorted(each.most_repeated.items())) or "0"
    found = (each.orders, each.lost, each.doubled, each.in_doubt, repeats)
    return (each.pair, each.kills, len(each.steps), *found, round(each.duration_s))


def _lost_row(each: Losses) -> tuple[object, ...]:
    found = (each.orders, each.lost, each.doubled, each.in_doubt)
    return (each.pair, each.lost_answers, *found, round(each.duration_s))


def _figures(outcome: Outcome) -> dict[str, object]:
    return {**asdict(outcome), "steps": len(outcome.steps)}


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [list(head), *([str(each) for each in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    for row in cells:
        _say("  ".join(each.ljust(width) for each, width in zip(row, widths, strict=True)).rstrip())
    _say("")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
