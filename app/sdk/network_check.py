"""The first stages of every connection test over HTTP: address, secure connection, redirect.

Nothing here knows a credential, and none is sent. Names and messages are for people who run a shop, not a network.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from cryptography import x509
from cryptography.x509.oid import NameOID

from app.core.errors import AddressError, AppError, TemporaryError, UnreachableError
from app.core.events import now
from app.core.texts import Text, text
from app.sdk.base_url import checked_base_url, is_loopback
from app.sdk.check import Finding, Probe
from app.sdk.knocking import Knock, knock

_CLOCK_TOLERANCE = timedelta(minutes=5)
_MOST_HOPS = 5
_CLOSED_SHOP_WORDS = (
    "maintenance",
    "wartung",
    "coming-soon",
    "comingsoon",
    "test-phase",
    "testphase",
    "holding",
    "password",
)
_FIELD = "api_address"


class NetworkCheck:
    """The three stages for one address. ``clock`` is aware."""

    def __init__(self, base_url: str, *, clock: Callable[[], datetime] = now, timeout_s: float = 10) -> None:
        self._base_url = base_url
        self._clock = clock
        self._timeout_s = timeout_s
        self._knock: Knock | None = None

    def probes(self) -> Sequence[Probe]:
        return (
            Probe(name="address", title=text("Address"), run=self.find_address),
            Probe(name="secure", title=text("Secure connection"), run=self.check_security),
            Probe(name="redirect", title=text("No redirect"), run=self.check_redirect),
        )

    async def find_address(self) -> Finding:
        """Resolves the name and opens a connection. Raises AddressError, UnreachableError."""
        parts = urlsplit(checked_base_url(self._base_url))
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if proxy := _proxy_for(parts.scheme, host):
            return Finding(text("{host} is reached through the proxy {proxy}.", host=host, proxy=proxy))
        await self._resolve(host, port)
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), self._timeout_s)
        except (OSError, TimeoutError) as error:
            raise UnreachableError(
                text("{host} was found, but does not answer on port {port}.", host=host, port=port),
                remedy=text("Check the address; a firewall or a switched-off server may also be the reason."),
                detail=f"{type(error).__name__} connecting to {host}:{port}",
                field=_FIELD,
            ) from error
        writer.close()
        return Finding(text("{host} was found and answers.", host=host))

    async def _resolve(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        try:
            await asyncio.wait_for(loop.getaddrinfo(host, port, type=socket.SOCK_STREAM), self._timeout_s)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise _name_error(host, error) from error

    async def check_security(self) -> Finding:
        """Raises AddressError that names the issuer seen, the expiry or the names of the certificate."""
        parts = urlsplit(self._base_url)
        try:
            self._knock = await knock(self._base_url, timeout_s=self._timeout_s)
        except AppError as error:
            if _cause_of(error, ssl.SSLError) is None:
                raise
            raise await self._untrusted(parts.hostname or "", parts.port or 443, error) from error
        if late := self._clock_difference(self._knock):
            return Finding(late, is_note=True)
        if parts.scheme == "http":
            return Finding(text("Practice address on this computer, unencrypted."), is_note=True)
        certificate = x509.load_der_x509_certificate(self._knock.certificate) if self._knock.certificate else None
        if certificate is None:
            return Finding(text("The connection is encrypted ({version}).", version=self._knock.tls_version))
        return Finding(
            text(
                "Encrypted with {version}; the certificate is issued by {issuer} and valid until {date}.",
                version=self._knock.tls_version,
                issuer=_name_in(certificate.issuer),
                date=certificate.not_valid_after_utc.date().isoformat(),
            )
        )

    def _clock_difference(self, found: Knock) -> Text | None:
        try:
            theirs = parsedate_to_datetime(found.answer.headers.get("date", ""))
        except (ValueError, TypeError):
            return None
        if theirs.tzinfo is None or abs(self._clock() - theirs) <= _CLOCK_TOLERANCE:
            return None
        minutes = round(abs((self._clock() - theirs).total_seconds()) / 60)
        if self._clock() > theirs:
            return text(
                "The clock of this computer is {minutes} minutes fast. Set it right: times and sign-ins depend on it.",
                minutes=minutes,
            )
        return text(
            "The clock of this computer is {minutes} minutes slow. Set it right: times and sign-ins depend on it.",
            minutes=minutes,
        )

    async def _untrusted(self, host: str, port: int, error: AppError) -> AddressError:
        detail = error.detail or type(error).__name__
        certificate = await self._certificate_seen(host, port)
        if certificate is None:
            return AddressError(
                text("{host} does not offer a secure connection.", host=host),
                remedy=text("Check the address and its port."),
                detail=detail,
                field=_FIELD,
            )
        return distrust(certificate, host, self._clock(), detail)

    async def _certificate_seen(self, host: str, port: int) -> x509.Certificate | None:
        """A handshake without verification, in which nothing is sent: only to tell why the real one failed."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            _, writer = await asyncio.wait_for(
                asyncio.open_connection(host, port, ssl=context, server_hostname=host), self._timeout_s
            )
        except (OSError, TimeoutError):
            return None
        found: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
        raw = found.getpeercert(binary_form=True) if found else None
        writer.close()
        return x509.load_der_x509_certificate(raw) if raw else None

    async def check_redirect(self) -> Finding:
        """Raises AddressError with the final address as ``suggestion``."""
        found = self._knock or await knock(self._base_url, timeout_s=self._timeout_s)
        if 300 <= found.answer.status < 400 and found.answer.headers.get("location"):
            return await self._explain_redirect(found)
        if found.answer.status == 503 and _is_web_page(found):
            raise AddressError(
                text("The address shows a maintenance or test-phase page."),
                remedy=text("Open the shop, or let the interface through during maintenance, then test again."),
                detail=f"503 with a web page from {self._base_url}",
                field=_FIELD,
            )
        return Finding(text("The address does not redirect."))

    async def _explain_redirect(self, found: Knock) -> Finding:
        final = await self._final_address(found)
        ours, theirs = urlsplit(self._base_url), urlsplit(final)
        is_same_place = (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)
        if any(word in theirs.path.casefold() for word in _CLOSED_SHOP_WORDS):
            raise AddressError(
                text("The address leads to a maintenance or test-phase page: {address}.", address=final),
                remedy=text("Open the shop, or let the interface through during maintenance, then test again."),
                detail=f"{found.answer.status} from {self._base_url} to {final}",
                field=_FIELD,
                suggestion=final,
            )
        if is_same_place and (ours.path.strip("/") in {"", theirs.path.strip("/")}):
            # The start page of a shop often leads to its language; the interface lies elsewhere and is not concerned.
            return Finding(text("The start page leads to {address}, which is no obstacle.", address=final))
        raise AddressError(
            text("The address redirects to {address}.", address=final),
            remedy=text("Use the final address in the account; your key is never sent along a redirect."),
            detail=f"{found.answer.status} from {self._base_url} to {final}",
            field=_FIELD,
            suggestion=final.rstrip("/"),
        )

    async def _final_address(self, found: Knock) -> str:
        """Follows on the same host only: no other computer is contacted than the one that was entered."""
        host = urlsplit(self._base_url).netloc
        seen = [self._base_url]
        for _ in range(_MOST_HOPS):
            location = found.answer.headers.get("location", "")
            if not 300 <= found.answer.status < 400 or not location:
                return seen[-1]
            address = urljoin(seen[-1], location)
            if address in seen:
                raise AddressError(
                    text("The address redirects in a circle."),
                    remedy=text("Correct the redirects in the shop, then test again."),
                    detail=f"redirect loop from {self._base_url} over {address}",
                    field=_FIELD,
                )
            seen.append(address)
            if urlsplit(address).netloc != host:
                return address
            try:
                found = await knock(address, timeout_s=self._timeout_s)
            except (AddressError, TemporaryError):
                return address
        return seen[-1]


