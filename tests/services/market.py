"""Two made-up systems for the services' tests: a stall that sells, without HTTP, and a depot behind a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from app.core.errors import SignInError
from app.core.reasons import Reason
from app.core.records import Kind, Product, Record, Unreadable
from app.core.texts import text
from app.sdk.access import Access
from app.sdk.check import Finding, Probe
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.manifest import Category, Manifest, ProductNumbers, Reads, Writes
from app.sdk.pacing import Pace
from app.sdk.pushes import EMPTY_INBOX, Accepted, Declined, Inbox, Push, Receives, Reply
from app.sdk.registry import Registry
from app.sdk.settings import Secret, Setting, Settings
from app.sdk.simulator import Simulator
from app.sdk.source import Page, ReadRequest
from app.sdk.target import Mappings, RemoteField, Suggestion
from tests.engine.warehouse import ShelfSource, Warehouse, WarehouseTarget, order

TOKEN = "canary-token-51d3c0de"
KEY = "canary-key-0badf00d77"


class StallSettings(Settings):
    street: Annotated[str, Setting(label=text("Street")), Field(min_length=2)]
    token: Annotated[Secret, Setting(label=text("Token")), Field(min_length=8)]


class DepotSettings(Settings):
    key: Annotated[Secret, Setting(label=text("Key"))]
    hall: Annotated[str, Setting(label=text("Hall"), suggests="halls")] = "A"


class DepotOptions(Settings):
    label: Annotated[str, Setting(label=text("Label"))] = "from the stall"


def accept_push(settings: StallSettings, push: Push) -> Accepted | Declined:
    """Signed with the token; an order's number and address go along."""
    fields = dict(push.fields)
    if not fields:
        return Accepted(reply=Reply(body="OK"))
    if fields.get("sign") != settings.token.get_secret_value():
        return Declined(reply=Reply(status=403, body="who are you?"), words=text("A push with a wrong signature."))
    people = tuple(fields[name] for name in ("order", "email") if name in fields)
    return Accepted(reply=Reply(body="OK"), key=fields["order"], kinds=(Kind.ORDERS,), people=people)


@dataclass
class StallSource(ShelfSource):
    products: list[Record | Unreadable] = field(default_factory=list)
    on_page: Callable[[int], None] = lambda _number: None
    """Called with the number of each page, from 1, before it is given out."""

    async def read(self, request: ReadRequest) -> AsyncIterator[Page]:
        if request.kind is Kind.PRODUCTS:
            yield Page(tuple(self.products), "")
            return
        number = 0
        async for page in super().read(request):
            number += 1
            self.on_page(number)
            yield page


class DepotTarget(WarehouseTarget):
    def __init__(self, http: HttpClient, market: Market) -> None:
        super().__init__(http, market.warehouse)
        self._market = market

    async def remote_fields(self) -> Sequence[RemoteField]:
        return [RemoteField("1", label) for label in self._market.fields]

    async def create_field(self, label: str) -> RemoteField:
        await self._http.request("POST", "shelf", body={"name": label})
        self._market.fields.append(label)
        return RemoteField("2", label)

    async def remote_products(self) -> Sequence[Product]:
        return self._market.remote_products

    async def suggestions(self, name: str) -> Sequence[Suggestion]:
        return [Suggestion("B", "Hall B")] if name == "halls" else []


@dataclass
class Market:
    source: StallSource = field(default_factory=lambda: StallSource([order(number) for number in range(1, 11)]))
    warehouse: Warehouse = field(default_factory=Warehouse)
    fields: list[str] = field(default_factory=lambda: ["PHONE"])
    remote_products: list[Product] = field(default_factory=list)
    are_numbers_required: bool = False
    inbox: Inbox = EMPTY_INBOX

    def registry(self) -> Registry:
        return Registry({"stall": self.stall(), "depot": self.depot()})

    def stall(self) -> Manifest:
        return Manifest(
            system="stall",
            name="Stall",
            category=Category.SHOP,
            colour="#336699",
            monogram="S",
            summary=text("A market stall."),
            settings=StallSettings,
            pace=Pace(per_second=100_000),
            base_url=lambda _: "",
            probes=self.stall_probes,
            simulator=lambda _: Simulator(
                "stall",
                Warehouse().simulator,
                settings={"street": "Practice Street"},
                secrets={"token": "practice-token"},
                summary=dict,
            ),
            reads=(Reads(kind=Kind.ORDERS), Reads(kind=Kind.PRODUCTS)),
            open_source=self.open_stall,
            receives=Receives(kinds=(Kind.ORDERS,), accept=accept_push, help=text("Under Signals.")),
            reasons=(Reason("rotten", text("It has gone off."), text("Throw it away.")),),
        )

    def open_stall(self, access: Access[StallSettings], _options: object) -> Any:
        self.inbox = access.inbox
        return self.source

    def depot(self) -> Manifest:
        return Manifest(
            system="depot",
            name="Depot",
            category=Category.CRM,
            colour="#993366",
            monogram="D",
            summary=text("A depot."),
            settings=DepotSettings,
            pace=Pace(per_second=100_000, parallel=3),
            base_url=lambda _: "https://depot.invalid",
            probes=self.depot_probes,
            http_options=lambda settings: HttpOptions(
                headers={"Key": settings.key.get_secret_value()}, backoff_s=0.001, tries=2
            ),
            simulator=lambda _: self.practice_depot(),
            writes=(Writes(kind=Kind.ORDERS),),
            open_target=self.open_depot,
            target_options=DepotOptions,
            product_numbers=ProductNumbers(
                label=text("Depot number"),
                is_required=self.are_numbers_required,
                pattern=r"\d+",
                pattern_words=text("Digits only."),
            ),
        )

    def open_depot(self, access: Access[DepotSettings], _options: DepotOptions, _mappings: Mappings) -> DepotTarget:
        return DepotTarget(access.http, self)

    def practice_depot(self) -> Simulator:
        """What it holds goes along from one start to the next."""
        warehouse = Warehouse()
        warehouse.simulator.settings = {"hall": "Practice"}
        warehouse.simulator.secrets = {"key": "practice-key"}
        warehouse.simulator.snapshot = lambda: dict(warehouse.items)
        warehouse.simulator.restore = warehouse.items.update
        return warehouse.simulator

    def stall_probes(self, access: Access[StallSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
        async def sign_in() -> Finding:
            if access.settings.token.get_secret_value() != TOKEN:
                raise SignInError(
                    text("The stall does not know this token."), remedy=text("Enter it again."), field="token"
                )
            return Finding(text("Signed in."))

        async def sample() -> Finding:
            return Finding(text("Order 1 of anna.berg@example.com"))

        return (
            Probe(name="sign_in", title=text("Sign-in"), run=sign_in),
            Probe(name="sample", title=text("A sample"), run=sample),
        )

    def depot_probes(self, access: Access[DepotSettings], kinds: Sequence[Kind]) -> Sequence[Probe]:
        async def sign_in() -> Finding:
            await access.http.get("items", {"ids": "1"})
            return Finding(text("Signed in."))

        return (Probe(name="sign_in", title=text("Sign-in"), run=sign_in),)


__all__ = ["KEY", "TOKEN", "Market", "order"]
