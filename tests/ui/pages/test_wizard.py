import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.events import RunMode
from app.core.records import Kind
from app.services.mappingcheck import MappingProblems
from app.ui.context import Context
from app.ui.pages.connect import ConnectionState
from app.ui.pages.wizard import WizardPage
from app.ui.pages.wizard.connect_step import NEW, PRACTICE, ConnectStep
from app.ui.pages.wizard.flows_step import FlowsStep
from app.ui.pages.wizard.model import Side, Step
from app.ui.pages.wizard.page import Panels
from app.ui.pages.wizard.systems_step import SystemsStep
from app.ui.widgets import ConfirmSheet, EmptyState
from tests.ui.accessibility import unnamed_controls
from tests.ui.fake_services import refused_stages
from tests.ui.fakes import FakeWindow


def panel(_context: Context, key: str) -> QWidget:
    return EmptyState("flask", f"panel of {key}")


def wizard(window: FakeWindow, qtbot: QtBot, **place: str) -> WizardPage:
    page = WizardPage(window.context, **place, panels=Panels(panel, panel))
    window.show(page)
    qtbot.waitUntil(
        lambda: (bool(page.model.systems) and bool(systems_of(page).source.names())) or bool(place.get("key"))
    )
    return page


def systems_of(page: WizardPage) -> SystemsStep:
    step = page.steps[Step.SYSTEMS]
    assert isinstance(step, SystemsStep)
    return step


def connect_of(page: WizardPage) -> ConnectStep:
    step = page.steps[Step.CONNECT]
    assert isinstance(step, ConnectStep)
    return step


def flows_of(page: WizardPage) -> FlowsStep:
    step = page.steps[Step.FLOWS]
    assert isinstance(step, FlowsStep)
    return step


def go_on(qtbot: QtBot, page: WizardPage) -> None:
    qtbot.waitUntil(page.continue_button.isEnabled)
    qtbot.mouseClick(page.continue_button, Qt.MouseButton.LeftButton)


def to_connect(window: FakeWindow, qtbot: QtBot) -> WizardPage:
    page = wizard(window, qtbot, source="alphashop", target="betamail")
    go_on(qtbot, page)
    qtbot.waitUntil(lambda: page.step is Step.CONNECT and connect_of(page).editor is not None)
    return page


def wait_for_side(qtbot: QtBot, step: ConnectStep, side: Side) -> None:
    qtbot.waitUntil(lambda: step.side is side and step.choice is not None and step.editor is not None)


def wait_for_step(qtbot: QtBot, page: WizardPage, step: Step) -> None:
    qtbot.waitUntil(lambda: page.step is step)


def use_practice_data(qtbot: QtBot, page: WizardPage) -> None:
    """Both sides with made-up data, up to the third step."""
    step = connect_of(page)
    for side in Side:
        wait_for_side(qtbot, step, side)
        assert step.choice is not None
        step.choice.set_value(PRACTICE)
        qtbot.waitUntil(lambda: step.editor is not None and step.editor.is_practice)
        qtbot.waitUntil(lambda: step.editor is not None and step.editor.test.state is ConnectionState.PASSED)
        go_on(qtbot, page)
    qtbot.waitUntil(lambda: page.step is Step.FLOWS and bool(flows_of(page).switches))


