"""The register's lists that nearly everything refers to: branches, tax codes, groups, methods, additional fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.connectors.mpluskassa.countries import alpha_3
from app.connectors.mpluskassa.faults import UnknownOperationError
from app.connectors.mpluskassa.goods import Group, groups_in
from app.connectors.mpluskassa.people import words
from app.connectors.mpluskassa.sales import tax_rate
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.wire import Wire, listed
from app.sdk.answers import RejectedError
from app.sdk.target import Suggestion


async def read_branches(wire: Wire) -> Sequence[Row]:
    return listed(await wire.ask("getBranches"), "branches", "branch")


async def read_groups(wire: Wire) -> Mapping[int, Group]:
    return groups_in(await wire.request("getArticleGroups", {}))


async def read_categories(wire: Wire) -> Mapping[int, str]:
    """Names of the categories of relations, by number; none where the register is too old to tell them."""
    try:
        answer = await wire.ask("getCardCategories")
    except (RejectedError, UnknownOperationError):
        return {}
    rows = listed(answer, "relationCardCategoryList", "cardCategory")
    return {int(row["categoryId"]): words(row, "name") for row in rows}


async def read_relation_fields(wire: Wire) -> Sequence[Row]:
    return listed(await wire.ask("getCustomFieldLists"), "relationCustomFieldList", "customField")


async def read_article_fields(wire: Wire) -> Sequence[str]:
    """Names of the additional fields that hold text."""
    rows = listed(await wire.ask("getCustomFieldLists"), "articleCustomFieldList", "customField")
    return [words(row, "fieldName") for row in rows if row.get("dataType") in {None, "", "DATA-TYPE-STRING"}]


@dataclass(frozen=True, slots=True)
class TaxCodes:
    """The tax codes of one branch; a code means another rate in another country."""

    rows: tuple[Row, ...] = ()
    home: str = ""
    """The country of the branch, three letters; empty where it is not known."""

    def code(self, country: str, percent: Decimal | None) -> str:
        """The code of a rate in a country; empty where the register has none, or several."""
        if percent is None:
            return ""
        wanted = alpha_3(country)
        found = {
            str(row["vatCode"])
            for row in self.rows
            if self._country(row) == wanted and tax_rate(row["vatPercentage"]) == percent
        }
        return found.pop() if wanted and len(found) == 1 else ""

    def knows(self, country: str) -> bool:
        wanted = alpha_3(country)
        return bool(wanted) and any(self._country(row) == wanted for row in self.rows)

    def _country(self, row: Row) -> str:
        """A row that names none is of the register's own country."""
        return words(row, "countryIso3").upper() or self.home


async def read_tax_codes(wire: Wire) -> TaxCodes:
    """Those of the account's branch; a row without a branch holds for all."""
    rows = listed(await wire.ask("getVatGroupList"), "vatGroup")
    mine = {wire.settings.branch_number, None, 0}
    branches = await read_branches(wire)
    home = next(
        (words(row, "countryIso3") for row in branches if row["branchNumber"] == wire.settings.branch_number), ""
    )
    return TaxCodes(tuple(row for row in rows if row.get("branchNumber") in mine), home.upper())


async def suggestions(wire: Wire, name: str) -> Sequence[Suggestion]:
    """Choices for a form, by the name of its list."""
    match name:
        case "branches":
            return [_suggestion(row["branchNumber"], words(row, "branchName")) for row in await read_branches(wire)]
        case "payment_methods":
            rows = listed(await wire.ask("getPaymentMethods"), "paymentMethodList", "paymentMethod")
            usable = [row for row in rows if row.get("active") is not False]
            return [_suggestion(row["method"], words(row, "description")) for row in usable]
        case "tax_codes":
            return [_tax_suggestion(row) for row in (await read_tax_codes(wire)).rows]
        case "turnover_groups":
            answer = await wire.request("getTurnoverGroups", {"onlyActive": True})
            rows = listed(answer, "turnoverGroupList", "turnoverGroup")
            return [_suggestion(row["turnoverGroup"], words(row, "turnoverGroupName")) for row in rows]
        case "relation_fields":
            fields = await read_relation_fields(wire)
            return [_suggestion(words(row, "fieldName"), "") for row in fields if _is_yes_or_no(row)]
        case _:
            return ()


def _suggestion(value: object, label: str) -> Suggestion:
    return Suggestion(str(value), f"{value} – {label}" if label else str(value))


def _tax_suggestion(row: Row) -> Suggestion:
    rate = f"{tax_rate(row['vatPercentage']).normalize():f} %"
    return _suggestion(row["vatCode"], " ".join(part for part in (words(row, "countryIso3"), rate) if part))


def _is_yes_or_no(row: Row) -> bool:
    return row.get("dataType") in {None, "", "DATA-TYPE-BOOL"}
