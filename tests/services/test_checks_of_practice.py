"""The connection test of real systems, before anybody has chosen what to send."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bootstrap import opened
from app.core.events import StageState
from app.storage.folder import DataFolder


@pytest.mark.parametrize("system", ["bigcommerce", "activecampaign"])
async def test_without_chosen_flows_every_permission_and_a_sample_are_tried(data_dir: Path, system: str) -> None:
    async with opened(DataFolder(data_dir), environ={}, practice_records=20) as services:
        account = await services.accounts.practice(system)
        stages = [stage async for stage in services.checks.check(account.account.key)]
    results = {stage.name: stage.state for stage in stages if stage.state is not StageState.RUNNING}
    assert sum(name.startswith("permission:") for name in results) >= 3
    assert results["sample"] is StageState.OK
    assert StageState.FAILED not in results.values()
