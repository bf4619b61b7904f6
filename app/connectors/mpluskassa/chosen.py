"""What a person chose, held against the register before anything is sent: a wrong number would fail every record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.connectors.mpluskassa.debtors import Debtors
from app.connectors.mpluskassa.lists import read_branches, read_relation_fields, read_tax_codes
from app.connectors.mpluskassa.people import words
from app.connectors.mpluskassa.target_options import TargetOptions
from app.connectors.mpluskassa.wire import Wire, listed
from app.core.errors import ConfigError
from app.core.records import Kind
from app.core.texts import text

_IN_AN_EMPLOYEES_NAME = frozenset({Kind.ORDERS, Kind.STOCK, Kind.PRODUCTS})
_AT_A_BRANCH = frozenset({Kind.ORDERS, Kind.STOCK})
_SOLD = frozenset({Kind.ORDERS, Kind.PRODUCTS})
_WITH_CONSENT = frozenset({Kind.CONTACTS, Kind.OPT_OUTS})


@dataclass(frozen=True, slots=True)
class Chosen:
    wire: Wire
    options: TargetOptions

    async def check(self, kinds: Sequence[Kind]) -> None:
        """Asks only for what the kinds need. Raises ConfigError beside the field."""
        wanted = set(kinds)
        if wanted & _IN_AN_EMPLOYEES_NAME:
            await self._employee()
        if wanted & _AT_A_BRANCH:
            await self._branch()
        if wanted & _WITH_CONSENT and self.wire.settings.consent_field:
            await self._consent_field()
        if wanted & _SOLD:
            await self._tables()
        if Kind.ORDERS in wanted:
            await self._payment_methods()
            await self._debtor()

    async def _employee(self) -> None:
        number = self.options.employee_number
        answer = await self.wire.ask("getEmployee", {"employeeNumber": number})
        if not str(answer.get("result", "")).endswith("-OK"):
            raise ConfigError(
                text("The register knows no employee {number}.", number=number),
                remedy=text("Enter the number of an employee of the register, or 999999 for its super user."),
                field="employee_number",
            )

    async def _branch(self) -> None:
        branch = self.wire.settings.branch_number
        known = {row["branchNumber"] for row in await read_branches(self.wire)}
        if known and branch not in known:
            raise ConfigError(
                text("The register knows no branch {number}.", number=branch),
                remedy=text("Choose one of the branches of the register in the account."),
                field="branch",
            )

    async def _consent_field(self) -> None:
        field = self.wire.settings.consent_field
        if field not in {words(row, "fieldName") for row in await read_relation_fields(self.wire)}:
            raise ConfigError(
                text('The register has no additional field "{field}" for customers.', field=field),
                remedy=text("Create it in MplusKASSA as a yes/no field, or choose another one."),
                field="consent_field",
            )

    async def _tables(self) -> None:
        if self.options.tax_codes:
            codes = {str(row["vatCode"]) for row in (await read_tax_codes(self.wire)).rows}
            self._known("tax_codes", self.options.tax_codes, codes)
        if self.options.turnover_groups:
            answer = await self.wire.request("getTurnoverGroups", {})
            rows = listed(answer, "turnoverGroupList", "turnoverGroup")
            self._known("turnover_groups", self.options.turnover_groups, {str(row["turnoverGroup"]) for row in rows})

    def _known(self, field: str, table: Mapping[str, str], known: Collection[str]) -> None:
        wrong = sorted({str(int(each)) for each in table.values()} - set(known))
        if wrong:
            raise ConfigError(
                text("The register knows no {numbers}.", numbers=", ".join(wrong)),
                remedy=text("Choose the numbers of the second column from those that are suggested."),
                field=field,
            )

    async def _payment_methods(self) -> None:
        default = self.options.default_payment_method
        fields = {
            "payment_methods": set(self.options.payment_methods),
            "default_payment_method": {default} if default else set(),
        }
        if not any(fields.values()):
            return
        answer = await self.wire.ask("getPaymentMethods")
        known = {words(row, "method") for row in listed(answer, "paymentMethodList", "paymentMethod")}
        for field, methods in fields.items():
            if wrong := sorted(methods - known):
                raise ConfigError(
                    text("The register knows no payment method {methods}.", methods=", ".join(wrong)),
                    remedy=text("Choose from those that are suggested."),
                    field=field,
                )

    async def _debtor(self) -> None:
        number = self.options.default_debtor
        if number and not await Debtors(self.wire).read(number):
            raise ConfigError(
                text("The register knows no customer {number}.", number=number),
                remedy=text('Correct the number under "One customer for all orders", or leave it empty.'),
                field="default_debtor",
            )
