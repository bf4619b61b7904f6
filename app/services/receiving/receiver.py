"""A small web server on loopback: it proves that a push is genuine, keeps it durably, and only then answers."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.configuration import Account
from app.core.errors import AppError, ConfigError, UnreachableError
from app.core.events import Emit, Level, LogEvent, now
from app.core.texts import Text, text
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.manifest import Manifest
from app.sdk.pacing import Pace
from app.sdk.pushes import Accepted, Declined, Push, Receives, Reply
from app.sdk.registry import Registry
from app.services.accounts import Accounts
from app.services.feeds import Feeds
from app.services.opening import Opener
from app.services.receiving.bodies import Receive, read_body
from app.services.receiving.following import Following
from app.services.receiving.inbox import AccountInbox
from app.services.receiving.settings import ReceiverBook
from app.storage.boxes import SealedBoxes

_TIDIES_EVERY_S = 6 * 3600
_HEADERS = ((b"connection", b"close"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""Pushes are rare: nobody needs to hold a connection."""
_METHODS = frozenset({"GET", "HEAD", "POST"})


@dataclass(frozen=True, slots=True)
class PushView:
    """``at`` is aware, UTC."""

    id: str
    at: datetime


class Receiver:
    def __init__(
        self,
        *,
        registry: Registry,
        accounts: Accounts,
        opener: Opener,
        boxes: SealedBoxes,
        book: ReceiverBook,
        following: Following,
        feeds: Feeds,
        emit: Emit,
    ) -> None:
        self._registry = registry
        self._accounts = accounts
        self._opener = opener
        self._boxes = boxes
        self._book = book
        self._following = following
        self._feeds = feeds
        self._emit = emit
        self._server: AsyncExitStack | None = None
        self._tidying: asyncio.Task[None] | None = None
        self._proof = secrets.token_urlsafe(12)
        self._turn = asyncio.Lock()
        self.address = ""
        """Where it listens on this computer; empty while it does not."""

    @property
    def book(self) -> ReceiverBook:
        return self._book

    @property
    def following(self) -> Following:
        return self._following

    @property
    def is_listening(self) -> bool:
        return self._server is not None

    async def start(self) -> str:
        """Listens on the port of the settings; gives the address on this computer. Raises StorageError for a port that
        is taken."""
        from app.sdk.loopback import serve  # late: most starts have no use for a web server

        async with self._turn:
            if self._server is None:
                server = AsyncExitStack()
                self.address = await server.enter_async_context(
                    serve(self, (await self._book.settings()).port, is_guarded=True)
                )
                self._server = server
                self._tidying = asyncio.create_task(self._tidy_regularly(), name="pushes that expire")
                self._tell(Level.OK, text("The receiver listens."), facts={"address": self.address})
            return self.address

    async def refuse_closed_vault(self) -> None:
        """Raises SecretStoreError where no push could be kept: better now than with every push that comes."""
        await self._boxes.refuse_closed()

    async def stop(self) -> None:
        async with self._turn:
            if self._server is not None:
                server, self._server, self.address = self._server, None, ""
                if self._tidying is not None:
                    self._tidying.cancel()
                    await asyncio.gather(self._tidying, return_exceptions=True)
                await server.aclose()
                self._tell(Level.INFO, text("The receiver does not listen any more."))

    async def aclose(self) -> None:
        await self.stop()
        await self._following.aclose()

    async def start_if_wanted(self) -> None:
        """At the start of the window: a port that is taken is told in the log, and hinders nothing else."""
        if (await self._book.settings()).is_on:
            try:
                await self.start()
            except AppError as error:
                self._tell(Level.WARNING, error.message, facts={"next_step": str(error.remedy)})

    async def prove(self) -> None:
        """Asks the public address whether it leads here. Raises ConfigError without one, AppError where it does not."""
        settings = await self._book.settings()
        if not settings.public_address:
            raise ConfigError(
                text("There is no public address yet."),
                remedy=text("Enter the address of your tunnel or port forwarding."),
                field="public_address",
            )
        if not self.is_listening:
            raise ConfigError(
                text("The receiver is switched off."), remedy=text("Switch it on, then test again."), field="is_on"
            )
        options = HttpOptions(tries=2, read_timeout_s=15, whole_timeout_s=30)
        async with HttpClient(
            settings.public_address, pace=Pace(per_second=5), options=options, read_only=True
        ) as client:
            answer = await client.get("hello")
        if answer.text != self._proof:
            raise UnreachableError(
                text("Something answers at the public address, but it is not this program."),
                remedy=text("Check that the tunnel leads to port {port} of this computer.", port=settings.port),
                detail=f"{answer.status} from {settings.public_address}",
            )

    # What has come ---------------------------------------------------------------------------------------------------

    def inbox(self, account: str) -> AccountInbox:
        return AccountInbox(account, self._boxes, self._emit)

    async def kept(self, account: str) -> tuple[PushView, ...]:
        """Oldest first. Raises SecretStoreError."""
        return tuple(PushView(each.id, each.at) for each in await self.inbox(account).pushes(since=None, until=now()))

    async def replay(self, account: str, number: str) -> None:
        """Takes a push that was kept as if it had just come. Raises ConfigError for an unknown one."""
        stored = await self._accounts.stored(account)
        receives = self._registry.of(stored.system).receives
        if receives is None or not await self.inbox(account).replay(number):
            raise ConfigError(text("There is no such push any more."), remedy=text("Choose another one."), field="push")
        self._following.arrived(account, receives.kinds)

    async def forget_old(self) -> None:
        """What no system would repeat any more, and what belongs to nobody any more. Raises StorageError."""
        for account in await self._boxes.owners():
            receives = await self._receives(account)
            await self.inbox(account).forget_before(now() - receives.kept_for if receives else now())

    async def _tidy_regularly(self) -> None:
        while True:
            await asyncio.sleep(_TIDIES_EVERY_S)
            try:
                await self.forget_old()
            except AppError as error:
                self._tell(Level.WARNING, error.message)

    async def _receives(self, account: str) -> Receives | None:
        try:
            return self._registry.of((await self._accounts.stored(account)).system).receives
        except ConfigError:  # the account is deleted
            return None

    # Serving ---------------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Callable[..., Any]) -> None:
        if scope["type"] != "http":
            return
        try:
            reply = await self._reply(scope, receive)
        except AppError as error:
            self._tell(Level.WARNING, text("A push could not be kept: {problem}", problem=error.message))
            reply = _NOT_KEPT
        body = reply.body.encode()
        length = str(len(body)).encode()
        headers = [(b"content-type", reply.content_type.encode()), (b"content-length", length), *_HEADERS]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _reply(self, scope: Mapping[str, Any], receive: Receive) -> Reply:
        path, method = scope["path"], scope["method"]
        if path.endswith("/hello"):
            return Reply(body=self._proof)
        if (feed := await self._feeds.at(path)) is not None:
            return Reply(body=feed.decode("utf-8"), content_type="application/xml; charset=utf-8")
        account = await self._account_at(path.rpartition("/in/")[2])
        if account is None:
            return Reply(status=404, body="unknown address")
        if method not in _METHODS:
            return Reply(status=405, body="not allowed")
        body = await read_body(receive)
        if isinstance(body, Reply):
            return body
        push = Push(
            method=method,
            query=scope["query_string"].decode("latin-1"),
            headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
            body=body,
        )
        try:
            return await self._taken(account, push)
        except AppError as error:
            self._tell(Level.WARNING, text("A push could not be kept: {problem}", problem=error.message), account.key)
            return _NOT_KEPT

    async def _account_at(self, token: str) -> Account | None:
        owner = await self._book.owner_of(token)
        try:
            return await self._accounts.stored(owner) if owner else None
        except ConfigError:  # a feed, or an account that is deleted
            return None

    async def _taken(self, account: Account, push: Push) -> Reply:
        manifest = self._registry.of(account.system)
        if manifest.receives is None:
            return Reply(status=404, body="unknown address")
        settings = await self._opener.settings_of(account)
        try:
            verdict = manifest.receives.accept(settings, push)
        except Exception as error:  # noqa: BLE001 - a stranger's bytes may break anything: only its name is told
            self._tell(
                Level.WARNING,
                text("A push could not be read."),
                account.key,
                {"detail": f"{type(error).__name__} in {account.system}"},
            )
            return _NOT_KEPT
        match verdict:
            case Declined(reply=reply, words=words):
                self._tell(Level.WARNING, words, account.key)
                return reply
            case Accepted(kinds=()):
                if str(verdict.words):
                    self._tell(Level.INFO, verdict.words, account.key)
                return verdict.reply
            case Accepted():
                return await self._kept(account, manifest, push, verdict)

    async def _kept(self, account: Account, manifest: Manifest, push: Push, accepted: Accepted) -> Reply:
        if await self.inbox(account.key).keep(push, accepted):
            words = (
                accepted.words if str(accepted.words) else text("{system} has sent something.", system=manifest.name)
            )
            self._tell(Level.OK, words, account.key)
            self._following.arrived(account.key, accepted.kinds)
        return accepted.reply

    def _tell(self, level: Level, message: Text, account: str = "", facts: Mapping[str, str] | None = None) -> None:
        self._emit(LogEvent(level=level, message=message, account=account, facts=facts or {}))


_NOT_KEPT = Reply(status=503, body="not kept, send it again")