def distrust(certificate: x509.Certificate, host: str, at: datetime, detail: str) -> AddressError:
    """Why a certificate was refused: wrong time, wrong name, or an issuer that this computer does not know."""
    clock_words = text("Check the date and time of this computer; if they are right, the shop must renew it.")
    if at > certificate.not_valid_after_utc:
        message = text(
            "The certificate of {host} expired on {date}.",
            host=host,
            date=certificate.not_valid_after_utc.date().isoformat(),
        )
        return AddressError(message, remedy=clock_words, detail=detail, field=_FIELD)
    if at < certificate.not_valid_before_utc:
        message = text(
            "The certificate of {host} is valid only from {date}; this computer says {today}.",
            host=host,
            date=certificate.not_valid_before_utc.date().isoformat(),
            today=at.date().isoformat(),
        )
        return AddressError(
            message, remedy=text("Set the date and time of this computer."), detail=detail, field=_FIELD
        )
    names = _names_of(certificate)
    if not any(_covers(name, host) for name in names):
        return AddressError(
            text("The certificate belongs to {names}, not to {host}.", names=", ".join(names[:4]) or "?", host=host),
            remedy=text("Use the address that the certificate names."),
            detail=detail,
            field=_FIELD,
        )
    return AddressError(
        text(
            'The certificate of {host} was issued by "{issuer}", which this computer does not trust.',
            host=host,
            issuer=_name_in(certificate.issuer),
        ),
        remedy=text(
            "If that is the name of your antivirus program or your company, its inspection of secure connections must "
            "be set up in the system or switched off for this address. Otherwise ask the provider of the shop."
        ),
        detail=detail,
        field=_FIELD,
    )


def _names_of(certificate: x509.Certificate) -> list[str]:
    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [_name_in(certificate.subject)]
    addresses = [str(each) for each in alternative.get_values_for_type(x509.IPAddress)]
    return [*alternative.get_values_for_type(x509.DNSName), *addresses]


def _name_in(name: x509.Name) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(oid):
            return str(found[0].value)
    return name.rfc4514_string() or "?"


def _covers(pattern: str, host: str) -> bool:
    """RFC 6125: a star stands for exactly the first label."""
    pattern, host = pattern.casefold(), host.casefold()
    return pattern == host or (pattern.startswith("*.") and pattern[1:] == host[host.find(".") :] and "." in host)


def _name_error(host: str, error: BaseException) -> AppError:
    if isinstance(error, socket.gaierror) and error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None)}:
        return AddressError(
            text("There is no address {host}.", host=host),
            remedy=text("Check the spelling. If no web page opens on this computer either, check the connection."),
            detail=f"{error} resolving {host}",
            field=_FIELD,
        )
    return UnreachableError(
        text("The address {host} cannot be looked up: this computer seems to be offline.", host=host),
        remedy=text("Check the internet connection, then test again."),
        detail=f"{type(error).__name__} resolving {host}",
        field=_FIELD,
    )


def _proxy_for(scheme: str, host: str) -> str:
    """The system's proxy for this host without its credentials; empty when there is none."""
    if is_loopback(host) or proxy_bypass(host):
        return ""
    proxies = getproxies()
    return urlsplit(proxies.get(scheme) or proxies.get("all") or "").hostname or ""


def _is_web_page(found: Knock) -> bool:
    return "html" in found.answer.headers.get("content-type", "") or found.answer.content.lstrip()[:1] == b"<"


def _cause_of(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kind):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None
