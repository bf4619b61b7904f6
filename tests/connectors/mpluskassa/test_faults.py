"""Each refusal of the register in words with a next step, by what it means for a run."""

from __future__ import annotations

import pytest

from app.connectors.mpluskassa.faults import EXISTS, UnknownOperationError, classify
from app.connectors.mpluskassa.manifest import MANIFEST
from app.connectors.mpluskassa.simulated_soap import answered, fault
from app.connectors.mpluskassa.simulator import SECRET
from app.connectors.mpluskassa.wire import Wire
from app.core.errors import (
    AddressError,
    AppError,
    ConfigError,
    DataError,
    RateLimitError,
    SignInError,
    UnknownOutcomeError,
    UnreachableError,
)
from app.core.events import StageState
from app.core.reasons import ReasonTexts
from app.core.records import Kind
from app.sdk.answers import Answer, RejectedError
from app.sdk.check import run_probes
from app.sdk.simulator import FaultKind
from tests.connectors.mpluskassa.conftest import ARTICLES, Stage, order, staged
from tests.connectors.standard import opened, send


def answer(content: bytes, status: int = 500) -> Answer:
    return Answer(status, {}, content, "https://register.example/")


@pytest.mark.proves("mpluskassa", "errors_in_words")
@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        ("Client.Authentication", "no", SignInError),
        ("Client", "Access denied for ident", SignInError),
        (
            "Client",
            "Method 'createOrderV3' not implemented: method name or namespace not recognized",
            UnknownOperationError,
        ),
        ("Client", "Validation constraint violation: tag name or namespace mismatch", RejectedError),
        ("Server", "database is locked", UnreachableError),
        ("Server.Branch", "", UnreachableError),
    ],
)
def test_a_fault_is_judged_by_its_code_and_never_by_its_status(code: str, words: str, kind: type[AppError]) -> None:
    for status in (500, 200):
        found = classify(answer(fault(code, words), status))
        assert type(found) is kind
        assert str(found.message)
        assert str(found.remedy) or isinstance(found, RejectedError)


def test_a_prefix_before_the_code_changes_nothing() -> None:
    bare = fault("Client", "x").replace(b"SOAP-ENV:Client", b"Client")
    assert isinstance(classify(answer(bare)), RejectedError)


@pytest.mark.parametrize("status", [401, 403])
def test_some_registers_refuse_a_sign_in_by_status(status: int) -> None:
    found = classify(answer(b"", status))
    assert isinstance(found, SignInError)
    assert found.field == "secret"


@pytest.mark.parametrize("status", [404, 405])
def test_what_is_no_register_is_a_matter_of_the_address(status: int) -> None:
    assert isinstance(classify(answer(b"<html/>", status)), AddressError)


@pytest.mark.proves("mpluskassa", "errors_in_words")
@pytest.mark.parametrize(
    ("name", "result", "reason"),
    [
        ("SetStockResponse", "SET-STOCK-RESULT-NO-STOCK-ARTICLE", "no_stock_article"),
        ("SetStockResponse", "SET-STOCK-RESULT-ARTICLE-NOT-FOUND", "article_missing"),
        ("SetStockResponse", "SET-STOCK-RESULT-BRANCH-NOT-FOUND", "branch_missing"),
        ("SetStockResponse", "SET-STOCK-RESULT-FAILED", "refused"),
        ("PayOrderResponse", "PAY-ORDER-RESULT-PAYMENT-INSUFFICIENT", "payment_insufficient"),
        ("CancelOrderResponse", "CANCEL-ORDER-RESULT-UNDO-CANCEL-OK", "cancel_undone"),
        ("CreditInvoiceResponse", "CREDIT-INVOICE-RESULT-FAILED", "refused"),
        ("UpdateProductResponse", "UPDATE-PRODUCT-RESULT-NOT-ALLOWED", "product_locked"),
        ("NewArticleGroupResponse", "NEW-ARTICLE-GROUP-RESULT-PARENT-NOTFOUND", "parent_missing"),
    ],
)
def test_a_result_that_is_not_ok_is_a_reason_with_words_and_a_next_step(name: str, result: str, reason: str) -> None:
    more = {"errorMessage": "", "message": "the register's words", "groupNumber": 0}
    needed = {key: value for key, value in more.items() if key in {"message", "errorMessage", "groupNumber"}}
    shape = {"SetStockResponse": (), "PayOrderResponse": ("errorMessage",), "CancelOrderResponse": ("message",)}
    names = shape.get(name, ("message", "errorMessage", "groupNumber"))
    content = answered(name, {"result": result, **{key: needed[key] for key in names if key in needed}})
    found = classify(answer(content, 200))
    assert isinstance(found, DataError)
    assert found.reason == reason
    told = ReasonTexts(MANIFEST.reasons).of(reason)
    assert str(told.words)
    assert str(told.next_step)


