"""What an integration decides about a file's documents."""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field

from app.core.texts import text
from app.sdk.settings import Setting, Settings


class CreditNotes(StrEnum):
    SKIP = "skip"
    REFUND = "refund"


class CodeRole(StrEnum):
    """What a code that is no product stands for."""

    SHIPPING = "shipping"
    DISCOUNT = "discount"
    LEAVE_OUT = "leave_out"
    PRODUCT = "product"


def default_code_rules() -> dict[str, CodeRole]:
    """Codes that till and invoice exports commonly use. None is left out by itself: that would lower a total
    unasked, and a short code such as ``B`` may be a product in the next shop."""
    return {
        "POST": CodeRole.SHIPPING,
        "DOT": CodeRole.SHIPPING,
        "C2": CodeRole.SHIPPING,
        "SHIPPING": CodeRole.SHIPPING,
        "VERSAND": CodeRole.SHIPPING,
        "D": CodeRole.DISCOUNT,
        "DISCOUNT": CodeRole.DISCOUNT,
        "RABATT": CodeRole.DISCOUNT,
        "M": CodeRole.PRODUCT,
        "S": CodeRole.PRODUCT,
        "PADS": CodeRole.PRODUCT,
        "CRUK": CodeRole.PRODUCT,
        "BANK CHARGES": CodeRole.PRODUCT,
        "gift_*": CodeRole.PRODUCT,
        "AMAZONFEE": CodeRole.PRODUCT,
        "B": CodeRole.PRODUCT,
    }


class FileOptions(Settings):
    credit_notes: Annotated[
        CreditNotes,
        Setting(
            label=text("Credit notes"),
            help=text(
                "Documents with a negative total. As a refund they lower the order that they name; without such an "
                "order they become an order of their own that is refunded in full."
            ),
            choices={"skip": text("Leave out"), "refund": text("Send as refunds")},
        ),
    ] = CreditNotes.SKIP
    code_rules: Annotated[
        dict[str, CodeRole],
        Setting(
            label=text("Codes that are no product"),
            help=text(
                "The code on the left (* stands for anything); on the right what it is: {choices}. A line that is left "
                "out lowers the total of its order.",
                choices=", ".join(CodeRole),
            ),
            choices={
                "shipping": text("Shipping"),
                "discount": text("Discount"),
                "leave_out": text("Leave out"),
                "product": text("An ordinary line"),
            },
            table_headings=(text("Code"), text("What it is")),
            is_advanced=True,
        ),
    ] = Field(default_factory=default_code_rules)

    def role_of(self, code: str) -> CodeRole | None:
        """None for a code that no rule names: a product."""
        upper = code.strip().upper()
        exact = next((role for rule, role in self.code_rules.items() if rule.strip().upper() == upper), None)
        if exact or not upper:
            return exact
        return next((role for rule, role in self.code_rules.items() if fnmatchcase(upper, rule.strip().upper())), None)
