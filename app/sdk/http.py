"""The one way to talk HTTP with an account: one client for each.

Redirects are never followed (they are explained), time-outs are always set, plain HTTP goes to loopback only, requests
leave to the account's own address only, over the connections of :mod:`app.sdk.lanes`. Every exchange becomes a
:class:`RequestEvent` with secrets removed by value. A client made ``read_only`` refuses whatever writes.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol, Self
from urllib.parse import urlsplit

import httpx

from app.core.errors import (
    AppError,
    ProtocolError,
    RateLimitError,
    SignInError,
    TemporaryError,
    UnreachableError,
    WriteRefusedError,
)
from app.core.events import Emit, RequestEvent, discard
from app.core.texts import text
from app.sdk.answers import Answer, common_error, encoded
from app.sdk.base_url import checked_base_url
from app.sdk.lanes import Lanes
from app.sdk.leisure import Leisure
from app.sdk.pacing import Pace, Pacer
from app.sdk.plan import Json
from app.sdk.redaction import Redactor, without_secrets
from app.sdk.vendor_clock import VendorClock
from app.sdk.waits import Waits
from app.sdk.wire_faults import connection_error, lost_answer, unsendable_address, unsendable_header

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_NOT_PROCESSED = frozenset({408, 423, 425, 429})
"""Statuses that say the request was turned away; after any other fault of a server a write may have happened."""
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
    "User-Agent": "Koppler",
}
_LARGEST_ANSWER_BYTES = 100 * 1024**2
"""Unpacked. Pages of records have a few megabytes at most."""


Classify = Callable[[Answer], AppError | None]
"""A connector's own reading of an answer, asked before the common one; None leaves it to the common one."""

Authenticate = Callable[[], Awaitable[Mapping[str, str]]]
"""Headers that sign a request in; asked before every request, so that a token can be renewed in time."""


SignBody = Callable[[str, Json], Json]
"""Path and body in, the body with what signs it in out. Asked before every try, also for a request without a body."""


class Session(Protocol):
    """A sign-in that the vendor gives by the same interface: a token that is fetched, used and renewed."""

    async def headers(self, http: HttpClient) -> Mapping[str, str]:
        """What signs a request in; asked before each. Fetches what is missing, by requests marked ``is_sign_in``."""
        ...

    def refused(self, headers: Mapping[str, str]) -> bool:
        """The vendor did not accept these any more. Whether others may be had: then the request is sent once again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """How an account's client behaves. Times in seconds."""

    headers: Mapping[str, str] = field(default_factory=dict)
    authenticate: Authenticate | None = None
    session: Session | None = None
    sign_body: SignBody | None = None
    """For vendors who take credentials in the body, so that no plan, preview or log ever holds them."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Added to every address; for vendors who take credentials there. Never reported."""
    encode: Callable[[Json], bytes] = encoded
    """A body to its bytes: JSON, unless the vendor takes forms or XML."""
    content_type: str = "application/json"
    decode: Callable[[Answer], Json] | None = None
    """What :meth:`Answer.json` makes of the bytes where they are no JSON. Raises ProtocolError."""
    classify: Classify | None = None
    connect_timeout_s: float = 10
    read_timeout_s: float = 60
    """Between two pieces of an answer; ``whole_timeout_s`` ends an answer that drips without end."""
    whole_timeout_s: float = 300
    tries: int = 5
    backoff_s: float = 1.0
    longest_wait_s: float = 120.0
    """A longer wish of the vendor ends the try: the run waits instead."""


@lru_cache(maxsize=64)
def _address(url: str) -> httpx.URL:
    """Parsed once: most requests of a run go to a few addresses."""
    return httpx.URL(url)


