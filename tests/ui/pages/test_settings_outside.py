"""Settings of what comes from outside: the receiver, and the mail account."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.core.errors import SignInError, UnreachableError
from app.core.texts import text
from app.ui.pages.settings.mail import MailCard
from app.ui.pages.settings.receiver import ReceiverCard
from tests.ui.accessibility import unnamed_controls
from tests.ui.fakes import FakeWindow


@pytest.fixture
def receiver(window: FakeWindow, qtbot: QtBot) -> ReceiverCard:
    card = ReceiverCard(window.context)
    window.show(card)
    qtbot.waitUntil(lambda: card.form is not None and bool(card.state.text()))
    return card


@pytest.fixture
def mail(window: FakeWindow, qtbot: QtBot) -> MailCard:
    card = MailCard(window.context)
    window.show(card)
    qtbot.waitUntil(lambda: card.form is not None)
    return card


def type_into(card: ReceiverCard | MailCard, name: str, words: str) -> None:
    assert card.form is not None
    control = card.form.control(name)
    field = control if isinstance(control, QLineEdit) else control.findChild(QLineEdit)
    assert field is not None
    field.setText(words)
    field.textEdited.emit(words)


def test_switching_the_receiver_on_listens_at_once_and_says_where(
    receiver: ReceiverCard, window: FakeWindow, qtbot: QtBot
) -> None:
    assert receiver.state.text() == "It does not listen at the moment."
    assert receiver.form is not None
    receiver.form.control("is_on").click()  # type: ignore[attr-defined]
    receiver.save_button.click()
    qtbot.waitUntil(lambda: receiver.state.text() == "It listens at http://127.0.0.1:8797.")


def test_a_public_address_without_https_is_refused_at_its_field(receiver: ReceiverCard, qtbot: QtBot) -> None:
    type_into(receiver, "public_address", "http://shop.example")
    receiver.save_button.click()
    assert receiver.form is not None
    form = receiver.form
    qtbot.waitUntil(lambda: "https://" in form.field("public_address").error())


def test_the_public_address_is_tried_and_the_answer_shown(
    receiver: ReceiverCard, window: FakeWindow, qtbot: QtBot
) -> None:
    receiver.test_button.click()
    qtbot.waitUntil(lambda: "leads to this program" in receiver.outcome.accessibleName())
    window.services.receiver.refusal = UnreachableError(text("Nobody is there."), remedy=text("Start the tunnel."))
    receiver.test_button.click()
    qtbot.waitUntil(lambda: "Start the tunnel." in receiver.outcome.accessibleName())


def test_the_address_that_stands_in_the_form_is_the_one_that_is_tried(
    receiver: ReceiverCard, window: FakeWindow, qtbot: QtBot
) -> None:
    type_into(receiver, "public_address", "https://shop.example")
    receiver.test_button.click()
    qtbot.waitUntil(lambda: "leads to this program" in receiver.outcome.accessibleName())
    assert window.services.receiver.book.kept.public_address == "https://shop.example"


def fill(card: MailCard) -> None:
    type_into(card, "host", "smtp.example.com")
    type_into(card, "user", "shop")
    type_into(card, "password", "correct-horse")
    type_into(card, "sender", "shop@example.com")


def test_a_test_mail_takes_what_stands_in_the_form(mail: MailCard, window: FakeWindow, qtbot: QtBot) -> None:
    fill(mail)
    mail.to.setText("boss@example.com")
    mail.test_button.click()
    qtbot.waitUntil(lambda: bool(window.services.mailing.tried))
    given, to = window.services.mailing.tried[0]
    assert (given["host"], given["password"], to) == ("smtp.example.com", "correct-horse", "boss@example.com")
    assert window.services.mailing.book.kept == {}, "trying keeps nothing"


def test_a_refused_password_is_shown_at_its_field(mail: MailCard, window: FakeWindow, qtbot: QtBot) -> None:
    window.services.mailing.refusal = SignInError(text("Not accepted."), remedy=text("Check both."), field="password")
    fill(mail)
    mail.test_button.click()
    assert mail.form is not None
    form = mail.form
    qtbot.waitUntil(lambda: form.field("password").error() == "Not accepted.")


def test_a_saved_password_is_kept_and_never_shown(mail: MailCard, window: FakeWindow, qtbot: QtBot) -> None:
    fill(mail)
    mail.save_button.click()
    qtbot.waitUntil(lambda: window.services.mailing.book.password == "correct-horse")
    qtbot.waitUntil(lambda: not mail.forget_button.isHidden())
    shown = [each.text() for each in mail.findChildren(QLineEdit)]
    assert "correct-horse" not in shown
    mail.forget_button.click()
    qtbot.waitUntil(lambda: window.services.mailing.book.kept == {})


def test_every_control_has_a_name(mail: MailCard, receiver: ReceiverCard) -> None:
    assert unnamed_controls(mail) == []
    assert unnamed_controls(receiver) == []
