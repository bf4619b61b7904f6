"""``koppler mail``: the mail account over which errors are told, over a real mail server on loopback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.cli.conftest import Koppler

PASSWORD = "staple-battery-7"
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Postbox:
    def __init__(self) -> None:
        self.recipients: list[list[str]] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - its name
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 taken"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def port(postbox: Postbox, unused_tcp_port: int) -> Iterator[int]:
    """Where a mail server that wants the password listens."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # it warns of sign-in without encryption, on loopback too

    def allow(_server: object, _session: object, _envelope: object, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == PASSWORD.encode(), handled=False)

    running = Controller(
        postbox,
        hostname="127.0.0.1",
        port=unused_tcp_port,
        authenticator=allow,
        auth_required=True,
        auth_require_tls=False,
    )
    running.start()
    yield unused_tcp_port
    running.stop()


@pytest.fixture
def account(koppler: Koppler, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOPPLER_PASSPHRASE", "correct horse battery")
    monkeypatch.setenv("KOPPLER_MAIL_PASSWORD", PASSWORD)
    given = (
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--security",
        "none",
        "--user",
        "shop",
        "--sender",
        "shop@example.com",
    )
    told = koppler("mail", "set", *given)
    assert told.code == 0, told.err
    assert PASSWORD not in told.out + told.err
    monkeypatch.delenv("KOPPLER_MAIL_PASSWORD")


@pytest.mark.usefixtures("account")
def test_a_test_mail_goes_to_the_sender_or_to_whom_is_named(koppler: Koppler, postbox: Postbox) -> None:
    assert koppler("mail", "test", "--json").event("mail_test")["sent"] is True
    assert koppler("mail", "test", "boss@example.com").code == 0
    assert postbox.recipients == [["shop@example.com"], ["boss@example.com"]]


@pytest.mark.usefixtures("account")
def test_the_settings_are_shown_without_the_password(koppler: Koppler, port: int) -> None:
    told = koppler("mail", "show", "--json")
    assert told.event("mail")["has_password"] is True
    assert told.event("mail")["port"] == port
    assert PASSWORD not in told.out + koppler("mail", "show").out


@pytest.mark.usefixtures("account")
def test_only_what_is_given_changes_and_the_password_stays(koppler: Koppler, postbox: Postbox) -> None:
    assert koppler("mail", "set", "--sender", "other@example.com").code == 0
    assert koppler("mail", "test").code == 0
    assert postbox.recipients == [["other@example.com"]]


@pytest.mark.usefixtures("account")
def test_a_wrong_password_is_said_without_the_password(
    koppler: Koppler, monkeypatch: pytest.MonkeyPatch, postbox: Postbox
) -> None:
    monkeypatch.setenv("KOPPLER_MAIL_PASSWORD", "wrong-battery-8")
    koppler("mail", "set", "--user", "shop")
    told = koppler("mail", "test")
    assert (told.code, "did not accept user name and password" in told.err) == (3, True)
    assert "wrong-battery-8" not in told.out + told.err
    assert postbox.recipients == []


@pytest.mark.usefixtures("account")
def test_what_is_forgotten_is_gone_with_its_password(koppler: Koppler) -> None:
    assert koppler("mail", "forget", "--json").event("mail")["forgotten"] is True
    assert koppler("mail", "show", "--json").event("mail")["has_password"] is False
    told = koppler("mail", "test")
    assert (told.code, "No mail account is set up." in told.err) == (3, True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--host", "smtp.example.com"), "--sender: This field is needed."),
        (("--host", "smtp.example.com", "--sender", "shop"), "--sender: This is not an e-mail address."),
        (("--host", "localhost", "--sender", "a@example.com", "--port", "0"), "--port: At least 1 is needed."),
        (
            ("--host", "smtp.example.com", "--sender", "a@example.com", "--security", "none"),
            "--security: Without encryption only a server on this computer may be used.",
        ),
    ],
)
def test_a_wrong_setting_is_named_by_its_option_and_nothing_is_kept(
    koppler: Koppler, given: tuple[str, ...], words: str
) -> None:
    told = koppler("mail", "set", *given)
    assert (told.code, words in told.err) == (3, True), told.err
    assert koppler("mail", "show").out.strip() == "No mail account is set up."


@pytest.mark.usefixtures("account")
def test_a_recipient_that_is_no_address_is_refused(koppler: Koppler, postbox: Postbox) -> None:
    for to in ("boss", "a@example.com\nBcc: b@example.com"):
        told = koppler("mail", "test", to)
        assert (told.code, "This is not an e-mail address." in told.err) == (3, True)
    assert postbox.recipients == []


def test_every_action_explains_itself(koppler: Koppler) -> None:
    for action in ("show", "set", "test", "forget"):
        told = koppler("mail", action, "--help")
        assert (told.code, "--json" in told.out) == (0, True)