def test_from_two_systems_to_a_started_import_with_practice_data(window: FakeWindow, qtbot: QtBot) -> None:
    page = wizard(window, qtbot)
    assert not page.continue_button.isEnabled()
    qtbot.mouseClick(systems_of(page).source.card("alphashop"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.continue_button.isEnabled)  # the only fitting target is chosen by itself
    go_on(qtbot, page)
    qtbot.waitUntil(lambda: page.step is Step.CONNECT)
    use_practice_data(qtbot, page)
    go_on(qtbot, page)
    qtbot.waitUntil(lambda: page.step is Step.PRODUCTS)
    go_on(qtbot, page)
    qtbot.waitUntil(lambda: page.step is Step.PREVIEW)
    assert page.continue_button.text() == "Start historical import"
    go_on(qtbot, page)
    qtbot.waitUntil(lambda: bool(window.services.runs.started))
    (key, mode), created = window.services.runs.started[0], window.services.integrations.stored
    assert mode is RunMode.HISTORICAL
    assert not created[key].is_draft
    assert (created[key].source, created[key].target) == ("practice-alphashop", "practice-betamail")
    assert created[key].title == "Practice Alpha Shop → Practice Beta Mail"
    assert window.navigator.last == ("run", {"run_id": "run-1"})


def test_a_new_account_is_tested_before_it_is_stored(window: FakeWindow, qtbot: QtBot) -> None:
    page = to_connect(window, qtbot)
    step = connect_of(page)
    assert step.editor is not None
    assert not page.continue_button.isEnabled()
    qtbot.keyClicks(step.editor.form.control("store_hash"), "abc123")
    qtbot.keyClicks(step.editor.form.control("access_token"), "token")
    qtbot.waitUntil(page.continue_button.isEnabled)
    qtbot.keyClick(step.editor.form.control("access_token"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: step.side is Side.TARGET)
    assert isinstance(window.services.checks.asked[0], tuple)
    assert window.services.checks.asked[-1] == "alpha-shop"
    account = page.model.account(Side.SOURCE)
    assert account is not None
    assert account.key == "alpha-shop"


def test_a_failed_test_holds_the_steps_but_not_the_draft(window: FakeWindow, qtbot: QtBot) -> None:
    window.services.checks.stages = refused_stages()
    page = to_connect(window, qtbot)
    step = connect_of(page)
    assert step.editor is not None
    qtbot.keyClicks(step.editor.form.control("store_hash"), "abc123")
    qtbot.keyClicks(step.editor.form.control("access_token"), "token")
    go_on(qtbot, page)
    qtbot.waitUntil(lambda: step.editor is not None and step.editor.test.state is ConnectionState.FAILED)
    qtbot.waitUntil(lambda: not page.continue_button.isEnabled())
    assert step.editor.form.field("access_token").error()
    assert not window.services.accounts.stored
    page.run(page._save_draft())
    qtbot.waitUntil(lambda: bool(window.services.integrations.stored))
    (draft,) = window.services.integrations.stored.values()
    assert draft.is_draft
    assert (draft.source, draft.target) == ("alpha-shop", "")


def test_an_existing_account_is_offered_first(window: FakeWindow, qtbot: QtBot) -> None:
    task = asyncio.ensure_future(
        window.services.accounts.create("alphashop", "Tea shop", {"store_hash": "abc123"}, {"access_token": "x"})
    )
    qtbot.waitUntil(task.done)
    step = connect_of(to_connect(window, qtbot))
    assert step.choice is not None
    assert step.editor is not None
    assert step.choice.value() == "tea-shop"
    qtbot.keyClicks(step.editor.form.control("store_hash"), "9")
    step.choice.set_value(NEW)
    qtbot.waitUntil(lambda: step.editor is not None and step.editor.model.is_new)
    step.choice.set_value("tea-shop")
    qtbot.waitUntil(lambda: step.editor is not None and step.editor.model.form.value("store_hash") == "abc1239")


def test_flows_and_options_are_stored_as_chosen(window: FakeWindow, qtbot: QtBot) -> None:
    page = to_connect(window, qtbot)
    use_practice_data(qtbot, page)
    flows = flows_of(page)
    assert set(flows.switches) == {Kind.PRODUCTS, Kind.CONTACTS, Kind.ORDERS, Kind.OPT_OUTS}
    assert "Refunds are read" in flows.switches[Kind.ORDERS].accessibleDescription()
    for kind in (Kind.PRODUCTS, Kind.OPT_OUTS):
        qtbot.mouseClick(flows.switches[kind], Qt.MouseButton.LeftButton)
    _common, (target, form) = flows.forms[0], flows.forms[-1]
    form.control("tag").setText("tea-customer")  # type: ignore[attr-defined]
    assert target.value("tag") == "tea-customer"
    qtbot.waitUntil(lambda: target.is_valid)
    go_on(qtbot, page)
    qtbot.waitUntil(lambda: page.step is Step.PRODUCTS)
    (stored,) = window.services.integrations.stored.values()
    assert stored.flows == (Kind.CONTACTS, Kind.ORDERS)
    assert stored.options == {"tag": "tea-customer"}
    assert stored.is_draft


def test_without_a_flow_there_is_no_next_step(window: FakeWindow, qtbot: QtBot) -> None:
    page = to_connect(window, qtbot)
    use_practice_data(qtbot, page)
    for switch in flows_of(page).switches.values():
        switch.setChecked(False)
    assert not page.continue_button.isEnabled()


def test_a_mapping_that_would_refuse_a_run_says_what_is_missing(window: FakeWindow, qtbot: QtBot) -> None:
    window.services.integrations.mapping_problems = MappingProblems(unmapped=("A", "B"), is_required=True)
    page = to_connect(window, qtbot)
    use_practice_data(qtbot, page)
    go_on(qtbot, page)
    qtbot.waitUntil(lambda: page.step is Step.PRODUCTS)
    go_on(qtbot, page)
    step = page.steps[Step.PRODUCTS]
    qtbot.waitUntil(lambda: not step.problems.isHidden())  # type: ignore[attr-defined]
    assert "Give 2 products a number" in step.problems.message()  # type: ignore[attr-defined]
    assert page.step is Step.PRODUCTS


def test_a_draft_continues_where_it_was_left(window: FakeWindow, qtbot: QtBot) -> None:
    async def make() -> str:
        shop = await window.services.accounts.practice("alphashop")
        mail = await window.services.accounts.practice("betamail")
        view = await window.services.integrations.create(
            "Tea", shop.key, mail.key, [Kind.ORDERS], {"tag": "tea"}, is_draft=True
        )
        return view.key

    task = asyncio.ensure_future(make())
    qtbot.waitUntil(task.done)
    page = wizard(window, qtbot, key=task.result())
    qtbot.waitUntil(lambda: page.step is Step.FLOWS and bool(flows_of(page).switches))
    assert flows_of(page).title.text() == "Tea"
    assert [kind for kind, switch in flows_of(page).switches.items() if switch.isChecked()] == [Kind.ORDERS]
    assert flows_of(page).forms[-1][0].value("tag") == "tea"


def test_back_goes_from_the_target_to_the_source_and_then_to_the_systems(window: FakeWindow, qtbot: QtBot) -> None:
    page = to_connect(window, qtbot)
    step = connect_of(page)
    assert step.choice is not None
    step.choice.set_value(PRACTICE)
    qtbot.waitUntil(lambda: step.editor is not None and step.editor.test.state is ConnectionState.PASSED)
    go_on(qtbot, page)
    qtbot.waitUntil(lambda: step.side is Side.TARGET)
    page.back_button.click()
    qtbot.waitUntil(lambda: step.side is Side.SOURCE)
    page.back_button.click()
    qtbot.waitUntil(lambda: page.step is Step.SYSTEMS)
    page.back_button.click()
    assert window.navigator.visits == [("back", "", {})]


def test_another_source_forgets_what_belonged_to_the_first(window: FakeWindow, qtbot: QtBot) -> None:
    page = to_connect(window, qtbot)
    use_practice_data(qtbot, page)
    page._step_header.step_wanted.emit(0)
    qtbot.waitUntil(lambda: page.step is Step.SYSTEMS)
    systems_of(page).source.card("files").click()
    qtbot.waitUntil(lambda: page.model.account(Side.SOURCE) is None)
    assert page.model.account(Side.TARGET) is not None


def test_leaving_in_the_middle_asks_first(window: FakeWindow, qtbot: QtBot) -> None:
    page = to_connect(window, qtbot)
    step = connect_of(page)
    assert step.editor is not None
    qtbot.keyClicks(step.editor.form.control("store_hash"), "abc")
    left: list[bool] = []
    page.request_leave(lambda: left.append(True))
    assert left == []
    sheet = page.findChild(ConfirmSheet)
    assert sheet is not None
    sheet.confirm_button.click()
    assert left == [True]


def test_finishing_without_an_import_opens_the_integration(window: FakeWindow, qtbot: QtBot) -> None:
    page = to_connect(window, qtbot)
    use_practice_data(qtbot, page)
    for step in (Step.PRODUCTS, Step.PREVIEW):
        go_on(qtbot, page)
        wait_for_step(qtbot, page, step)
    page.finish_button.click()
    qtbot.waitUntil(lambda: bool(window.navigator.visits))
    (stored,) = window.services.integrations.stored.values()
    assert not stored.is_draft
    assert window.services.runs.started == []
    assert window.navigator.last == ("integration", {"key": stored.key, "tab": "overview"})


def test_every_control_of_the_guided_steps_has_a_name(window: FakeWindow, qtbot: QtBot) -> None:
    page = to_connect(window, qtbot)
    use_practice_data(qtbot, page)
    assert unnamed_controls(page) == []