@pytest.mark.parametrize("result", ["CREATE-ORDER-RESULT-OK", "CANCEL-ORDER-RESULT-PENDING"])
def test_what_succeeded_or_will_is_no_error(result: str) -> None:
    content = answered("CancelOrderResponse", {"result": result, "message": ""})
    assert classify(answer(content, 200)) is None


def test_nothing_found_is_an_answer_and_no_refusal() -> None:
    content = answered("FindRelationV2Response", {"result": "FIND-RELATION-RESULT-NOT-FOUND"})
    assert classify(answer(content, 200)) is None


def test_every_result_that_asks_for_another_look_is_told_apart() -> None:
    for result in EXISTS:
        content = answered("PayOrderResponse", {"result": result, "errorMessage": "exists"})
        assert isinstance(classify(answer(content, 200)), RejectedError)


async def test_a_client_fault_is_never_repeated(stage: Stage) -> None:
    stage.account.simulator.fail(status=500, body=fault("Client", "tag mismatch").decode(), times=-1)
    with pytest.raises(RejectedError):
        await Wire(stage.account.access).ask("getBranches")
    assert len(stage.account.simulator.journal) == 1


async def test_a_server_fault_is_repeated_until_it_passes(stage: Stage) -> None:
    stage.account.simulator.fail(status=500, body=fault("Server", "busy").decode(), times=2)
    assert await Wire(stage.account.access).ask("getBranches")
    assert len(stage.account.simulator.journal) == 3


async def test_a_server_fault_of_a_write_leaves_it_in_doubt_and_is_looked_up(stage: Stage) -> None:
    target = await stage.target(**ARTICLES)
    plan = await stage.planned(target, order())
    stage.account.simulator.fail(status=500, body=fault("Server", "busy").decode(), holding="createOrder")
    with pytest.raises(UnknownOutcomeError):
        await send(target, stage.account.access.http, plan)


@pytest.mark.proves("mpluskassa", "rate_limit")
async def test_a_register_that_asks_to_slow_down_is_left_alone_for_as_long_as_it_wants(stage: Stage) -> None:
    """The vendor publishes no limit; a proxy before the register may have one."""
    stage.account.simulator.fail(status=429, headers={"Retry-After": "0"}, times=2)
    assert await Wire(stage.account.access).ask("getBranches")
    stage.account.simulator.fail(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(RateLimitError) as raised:
        await Wire(stage.account.access).ask("getBranches")
    assert raised.value.retry_after_s == 3600


@pytest.mark.proves("mpluskassa", "rate_limit")
def test_one_request_at_a_time() -> None:
    assert MANIFEST.pace.parallel == 1


@pytest.mark.proves("mpluskassa", "renew_secret")
async def test_a_wrong_secret_is_named_at_its_field_and_the_new_one_works() -> None:
    simulator = MANIFEST.simulator(20)
    async with opened(MANIFEST, simulator=simulator, secrets={"secret": "expired-secret"}) as account:
        stages = [each async for each in run_probes(MANIFEST.probes(account.access, [Kind.CONTACTS]))]
    failed = next(each for each in stages if each.state is StageState.FAILED)
    assert (failed.name, failed.field) == ("sign_in", "secret")
    async with opened(MANIFEST, simulator=simulator, secrets={"secret": SECRET}) as account:
        stages = [each async for each in run_probes(MANIFEST.probes(account.access, [Kind.CONTACTS]))]
    assert StageState.FAILED not in {each.state for each in stages}


async def test_neither_secret_nor_ident_is_told_where_a_request_fails() -> None:
    told: list[object] = []
    async with staged(emit=told.append) as stage:
        stage.account.simulator.fail(kind=FaultKind.DROP_BEFORE, times=-1)
        with pytest.raises(UnreachableError) as raised:
            await Wire(stage.account.access).ask("getBranches")
    words = f"{told} {raised.value} {raised.value.detail} {raised.value.__cause__}"
    assert SECRET not in words
    assert "ident=" not in words


async def test_an_old_register_is_told_as_such(stage: Stage) -> None:
    stage.world.register.too_old_for.add("getTurnoverGroups")
    stages = [each async for each in run_probes(MANIFEST.probes(stage.account.access, [Kind.PRODUCTS]))]
    failed = next(each for each in stages if each.state is StageState.FAILED)
    assert failed.name == "permission:products"
    assert "too old" in str(failed.message)
    assert isinstance(UnknownOperationError(""), ConfigError)
