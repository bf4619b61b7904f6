"""An integration named "Tea" between a shop and a newsletter tool, in memory."""

import asyncio

import pytest
from pytestqt.qtbot import QtBot

from app.core.records import Kind
from tests.ui.fakes import FakeWindow


@pytest.fixture
def tea_key(window: FakeWindow, qtbot: QtBot) -> str:
    async def make() -> None:
        shop = await window.services.accounts.create(
            "alphashop", "Tea shop", {"store_hash": "abc123"}, {"access_token": "token"}
        )
        mail = await window.services.accounts.create("betamail", "Mail", {"account_name": "x"}, {"api_key": "key"})
        kinds = [Kind.CONTACTS, Kind.ORDERS]
        await window.services.integrations.create("Tea", shop.key, mail.key, kinds, key="tea")

    task = asyncio.ensure_future(make())
    qtbot.waitUntil(task.done)
    return "tea"
