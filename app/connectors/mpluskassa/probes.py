"""The connection test from sign-in on. Nothing that it does changes anything in the register."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from app.connectors.mpluskassa.faults import UnknownOperationError
from app.connectors.mpluskassa.lists import read_branches, read_relation_fields
from app.connectors.mpluskassa.people import words
from app.connectors.mpluskassa.settings import MplusSettings, SourceOptions
from app.connectors.mpluskassa.source import MplusSource
from app.connectors.mpluskassa.target_options import SUPER_USER
from app.connectors.mpluskassa.wire import NO_TEXTS, Wire
from app.core.errors import ConfigError
from app.core.records import Kind
from app.core.texts import Text, text
from app.sdk.access import Access
from app.sdk.check import Finding, Probe
from app.sdk.samples import sample_of
from app.sdk.source import ReadRequest

_LISTS: Mapping[str, object] = {"articlePluNumbers": NO_TEXTS, "articleBarcodes": NO_TEXTS}
_ONE: Mapping[str, object] = {"syncMarker": 0, "syncMarkerLimit": 1}
_NEEDS: Mapping[Kind, tuple[tuple[str, Mapping[str, object] | None], ...]] = {
    Kind.CONTACTS: (("getRelations", _ONE),),
    Kind.ORDERS: (
        ("getOrders", {**_ONE, **_LISTS}),
        ("getInvoices", {**_ONE, **_LISTS}),
        ("getVatGroupList", None),
        ("getPaymentMethods", None),
    ),
    Kind.PRODUCTS: (("getProducts", {**_ONE, "pluNumbers": NO_TEXTS}), ("getTurnoverGroups", {"onlyActive": True})),
    Kind.CATEGORIES: (("getArticleGroups", {}),),
    Kind.OPT_OUTS: (("getRelations", _ONE),),
}
_TITLES: Mapping[Kind, Text] = {
    Kind.CONTACTS: text("Customers"),
    Kind.ORDERS: text("Orders and invoices"),
    Kind.PRODUCTS: text("Products"),
    Kind.CATEGORIES: text("Article groups"),
    Kind.STOCK: text("Stock"),
    Kind.OPT_OUTS: text("Consent field"),
}
_READABLE = text("Can be read. Writing is proven by a trial with one record, as every write changes something.")
_WRITTEN_IN_A_NAME = frozenset({Kind.ORDERS, Kind.STOCK, Kind.PRODUCTS})
_SAMPLED = (Kind.ORDERS, Kind.CONTACTS, Kind.PRODUCTS)


def probes(access: Access[MplusSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
    test = _Test(access)
    wanted = [kind for kind in Kind if kind in kinds and kind in _TITLES]
    stages = [
        Probe(name="sign_in", title=text("Sign-in"), run=test.sign_in),
        Probe(name="branch", title=text("Branch"), run=test.branch, is_blocking=False),
    ]
    stages += [
        Probe(name=f"permission:{kind.value}", title=_TITLES[kind], run=test.permission(kind), is_blocking=False)
        for kind in wanted
    ]
    if _WRITTEN_IN_A_NAME & set(wanted):
        stages.append(Probe(name="employee", title=text("Employee"), run=test.employee, is_blocking=False))
    if sampled := next((kind for kind in _SAMPLED if kind in wanted), None):
        run = partial(test.sample, sampled)
        stages.append(Probe(name="sample", title=text("A sample record"), run=run, is_blocking=False))
    return stages


class _Test:
    def __init__(self, access: Access[MplusSettings]) -> None:
        self._access = access
        self._wire = Wire(access)

    async def sign_in(self) -> Finding:
        told = await self._wire.ask("getApiVersion")
        version = f"{told['majorNumber']}.{told['minorNumber']}.{told['revisionNumber']}"
        return Finding(text("Signed in; the register speaks version {version}.", version=version))

    async def branch(self) -> Finding:
        rows = await read_branches(self._wire)
        number = self._access.settings.branch_number
        mine = next((row for row in rows if row["branchNumber"] == number), None)
        if mine is None:
            known = ", ".join(f"{row['branchNumber']} {words(row, 'branchName')}" for row in rows)
            raise ConfigError(
                text("The register knows no branch {number}. It knows: {known}.", number=number, known=known or "–"),
                remedy=text("Enter one of these numbers as the branch number."),
                field="branch",
            )
        return Finding(text("{number}: {name}", number=number, name=words(mine, "branchName")))

    def permission(self, kind: Kind) -> Callable[[], Awaitable[Finding]]:
        match kind:
            case Kind.STOCK:
                return self._stock
            case Kind.OPT_OUTS:
                return self._consent_field
            case _:
                return partial(self._readable, kind)

    async def employee(self) -> Finding:
        """The number itself belongs to the integration; this is what it begins with."""
        answer = await self._wire.ask("getEmployee", {"employeeNumber": SUPER_USER})
        if str(answer.get("result", "")).endswith("-OK"):
            return Finding(text("Employee 999999, in whose name orders are entered, is known."))
        words_ = text("Employee 999999 is not known here: enter another employee number in the integration.")
        return Finding(words_, is_note=True)

    async def sample(self, kind: Kind) -> Finding:
        source = MplusSource(self._access, SourceOptions())
        return await sample_of(source.read(ReadRequest(kind=kind, until=self._access.clock(), limit=1)))

    async def _readable(self, kind: Kind) -> Finding:
        try:
            for operation, request in _NEEDS[kind]:
                await self._wire.ask(operation, None if request is None else {"request": request})
        except UnknownOperationError as error:
            raise ConfigError(error.message, remedy=error.remedy, detail=error.detail) from error
        return Finding(
            text("Can be read. Writing is proven by a trial with one record, as every write changes something.")
        )

    async def _stock(self) -> Finding:
        request: dict[str, object] = {
            "branchNumber": self._access.settings.branch_number,
            "articleNumbers": {"articleNumbers": [1]},
        }
        await self._wire.request("getStock", request)
        return Finding(
            text("Can be read. Writing is proven by a trial with one record, as every write changes something.")
        )

    async def _consent_field(self) -> Finding:
        field = self._access.settings.consent_field
        if not field:
            words_ = text("No consent field is named in the account: opt-outs cannot be written into the register.")
            return Finding(words_, is_note=True)
        known = [words(row, "fieldName") for row in await read_relation_fields(self._wire)]
        if field not in known:
            raise ConfigError(
                text('The register has no additional field "{field}" for customers.', field=field),
                remedy=text("Create it in MplusKASSA as a yes/no field, or choose another one."),
                field="consent_field",
            )
        return Finding(text('The field "{field}" is there.', field=field))
