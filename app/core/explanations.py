"""What a reason means for one record: its facts, kept as plain words in the ledger, told in the person's language.

Facts hold amounts and names of fields, never personal data; ``101.00 EUR`` is written the same in every language and
becomes the locale's own when it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.core.local_words import ShownMoney
from app.core.money import Money
from app.core.texts import Text, text

_FACT = re.compile(r"(\w+): (.*?)(?=, \w+: |\Z)", re.DOTALL)

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """``words`` tell the facts; ``message`` is what they did not tell, such as the target's own words."""

    words: Text
    message: str = ""


def facts_in_words(facts: Facts) -> str:
    """``lines: 101.00 EUR, total: 100.00 EUR``: how the ledger keeps them."""
    return ", ".join(f"{name}: {value}" for name, value in facts.items())


def facts_of(words: str) -> Facts:
    """The facts again; empty for words that hold none."""
    return dict(_FACT.findall(words))


def explained(code: str, words: Text, message: str) -> Explanation:
    """``words`` are the reason's own, kept where the message holds no facts that this reason knows to tell."""
    tell = _TELLERS.get(code)
    try:
        told = tell(facts_of(message)) if tell and message else None
    except ValueError:  # no amount: words of somebody else that look like a fact
        told = None
    return Explanation(words, message) if told is None else Explanation(told)


def _money_mismatch(facts: Facts) -> Text | None:
    if "currencies" in facts:
        return text("Its amounts are in several currencies: {currencies}.", currencies=facts["currencies"])
    if "refunded" in facts and "total" in facts:
        return text("{refunded} were paid back, but the total is only {total}.", **_amounts(facts, "refunded", "total"))
    if not {"sum", "total", "difference"} <= facts.keys():
        return None
    values = _amounts(facts, "sum", "total", "lines", "shipping", "other", "discounts")
    difference = _money(facts["difference"])
    values["difference"] = ShownMoney(-difference if difference.is_negative() else difference)
    if facts.keys() & {"shipping", "other", "discounts"}:
        return _told_by_parts(values, is_too_much=not difference.is_negative())
    if difference.is_negative():
        return text("The lines add up to {sum}, the total is {total}: {difference} too little.", **values)
    return text("The lines add up to {sum}, the total is {total}: {difference} too much.", **values)


def _told_by_parts(values: Mapping[str, object], *, is_too_much: bool) -> Text:
    if is_too_much:
        return text(
            "Lines {lines}, shipping {shipping}, other amounts {other} and discounts {discounts} add up to {sum}, "
            "the total is {total}: {difference} too much.",
            **values,
        )
    return text(
        "Lines {lines}, shipping {shipping}, other amounts {other} and discounts {discounts} add up to {sum}, "
        "the total is {total}: {difference} too little.",
        **values,
    )


def _amounts(facts: Facts, *names: str) -> dict[str, object]:
    zero = Money.zero(_money(facts["total"]).currency)
    return {name: ShownMoney(_money(facts[name]) if name in facts else zero) for name in names}


def _money(words: str) -> Money:
    """Raises ValueError."""
    amount, _, currency = words.partition(" ")
    return Money.of(amount, currency)


_TELLERS: Mapping[str, Callable[[Facts], Text | None]] = {"money_mismatch": _money_mismatch}
