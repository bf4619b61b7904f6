"""Mails about errors over a real mail server on loopback: grouped, rare, and without customer data."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from app.core.errors import ConfigError, SignInError, UnreachableError
from app.core.events import Event, LogEvent, RunMode
from app.sdk.settings import SettingsError, parse
from app.services import Services
from app.services.mailing.account import MailAccount
from app.services.mailing.digest import Digest
from tests.engine.warehouse import order
from tests.services.market import Market

PASSWORD = "correct-horse-battery"


class Postbox:
    """What a mail server has taken."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.recipients: list[list[str]] = []
        self.is_refusing = False

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 - its name
        if self.is_refusing:
            return "451 try again later"
        self.mails.append(message_from_bytes(envelope.content))  # type: ignore[attr-defined]
        self.recipients.append(list(envelope.rcpt_tos))  # type: ignore[attr-defined]
        return "250 taken"

    def words(self, number: int = -1) -> str:
        return self.mails[number].get_payload(decode=True).decode()  # type: ignore[union-attr]


# A server on loopback needs no encryption; the library warns of it all the same.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def server(postbox: Postbox, unused_tcp_port: int) -> Iterator[dict[str, object]]:
    """The account's settings for a form."""

    def allow(_server: object, _session: object, _envelope: object, _mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    logging.getLogger("mail.log").setLevel(logging.ERROR)  # it warns of sign-in without encryption, on loopback too
    running = Controller(
        postbox,
        hostname="127.0.0.1",
        port=unused_tcp_port,
        authenticator=allow,
        auth_required=True,
        auth_require_tls=False,
    )
    running.start()
    yield {
        "host": "127.0.0.1",
        "port": unused_tcp_port,
        "security": "none",
        "user": "shop",
        "password": PASSWORD,
        "sender": "shop@example.com",
    }
    running.stop()


@pytest.fixture
async def mailed(shop: Services, server: dict[str, object]) -> Services:
    """The integration ``daily`` tells two people."""
    await shop.mailing.book.save(server)
    await shop.integrations.update("daily", options={"error_mails": ["boss@example.com", "it@example.com"]})
    return shop


async def test_a_test_mail_arrives_with_what_stands_in_the_form(
    shop: Services, server: dict[str, object], postbox: Postbox
) -> None:
    await shop.mailing.try_out(server, "boss@example.com")
    assert postbox.recipients == [["boss@example.com"]]
    assert postbox.mails[0]["From"] == "shop@example.com"
    assert await shop.mailing.book.settings() == {}, "trying keeps nothing"


async def test_a_wrong_password_is_named_at_its_field(shop: Services, server: dict[str, object]) -> None:
    with pytest.raises(SignInError) as refused:
        await shop.mailing.try_out({**server, "password": "wrong"}, "boss@example.com")
    assert refused.value.field == "password"
    assert "wrong" not in str(refused.value.message) + str(refused.value.detail)


async def test_a_server_that_is_not_there_is_named(shop: Services, server: dict[str, object]) -> None:
    with pytest.raises(UnreachableError):
        await shop.mailing.try_out({**server, "port": 9}, "boss@example.com")


def test_without_encryption_the_password_leaves_this_computer_never(server: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(MailAccount, {**server, "host": "smtp.example.com"})
    assert refused.value.field == "security"


async def test_the_password_lies_in_the_vault_and_nowhere_else(mailed: Services, server: dict[str, object]) -> None:
    assert PASSWORD not in str(await mailed.mailing.book.settings())
    without = {name: value for name, value in server.items() if name != "password"}
    assert (await mailed.mailing.book.account(given=without)).password is not None


async def test_a_run_with_failures_is_told_to_everybody_once(
    mailed: Services, market: Market, postbox: Postbox
) -> None:
    market.warehouse.refused = {"2"}
    market.source.records = [order(1), order(2)]
    await (await mailed.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert sorted(postbox.recipients) == [["boss@example.com"], ["it@example.com"]]
    assert "1 record failed." in postbox.words()
    assert "@example" not in postbox.words(), "no customer is named"


async def test_a_run_that_is_well_is_not_told(mailed: Services, postbox: Postbox) -> None:
    await (await mailed.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert postbox.mails == []


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_within_a_quarter_of_an_hour_one_mail_goes_and_the_rest_is_gathered(
    mailed: Services, postbox: Postbox
) -> None:
    clock = Clock()
    digest = Digest(mailed.mailing.book, lambda _: None, clock=clock)
    for number in range(1, 4):
        await digest.tell(["boss@example.com"], f"Shop {number}", "1 record failed.")
        clock.now += timedelta(minutes=4)
    assert len(postbox.mails) == 1
    clock.now += timedelta(minutes=4)
    await digest.flush()
    await digest.aclose()
    assert len(postbox.mails) == 2
    assert "Shop 2" in postbox.words()
    assert "Shop 3" in postbox.words()


async def test_what_could_not_be_sent_goes_with_the_next_mail_also_after_a_restart(
    mailed: Services, postbox: Postbox, heard: list[Event]
) -> None:
    postbox.is_refusing = True
    clock = Clock()
    first = Digest(mailed.mailing.book, mailed.events.emit, clock=clock)
    await first.tell(["boss@example.com"], "Daily", "1 record failed.")
    await first.aclose()
    assert any("could not be sent" in str(each.message) for each in heard if isinstance(each, LogEvent))
    postbox.is_refusing = False
    second = Digest(mailed.mailing.book, mailed.events.emit, clock=clock)
    await second.flush()
    assert "1 record failed." in postbox.words()


async def test_a_line_break_in_a_title_adds_no_header(mailed: Services, postbox: Postbox) -> None:
    digest = Digest(mailed.mailing.book, lambda _: None)
    await digest.tell(["boss@example.com"], "Daily\nBcc: everybody@example.com", "1 record failed.")
    assert postbox.recipients == [["boss@example.com"]]
    assert postbox.mails[0]["Bcc"] is None


async def test_a_recipient_that_is_no_address_is_refused_before_anything_is_sent(
    shop: Services, server: dict[str, object], postbox: Postbox
) -> None:
    for to in ("boss", "boss@example.com\nBcc: everybody@example.com", "a@example.com, b@example.com"):
        with pytest.raises(ConfigError) as refused:
            await shop.mailing.try_out(server, to)
        assert refused.value.field == "to"
    assert postbox.mails == []


async def test_a_password_with_umlauts_signs_in(
    shop: Services, server: dict[str, object], postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PASSWORD", "Grüße-aus-Köln")
    await shop.mailing.try_out({**server, "password": "Grüße-aus-Köln"}, "boss@example.com")
    assert len(postbox.mails) == 1
    with pytest.raises(SignInError):
        await shop.mailing.try_out({**server, "password": "Grüße-aus-Bonn"}, "boss@example.com")


async def test_a_server_name_that_cannot_be_one_is_named(shop: Services, server: dict[str, object]) -> None:
    for host in ("smtp..example.com", "x" * 70 + ".example"):
        with pytest.raises(UnreachableError) as refused:
            await shop.mailing.try_out({**server, "host": host, "security": "tls"}, "boss@example.com")
        assert refused.value.field == "host"


async def test_a_server_that_turns_the_mail_away_is_not_called_unreachable(
    shop: Services, server: dict[str, object], postbox: Postbox
) -> None:
    postbox.is_refusing = True
    with pytest.raises(UnreachableError) as refused:
        await shop.mailing.try_out(server, "boss@example.com")
    assert "did not take the mail" in str(refused.value.message)


async def test_what_waited_goes_with_the_next_run_although_that_is_well(
    mailed: Services, postbox: Postbox, market: Market
) -> None:
    postbox.is_refusing = True
    first = Digest(mailed.mailing.book, lambda _: None)
    await first.tell(["boss@example.com"], "Daily", "1 record failed.")
    await first.aclose()
    postbox.is_refusing = False
    await (await mailed.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert "1 record failed." in postbox.words()


async def test_nobody_is_told_of_what_is_days_old_and_no_address_is_kept_longer_than_needed(
    mailed: Services, postbox: Postbox
) -> None:
    clock = Clock()
    digest = Digest(mailed.mailing.book, lambda _: None, clock=clock)
    await digest.tell(["it@example.com"], "Daily", "1 record failed.")
    await digest.tell(["it@example.com"], "Daily", "2 records failed.")
    clock.now += timedelta(days=4)
    await digest.flush()
    await digest.tell(["boss@example.com"], "Daily", "3 records failed.")
    await digest.aclose()
    assert len(postbox.mails) == 2
    assert set(await mailed.mailing.book.sent_at()) == {"boss@example.com"}


async def test_a_clock_that_was_set_back_makes_nobody_wait(mailed: Services, postbox: Postbox) -> None:
    clock = Clock()
    digest = Digest(mailed.mailing.book, lambda _: None, clock=clock)
    await digest.tell(["boss@example.com"], "Daily", "1 record failed.")
    clock.now -= timedelta(days=365)
    await digest.tell(["boss@example.com"], "Daily", "2 records failed.")
    await digest.aclose()
    assert len(postbox.mails) == 2


async def test_an_erased_colleague_is_told_nothing_any_more_and_the_integration_goes_on(
    mailed: Services, postbox: Postbox
) -> None:
    postbox.is_refusing = True
    digest = Digest(mailed.mailing.book, lambda _: None)
    await digest.tell(["boss@example.com", "it@example.com"], "Daily", "1 record failed.")
    await digest.aclose()
    assert (await mailed.privacy.find("boss@example.com")).found > 0
    await mailed.privacy.erase("boss@example.com")
    postbox.is_refusing = False
    assert (await mailed.integrations.stored("daily")).options["error_mails"] == ["it@example.com"]
    await (await mailed.runs.start("daily", RunMode.HISTORICAL)).wait()
    assert postbox.recipients == [["it@example.com"]]
    assert (await mailed.privacy.find("boss@example.com")).found == 0


async def test_the_support_file_names_no_colleague_and_no_mail_account(mailed: Services) -> None:
    shown = "".join(each.content for each in (await mailed.support.compose()).files)
    assert "boss@example.com" not in shown
    assert "shop@example.com" not in shown
    assert PASSWORD not in shown