class HttpClient:
    """``base_url`` is where the account lives; every path is relative to it. What a path brings behind a question mark
    of its own leaves exactly as written. Use as an async context manager."""

    def __init__(
        self,
        base_url: str,
        *,
        pace: Pace,
        options: HttpOptions = HttpOptions(),
        redactor: Redactor | None = None,
        emit: Emit = discard,
        account: str = "",
        read_only: bool = False,
        pacer: Pacer | None = None,
        leisure: Leisure | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = checked_base_url(base_url)
        self.options = options
        self.read_only = read_only
        self.pacer = pacer or Pacer(pace)
        self.parallel = pace.parallel
        """How many requests are worth having under way at once."""
        self.vendor_clock = VendorClock()
        self._redact = redactor or Redactor()
        self._emit = emit
        self._account = account
        self._lanes = Lanes(self.base_url, transport)
        self._leisure = leisure
        self._waits = Waits(
            urlsplit(self.base_url).hostname or "",
            lambda: self.pacer.longest_held_s,
            lambda: leisure.held_s if leisure else 0.0,
        )

    @property
    def waits(self) -> Waits:
        """What this client waits for at the moment."""
        return self._waits

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._lanes.aclose()

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        return await self.request("GET", path, query=query, is_repeatable=True)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        is_read: bool = False,
        is_repeatable: bool = False,
        is_sign_in: bool = False,
    ) -> Answer:
        """Send until it is answered, within the tries of the options. ``is_read`` marks a POST that only reads, such
        as a GraphQL query. A write whose answer is lost is sent again only when ``is_repeatable``. ``is_sign_in`` is
        for the requests of a :class:`Session`.

        Raises WriteRefusedError, RejectedError, UnknownOutcomeError and the classes of ConfigError, TemporaryError and
        ProtocolError.
        """
        reads = method in _SAFE_METHODS or is_read or is_sign_in
        if self.read_only and not reads:
            raise WriteRefusedError(
                text("This is a preview: nothing is sent."), detail=f"{method} {path} refused by the read-only client"
            )
        sign = self.options.sign_body if content is None and method not in _SAFE_METHODS else None
        payload = content
        if payload is None and body is not None and sign is None:
            payload = self.options.encode(body)
        sending = _Sending(method, path, self._url(path), query, payload, headers, may_repeat=reads or is_repeatable)
        session = None if is_sign_in else self.options.session
        tries = 1 if is_sign_in else self.options.tries  # what it was asked for is tried again as a whole
        attempt = 0
        while True:
            attempt += 1
            try:
                if sign is not None:
                    sending = replace(sending, payload=self.options.encode(sign(path, body)))
                return (
                    await self._once(sending, attempt)
                    if session is None
                    else await self._signed(sending, attempt, session)
                )
            except TemporaryError as error:
                if attempt >= tries:
                    raise
                wait_s = self._wait_s(error, attempt)
                if wait_s > self.options.longest_wait_s:
                    raise
                if isinstance(error, RateLimitError):
                    self.pacer.of(method, path).refused(wait_s)
                else:
                    with self._waits.retrying(attempt + 1, wait_s):
                        await asyncio.sleep(wait_s)

    async def _signed(self, sending: _Sending, attempt: int, session: Session) -> Answer:
        headers = await session.headers(self)
        try:
            return await self._once(_with_headers(sending, headers), attempt)
        except SignInError:
            if not session.refused(headers):
                raise
        return await self._once(_with_headers(sending, await session.headers(self)), attempt)

    def conceal(self, *secrets: str) -> None:
        """What was learnt after the start, such as a token: never shown or logged from now on."""
        self._redact.learn(secrets)

    def _wait_s(self, error: TemporaryError, attempt: int) -> float:
        if error.retry_after_s is not None:
            return error.retry_after_s
        return self.options.backoff_s * float(2 ** (attempt - 1)) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, no secret

    async def _once(self, sending: _Sending, attempt: int) -> Answer:
        if self._leisure is not None:
            await self._leisure.turn()
        pacer = self.pacer.of(sending.method, sending.path)
        async with pacer.turn():
            headers = await self._headers(sending.headers, has_body=sending.payload is not None)
            started = time.perf_counter()
            asked = self._waits.asked()
            try:
                async with asyncio.timeout(self.options.whole_timeout_s):
                    response, content = await self._exchanged(self._built(sending, headers))
            except _TooLargeError as error:
                self._report(sending, None, started, attempt, "too large")
                raise _too_large(error, sending) from error
            except (httpx.HTTPError, TimeoutError) as error:
                if isinstance(error, httpx.LocalProtocolError) and "header" in str(error):
                    raise unsendable_header() from None  # the cause repeats the header, and with it the key
                self._report(sending, None, started, attempt, type(error).__name__)
                host = urlsplit(sending.url).hostname or ""
                raise without_secrets(
                    connection_error(error, host, may_repeat=sending.may_repeat), self._redact
                ) from error
            except httpx.InvalidURL as error:
                raise without_secrets(unsendable_address(error), self._redact) from error
            except UnicodeEncodeError:
                raise unsendable_header() from None  # the cause holds the key itself
            finally:
                self._waits.answered(asked)
            answer = Answer(
                response.status_code,
                {name.lower(): value for name, value in response.headers.items()},
                content,
                self._redact(sending.url),
                self._redact,
                self.options.decode,
            )
            self._report(sending, answer, started, attempt)
            pacer.observe(answer.headers)
            self.vendor_clock.heard(answer.headers)
        return self._accepted(answer, may_repeat=sending.may_repeat)

    def _accepted(self, answer: Answer, *, may_repeat: bool) -> Answer:
        safe = self._without_secrets(answer) if answer.status >= 300 else answer
        own = self.options.classify(safe) if self.options.classify else None
        error = own or common_error(safe)
        if error is not None:
            without_secrets(error, self._redact)
            if isinstance(error, UnreachableError) and not may_repeat and not _was_turned_away(answer):
                raise lost_answer(urlsplit(answer.url).hostname or "", error.detail) from error
            raise error
        return answer

    def _without_secrets(self, answer: Answer) -> Answer:
        """Some vendors repeat the key in a refusal, whose words are shown and kept."""
        words = answer.text
        redacted = self._redact(words)
        headers = {name: self._redact(value) for name, value in answer.headers.items()}
        return replace(answer, headers=headers, content=answer.content if redacted == words else redacted.encode())

    async def _headers(self, extra: Mapping[str, str] | None, *, has_body: bool) -> dict[str, str]:
        signed = await self.options.authenticate() if self.options.authenticate else {}
        content_type = {"Content-Type": self.options.content_type} if has_body else {}
        return {**_HEADERS, **content_type, **self.options.headers, **signed, **(extra or {})}

    async def _exchanged(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        lane = self._lanes.take()
        try:
            response = await lane.handle_async_request(request)
            response.request = request
            try:
                content = await _whole(response)
            finally:
                await response.aclose()
        except BaseException:  # cancellation too: a connection that was left in the middle is not used again
            await self._lanes.drop(lane)
            raise
        self._lanes.give_back(lane)
        return response, content

    def _built(self, sending: _Sending, headers: Mapping[str, str]) -> httpx.Request:
        url = _address(sending.url)
        options = self.options
        if sending.query or options.query:
            added = str(httpx.QueryParams({**options.query, **(sending.query or {})}))
            # What the path itself brings behind its question mark stays as it was written, slash for slash.
            url = url.copy_with(query=b"&".join(part for part in (url.query, added.encode()) if part))
        timeout = {
            "connect": options.connect_timeout_s,
            **dict.fromkeys(("read", "write", "pool"), options.read_timeout_s),
        }
        return httpx.Request(
            sending.method, url, content=sending.payload, headers=headers, extensions={"timeout": timeout}
        )

    def _url(self, path: str) -> str:
        if "://" in path or path.startswith("//"):
            raise ProtocolError(
                text("The system pointed to another address, which is never contacted."), detail=f"absolute path {path}"
            )
        return f"{self.base_url}/{path.lstrip('/')}"

    def _report(self, sending: _Sending, answer: Answer | None, started: float, attempt: int, error: str = "") -> None:
        mark = "&" if "?" in sending.url else "?"
        query = f"{mark}{httpx.QueryParams(dict(sending.query))}" if sending.query else ""
        self._emit(
            RequestEvent(
                method=sending.method,
                url=self._redact(sending.url + query),
                status=answer.status if answer else 0,
                duration_ms=(time.perf_counter() - started) * 1000,
                sent_bytes=len(sending.payload or b""),
                received_bytes=len(answer.content) if answer else 0,
                account=self._account,
                attempt=attempt,
                error=error,
            )
        )


@dataclass(frozen=True, slots=True)
class _Sending:
    method: str
    path: str
    url: str
    query: Mapping[str, str] | None
    payload: bytes | None
    headers: Mapping[str, str] | None
    may_repeat: bool


def _with_headers(sending: _Sending, headers: Mapping[str, str]) -> _Sending:
    return replace(sending, headers={**headers, **(sending.headers or {})})


class _TooLargeError(Exception):
    """The answer goes on beyond what is read; ``args`` hold its size in bytes as far as it is known."""


async def _whole(response: httpx.Response) -> bytes:
    """The body, unpacked. A small packed answer may be a very large one: it is measured piece by piece."""
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > _LARGEST_ANSWER_BYTES:
        raise _TooLargeError(int(announced))
    pieces, size = list[bytes](), 0
    async for piece in response.aiter_bytes():
        pieces.append(piece)
        size += len(piece)
        if size > _LARGEST_ANSWER_BYTES:
            raise _TooLargeError(size)
    return b"".join(pieces)


def _too_large(error: _TooLargeError, sending: _Sending) -> AppError:
    host = urlsplit(sending.url).hostname or ""
    detail = f"more than {_LARGEST_ANSWER_BYTES} bytes from {host}: {error}"
    if not sending.may_repeat:
        return lost_answer(host, detail)
    return ProtocolError(
        text("{host} answered with more data than can be right; it was not read.", host=host),
        remedy=text("Check the address of the account. If it is right, ask the provider of the system."),
        detail=detail,
    )


def _was_turned_away(answer: Answer) -> bool:
    """503 says so only with its Retry-After (RFC 9110, 15.6.4): a proxy also answers it when the server behind it broke
    off in the middle of the work."""
    return answer.status in _NOT_PROCESSED or (answer.status == 503 and "retry-after" in answer.headers)
