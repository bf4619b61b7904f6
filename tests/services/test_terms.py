"""A record counts as unchanged by itself only as long as everything that decides what is sent of it is the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.core.events import RunMode
from app.core.fields import FieldRule
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.services.routes import OpenIntegration
from tests.conftest import MemoryKeyring
from tests.services.marketing import AGREED, KEY, Marketing, marketing


async def opened_integration(pair: Marketing, **changes: object) -> OpenIntegration:
    integration = replace(await pair.services.integrations.stored(KEY), **changes)  # type: ignore[arg-type]
    async with pair.services.previews._integrating.opened(integration, read_only=True) as found:
        return found


async def test_the_terms_are_the_same_each_time_until_something_that_decides_is_another(
    tmp_path: Path, memory_keyring: MemoryKeyring
) -> None:
    async with marketing(tmp_path / "data", memory_keyring) as pair:
        opened = await opened_integration(pair)
        assert (await opened_integration(pair)).terms == opened.terms
        shop = replace(opened.source.account, settings={**opened.source.account.settings, "store_hash": "another"})
        others = [
            await opened_integration(pair, options={"subscribe_to_list": "2"}),
            await opened_integration(pair, fields=(FieldRule("contact.last_name", "PHONE"),)),
            replace(opened, mappings=replace(opened.mappings, products={"*": "4711"})),
            replace(opened, source=replace(opened.source, account=shop)),
            replace(opened, source=replace(opened.source, account=replace(opened.source.account, key="other-shop"))),
            replace(opened, target=replace(opened.target, account=replace(opened.target.account, key="other-mail"))),
        ]
        assert len({opened.terms, *(each.terms for each in others)}) == len(others) + 1
        for each in (opened, *others):
            assert {route.terms for route in each.routes((Kind.CONTACTS, Kind.ORDERS))} == {each.terms}


async def test_when_how_fast_and_who_is_told_decides_nothing_of_what_is_sent(
    tmp_path: Path, memory_keyring: MemoryKeyring
) -> None:
    async with marketing(tmp_path / "data", memory_keyring) as pair:
        before = (await opened_integration(pair)).terms
        options = {"history_per_minute": 60, "history_from_hour": 22, "history_to_hour": 6}
        told = {**options, "error_mails": ["boss@example.com"]}
        present = (await pair.services.integrations.stored(KEY)).options
        assert (await opened_integration(pair, options={**present, **told})).terms == before


async def test_whoever_was_erased_is_left_out_although_nothing_changed_in_the_shop(
    tmp_path: Path, memory_keyring: MemoryKeyring
) -> None:
    async with marketing(tmp_path / "data", memory_keyring) as pair:
        for name in ("anna", "bert"):
            pair.customer(name, consents=AGREED)
        await pair.run(RunMode.HISTORICAL)
        before = (await pair.run(RunMode.HISTORICAL)).balance.total
        assert before.count(Outcome.UNCHANGED) == before.read
        await pair.services.privacy.erase("anna@example.com")

        result = await pair.run(RunMode.HISTORICAL)

        assert result.is_finished
        assert result.balance.total.reasons == {"erased_person": 1}
        assert result.balance.total.count(Outcome.UNCHANGED) == before.read - 1


@pytest.mark.parametrize("options", [{"subscribe_to_list": "2"}, {"contacts": "only_with_consent"}])
async def test_a_changed_option_reaches_records_that_are_just_as_they_were(
    tmp_path: Path, memory_keyring: MemoryKeyring, options: dict[str, object]
) -> None:
    async with marketing(tmp_path / "data", memory_keyring) as pair:
        pair.customer("anna", consents=AGREED)
        pair.customer("bert", consents=[])
        await pair.run(RunMode.HISTORICAL)
        integration = await pair.services.integrations.stored(KEY)
        await pair.services.integrations.update(KEY, options={**integration.options, **options})
        shown = await pair.services.previews.preview(KEY, limit=100)

        result = await pair.run(RunMode.HISTORICAL)

        assert result.balance.total.count(Outcome.UNCHANGED) < result.balance.total.read
        assert {outcome: number for outcome in Outcome if (number := result.balance.total.count(outcome))} == {
            outcome: number for outcome, number in shown.counts.items() if number
        }
