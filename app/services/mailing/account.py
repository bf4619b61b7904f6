"""The person's own mail account, and one mail over it."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from app.core.addresses import is_email
from app.core.errors import AppError, ConfigError, PermissionMissingError, SignInError, UnreachableError
from app.core.texts import text
from app.sdk.lanes import tls_context
from app.sdk.settings import Secret, Setting, Settings, invalid

_TIMEOUT_S = 30
_SIGNED_IN = frozenset({235, 503})
"""Taken, and signed in already (RFC 4954)."""
_NAME = "localhost"
"""Said to the mail server in greeting: neither it nor a name server learns what this computer is called."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailAccount(Settings):
    host: Annotated[
        str,
        Field(min_length=1),
        Setting(
            label=text("Outgoing mail server (SMTP)"),
            where=text("Your mail provider names it in the help about mail programs."),
            placeholder="smtp.example.com",
        ),
    ]
    security: Annotated[
        Security,
        Setting(
            label=text("Encryption"),
            choices={
                "starttls": text("STARTTLS (usual, port 587)"),
                "tls": text("TLS (port 465)"),
                "none": text("None: only for a server on this computer"),
            },
        ),
    ] = Security.STARTTLS
    port: Annotated[int, Field(ge=1, le=65535), Setting(label=text("Port"))] = 587
    user: Annotated[
        str, Setting(label=text("User name"), help=text("Mostly the whole e-mail address. Empty: no sign-in."))
    ] = ""
    password: Annotated[
        Secret | None,
        Setting(
            label=text("Password"),
            help=text("Some providers want an app password here. It is kept like every other key."),
        ),
    ] = None
    sender: Annotated[str, Setting(label=text("Sender"), placeholder="shop@example.com")]

    @field_validator("sender")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not is_email(value):
            raise invalid(text("This is not an e-mail address."))
        return value

    @field_validator("security")
    @classmethod
    def _is_safe(cls, value: Security, others: object) -> Security:
        host = getattr(others, "data", {}).get("host", "")
        if value is Security.NONE and host not in _LOOPBACK:
            raise invalid(text("Without encryption only a server on this computer may be used."))
        return value


def composed(account: MailAccount, to: Sequence[str], subject: str, words: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = account.sender, ", ".join(to), " ".join(subject.split())
    mail["Date"], mail["Message-ID"] = formatdate(localtime=True), make_msgid(domain=account.sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(words)
    return mail


async def send(account: MailAccount, mail: EmailMessage) -> None:
    """Raises SignInError, PermissionMissingError, UnreachableError and ConfigError, in words that name the remedy."""
    try:
        await asyncio.to_thread(_send, account, mail)
    except (OSError, smtplib.SMTPException) as error:
        raise _explained(error, account) from error
    except ValueError as error:  # a name that no name server can be asked for
        raise _unreachable(type(error).__name__, account) from None


def _send(account: MailAccount, mail: EmailMessage) -> None:
    with _connected(account) as server:
        if account.security is Security.STARTTLS:
            server.starttls(context=tls_context())
        if account.user:
            _sign_in(server, account.user, account.password.get_secret_value() if account.password else "")
        server.send_message(mail)


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    if (user + password).isascii():
        server.login(user, password)
        return
    # smtplib takes nothing else than ASCII; PLAIN is defined for UTF-8 (RFC 4616).
    server.ehlo_or_helo_if_needed()
    code, words = server.docmd("AUTH PLAIN", b64encode(f"\0{user}\0{password}".encode()).decode())
    if code not in _SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(code, words)


def _connected(account: MailAccount) -> smtplib.SMTP:
    if account.security is Security.TLS:
        return smtplib.SMTP_SSL(account.host, account.port, _NAME, timeout=_TIMEOUT_S, context=tls_context())
    return smtplib.SMTP(account.host, account.port, _NAME, timeout=_TIMEOUT_S)


def _explained(error: OSError | smtplib.SMTPException, account: MailAccount) -> AppError:
    detail = type(error).__name__
    match error:
        case smtplib.SMTPAuthenticationError():
            return SignInError(
                text("The mail server did not accept user name and password."),
                remedy=text("Check both; some providers want an app password for programs."),
                detail=f"{detail} {error.smtp_code}",
                field="password",
            )
        case smtplib.SMTPNotSupportedError():
            return ConfigError(
                text("The mail server does not offer this encryption or sign-in."),
                remedy=text("Choose the other encryption and its port."),
                detail=detail,
                field="security",
            )
        case smtplib.SMTPSenderRefused() | smtplib.SMTPRecipientsRefused():
            is_sender = isinstance(error, smtplib.SMTPSenderRefused)
            return PermissionMissingError(
                text("The mail server refused the sender.")
                if is_sender
                else text("The mail server refused the recipient."),
                remedy=text("Check the address."),
                detail=detail,
                field="sender" if is_sender else "error_mails",
            )
        case ssl.SSLCertVerificationError():
            return ConfigError(
                text("The certificate of {host} is not valid for this name.", host=account.host),
                remedy=text("Check the name of the server; your mail provider tells it."),
                detail=detail,
                field="host",
            )
        case smtplib.SMTPServerDisconnected():
            return _unreachable(detail, account)
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError() | smtplib.SMTPResponseException():
            return UnreachableError(
                text("The mail server {host} did not take the mail.", host=account.host),
                remedy=text("Try again later. If it stays so, ask your mail provider."),
                detail=f"{detail} {error.smtp_code}",
                field="host",
            )
        case ssl.SSLError():
            return ConfigError(
                text("The encrypted connection to {host} failed.", host=account.host),
                remedy=text("Choose the other encryption and its port."),
                detail=detail,
                field="security",
            )
        case _:
            return _unreachable(detail, account)


def _unreachable(detail: str, account: MailAccount) -> UnreachableError:
    return UnreachableError(
        text("The mail server {host} cannot be reached.", host=account.host),
        remedy=text("Check server and port, and your internet connection."),
        detail=detail,
        field="host",
    )
