"""What the screens of the references show: the same integrations, runs, products and log lines every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.core.configuration import Match
from app.core.events import ProgressEvent, RunMode, RunState
from app.core.outcomes import Balance, FlowBalance, Outcome
from app.core.records import Kind
from app.core.texts import text, verbatim
from app.sdk.plan import FieldLine
from app.services.status import Action, RunView, Status, next_step
from app.ui.shell import LogLine
from tests.ui.fake_runs import NOON, FakeHandle, preview_item, problem, product, run_view
from tests.ui.fake_services import FakeServices, refused_stages

INTEGRATION, RUN = "tea", "run-7"
_FINISHED = {Outcome.CREATED: 300, Outcome.UPDATED: 20, Outcome.UNCHANGED: 31, Outcome.SKIPPED: 68, Outcome.FAILED: 3}
_SO_FAR = {Outcome.CREATED: 146, Outcome.UPDATED: 4, Outcome.SKIPPED: 7, Outcome.FAILED: 1}


async def one_integration(services: FakeServices) -> None:
    shop = await services.accounts.create(
        "alphashop", "Tea shop", {"store_hash": "abc123"}, {"access_token": "token"}, key="shop"
    )
    mail = await services.accounts.create(
        "betamail", "Newsletter", {"account_name": "tea"}, {"api_key": "key"}, key="mail"
    )
    await services.integrations.create(
        "Tea shop → Newsletter", shop.key, mail.key, [Kind.CONTACTS, Kind.ORDERS], key=INTEGRATION
    )


async def integrations_in_several_states(services: FakeServices) -> None:
    await one_integration(services)
    stands: Mapping[str, Mapping[str, Any]] = {
        INTEGRATION: {
            "status": Status.UP_TO_DATE,
            "facts": verbatim("4,812 contacts · 9,377 orders"),
            "next_step": next_step(Action.SYNC),
            "last_run": run_view(mode=RunMode.CHANGES),
        },
        "books": {
            "status": Status.RUNNING,
            "next_step": next_step(Action.OPEN_RUN),
            "last_run": run_view(integration="books", state=RunState.RUNNING),
        },
        "gifts": {
            "status": Status.NEEDS_ATTENTION,
            "next_step": next_step(Action.FIX),
            "last_run": run_view(
                integration="gifts", state=RunState.PAUSED, message="The access token was refused. Renew it to go on."
            ),
        },
        "courses": {"status": Status.DRAFT, "next_step": next_step(Action.FINISH_SETUP)},
        "old": {"status": Status.INACTIVE, "next_step": next_step(Action.ACTIVATE)},
    }
    titles = {"books": "Book shop → Newsletter", "gifts": "Gifts → Newsletter", "courses": "Courses", "old": "Old shop"}
    for key, title in titles.items():
        await services.integrations.create(title, "shop", "mail", [Kind.ORDERS], key=key)
    services.integrations.stands.update({key: dict(stand) for key, stand in stands.items()})


async def refused_sign_in(services: FakeServices) -> None:
    services.checks.stages = refused_stages()


async def products(services: FakeServices) -> None:
    await one_integration(services)
    services.products.stored = (
        product("*", number="4999", match=Match.BY_HAND),
        product("HERB-01", "Kräutertee Morgentau", "4011", Match.SKU, ean="4006381333931"),
        product("HERB-02", "Kräutertee Abendruhe", ean="4006381333948"),
        replace(product("GT-250", "Grüntee Sencha", "4020", Match.NAME), confidence=87),
        product("0017", "Teesieb Edelstahl", "4031", Match.BY_HAND),
        product("85123A", "T-Light-Halter", "85123A", Match.BY_HAND),
        product("GIFT-10", "Gift card"),
    )


async def preview(services: FakeServices) -> None:
    await one_integration(services)
    lines = (
        FieldLine(text("Customer"), "a•••@example.com", "a•••@example.com"),
        FieldLine(text("Order total"), "855.86", "85586", text("to cents")),
        FieldLine(text("Currency"), "GBP", "GBP"),
        FieldLine(text("Placed"), "2026-01-31 12:00", "2026-01-31T12:00:00Z", text("in UTC")),
    )
    services.previews.items = (
        replace(preview_item("536365"), fields=lines),
        replace(preview_item("536366", Outcome.UPDATED), fields=lines),
        preview_item("536367", Outcome.UNCHANGED),
        preview_item("536414", Outcome.SKIPPED, "guest_order"),
    )


async def finished_run(services: FakeServices) -> None:
    await one_integration(services)
    services.runs.views[RUN] = run_view(counts=_FINISHED)
    services.runs.found = [
        problem("541431", message="currency is not a 3-letter code"),
        problem("541502", reason="no_email"),
        problem("541733", message="the total is negative"),
    ]


async def running_run(services: FakeServices) -> None:
    await one_integration(services)
    services.runs.views[RUN] = _running()
    services.runs.handles[INTEGRATION] = FakeHandle(RUN, INTEGRATION)
    services.runs.found = [problem("541431", message="currency is not a 3-letter code")]


async def nothing(services: FakeServices) -> None:
    """The program as it is first opened."""


def progress_of(integration: str = INTEGRATION) -> ProgressEvent:
    return ProgressEvent(
        run_id=RUN,
        integration=integration,
        kind=Kind.ORDERS,
        done=158,
        total=259,
        per_second=41,
        seconds_left=240,
        balance=Balance({Kind.ORDERS: FlowBalance(158, _SO_FAR)}),
        current_key="1042",
    )


def log_lines() -> list[LogLine]:
    levels_and_words = (
        ("info", "Historical import: Tea shop → Newsletter has started."),
        ("ok", "150 orders sent."),
        ("warning", "The shop asks to slow down: one request a second for now."),
        ("error", "Order 541431: the target refused this record."),
    )
    return [
        LogLine(number, NOON + timedelta(seconds=7 * number), level, words, has_details=level == "error")  # type: ignore[arg-type]
        for number, (level, words) in enumerate(levels_and_words)
    ]


def _running() -> RunView:
    return run_view(state=RunState.RUNNING, counts=_SO_FAR)
