"""The whole program: both practice systems, the receiver on a real socket, and a push that becomes one order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import opened
from app.connectors.digistore24 import simulator as digistore24
from app.connectors.digistore24.manifest import MANIFEST as DIGISTORE24
from app.connectors.digistore24.simulated_pushes import connection_test, push_of
from app.connectors.digistore24.world import KEY, PASSPHRASE
from app.connectors.digistore24.world import World as Here
from app.connectors.digistore24.world import new_world as new_here
from app.connectors.konnektive import simulator as konnektive
from app.connectors.konnektive.manifest import MANIFEST as KONNEKTIVE
from app.connectors.konnektive.world import CAMPAIGN, LOGIN, PASSWORD
from app.connectors.konnektive.world import World as There
from app.connectors.konnektive.world import new_world as new_there
from app.core.events import RunMode
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.engine.life import Patience
from app.sdk.registry import Registry
from app.sdk.simulator import serve
from app.services import Services
from app.services.receiving.settings import ReceiverSettings
from app.storage.folder import DataFolder
from app.storage.keystore import Keystore
from tests.conftest import MemoryKeyring
from tests.connectors.digistore24.sender import Sender
from tests.connectors.standard import FAST


@dataclass
class Program:
    services: Services
    here: Here
    there: There

    async def run(self, mode: RunMode) -> Any:
        return await (await self.services.runs.start("courses", mode)).wait()

    async def push(self, sender: Sender, event: str, number: str, **more: Any) -> None:
        assert await sender.deliver(push_of(self.here, event, number, **more), tries=1) == 1
        await self.services.receiver.following.done()

    @property
    def orders(self) -> dict[str, dict[str, Any]]:
        """Without leads, which are no orders yet."""
        found = [each for each in self.there.orders.values() if each["orderStatus"] != "PARTIAL"]
        assert len({each["custom"]["custom1"] for each in found}) == len(found)
        return {each["custom"]["custom1"]: each for each in found}


@pytest.fixture
async def program(tmp_path: Path, memory_keyring: MemoryKeyring, unused_tcp_port: int) -> AsyncIterator[Program]:
    here, there = new_here(24), new_there(0)
    registry = Registry({each.system: replace(each, pace=FAST) for each in (DIGISTORE24, KONNEKTIVE)})
    async with (
        serve(digistore24.build_simulator(0, here)) as shop,
        serve(konnektive.build_simulator(0, there)) as crm,
        opened(
            DataFolder(tmp_path / "data"),
            registry=registry,
            keystore=Keystore(lambda: memory_keyring),
            environ={},
            patience=Patience(()),
            gathered_s=0.01,
        ) as services,
    ):
        secrets = {"api_key": KEY, "ipn_passphrase": PASSPHRASE}
        await services.accounts.create("digistore24", "Shop", {}, secrets, api_address=shop, key="shop")
        settings = {"login_id": LOGIN, "campaign_id": CAMPAIGN}
        await services.accounts.create(
            "konnektive", "Crm", settings, {"password": PASSWORD}, api_address=crm, key="crm"
        )
        await services.integrations.create(
            "Courses",
            "shop",
            "crm",
            [Kind.CONTACTS, Kind.ORDERS],
            {"fields_affiliates": {"affiliate_name": "custom2"}},
            {"512345": "4101", "512346": "4102", "*": "4999"},
            key="courses",
        )
        await services.receiver.book.save(ReceiverSettings(port=unused_tcp_port))
        base = await services.receiver.start()
        await services.receiver.book.save(ReceiverSettings(port=unused_tcp_port, public_address=base))
        yield Program(services, here, there)


async def test_a_history_then_pushes_then_a_refund_balance(program: Program) -> None:
    first = await program.run(RunMode.HISTORICAL)
    assert first.is_finished, first
    before = set(program.orders)

    sender = Sender(await program.services.receiver.book.public_address("shop"))
    assert await sender.set_up()
    assert await sender.deliver(connection_test(), tries=1) == 1
    moment = datetime.now(UTC)
    buyer = program.here.add_buyer(1, moment)
    number = program.here.add_purchase(buyer, [512345], moment)["id"]
    for _ in range(2):
        await program.push(sender, "on_payment", number, affiliate_name="partner7", newsletter_choice="optin")
    assert set(program.orders) - before == {number}
    assert program.orders[number]["custom"] == {"custom1": number, "custom2": "partner7"}

    program.here.add_transaction(number, "refund", Decimal("49.00"), moment + timedelta(seconds=1))
    await program.push(sender, "on_refund", number, transaction=1)
    assert program.orders[number]["orderStatus"] == "REFUNDED"
    assert len(await program.services.receiver.kept("shop")) == 2

    again = await program.run(RunMode.CHANGES)
    assert again.is_finished
    assert again.balance.total.count(Outcome.CREATED) == 0
    assert (
        len(
            [
                each
                for each in program.there.transactions.values()
                if each["orderId"] == program.orders[number]["orderId"]
            ]
        )
        == 2
    )


async def test_a_forged_push_changes_nothing_and_is_refused(program: Program) -> None:
    sender = Sender(await program.services.receiver.book.public_address("shop"))
    number = next(iter(program.here.purchases))
    await sender.deliver(push_of(program.here, "on_payment", number, passphrase="guessed"), tries=1)
    assert sender.heard[-1][0] == 403
    assert await program.services.receiver.kept("shop") == ()
