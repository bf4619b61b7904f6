"""Whoever left stays out, and the shop learns of it: both systems simulated, the program as its users call it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from app.connectors.activecampaign.world import World as MailWorld
from app.connectors.bigcommerce.world import World as ShopWorld
from app.sdk.registry import Registry
from tests.cli.conftest import Koppler, Served, Stage, declared

LIST = "1"
UNSUBSCRIBED = "2"
CONSENTS = ["marketing_newsletter", "abandoned_cart"]


@dataclass(frozen=True)
class Pair:
    """A shop whose subscribers all agree, and a newsletter system that puts them on its list."""

    shop: Served
    mail: Served
    file: Path

    @property
    def subscribers(self) -> ShopWorld:
        world = self.shop.simulator.world
        assert isinstance(world, ShopWorld)
        return world

    @property
    def members(self) -> MailWorld:
        world = self.mail.simulator.world
        assert isinstance(world, MailWorld)
        return world

    def consents_of(self, email: str) -> list[str]:
        row = self.subscribers.subscriber_with(email)
        assert row is not None
        return list(row["consents"])

    def members_of_list(self) -> list[str]:
        rows = self.members["memberships"].values()
        return [self.members["contacts"][row["contact"]]["email"] for row in rows if row["status"] == "1"]

    def leave(self, email: str) -> None:
        """As a person does it, by the link in a newsletter."""
        contact = self.members.contact_by_email(email)
        assert contact is not None
        self.members.set_membership(contact["id"], LIST, UNSUBSCRIBED)

    def status_of(self, email: str) -> str:
        contact = self.members.contact_by_email(email)
        assert contact is not None
        membership = self.members.membership(contact["id"], LIST)
        assert membership is not None
        return str(membership["status"])


@pytest.fixture
def pair(stage: Stage, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    shop = stage.serve(registry.of("bigcommerce").simulator(120))
    mail = stage.serve(registry.of("activecampaign").simulator(0))
    path = tmp_path / "shop.toml"
    path.write_text(declared("shop", shop, monkeypatch) + declared("mail", mail, monkeypatch), encoding="utf-8")
    found = Pair(shop, mail, path)
    for number in tuple(found.subscribers.subscribers):
        found.subscribers.change_subscriber(number, consents=CONSENTS)
    return found


def declare(pair: Pair, koppler: Koppler, *flows: str) -> None:
    names = ", ".join(f'"{flow}"' for flow in flows)
    words = f'source = "shop"\ntarget = "mail"\nflows = [{names}]\noptions = {{ subscribe_to_list = "{LIST}" }}\n'
    with pair.file.open("a", encoding="utf-8") as file:
        file.write(f"[integrations.shop-to-mail]\n{words}")
    applied = koppler("apply", pair.file)
    assert applied.code == 0, applied.err


def test_an_opt_out_is_written_back_to_the_shop_once_and_takes_the_newsletter_alone(
    koppler: Koppler, pair: Pair
) -> None:
    declare(pair, koppler, "contacts", "opt_outs")
    assert koppler("run", "shop-to-mail", "--historical").code == 0
    members = pair.members_of_list()
    assert len(members) > 20
    left, stayed = members[0], members[1:]
    pair.leave(left)
    writes = len(pair.shop.simulator.writes)

    outcome = koppler("run", "shop-to-mail", "--json")

    assert outcome.code == 0, outcome.out + outcome.err
    assert outcome.events[-1]["flows"]["opt_outs"]["updated"] == 1
    assert pair.consents_of(left) == ["abandoned_cart"]
    assert [pair.consents_of(each) for each in stayed] == [CONSENTS] * len(stayed)
    (written,) = pair.shop.simulator.writes[writes:]
    assert (written.method, written.json()["consents"]) == ("PUT", ["abandoned_cart"])

    shop_writes, mail_writes = len(pair.shop.simulator.writes), len(pair.mail.simulator.writes)
    again = koppler("run", "shop-to-mail", "--json")
    assert again.code == 0
    assert (len(pair.shop.simulator.writes), len(pair.mail.simulator.writes)) == (shop_writes, mail_writes)
    assert pair.status_of(left) == UNSUBSCRIBED


def test_three_imports_leave_thirty_people_who_left_alone(koppler: Koppler, pair: Pair) -> None:
    """The shop still calls them subscribers, and changes every one of them before each import."""
    declare(pair, koppler, "contacts", "orders")
    assert koppler("run", "shop-to-mail", "--historical").code == 0
    gone = pair.members_of_list()[:30]
    assert len(gone) == 30
    for email in gone:
        pair.leave(email)
    before = len(pair.mail.simulator.writes)

    for number in range(3):
        for customer in pair.subscribers.customers:
            pair.subscribers.change_customer(customer, company=f"Company {number}", phone=f"0341 55{number}")
        outcome = koppler("run", "shop-to-mail", "--historical", "--json")
        assert outcome.code == 0, outcome.out + outcome.err
        assert outcome.events[-1]["flows"]["contacts"]["updated"] >= len(gone)

    assert pair.mail.simulator.summary()["resubscribed"] == 0
    assert {pair.status_of(email) for email in gone} == {UNSUBSCRIBED}
    imports = [each.json() for each in pair.mail.simulator.writes[before:] if each.path.endswith("bulk_import")]
    sent = [contact for each in imports for contact in each["contacts"] if contact["email"] in gone]
    assert len(sent) == 3 * len(gone)
    assert not [contact for contact in sent if "subscribe" in contact]
