"""Offer feeds: the shop's products as the file that a target fetches from an address of the person's."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.core.errors import ConfigError
from app.core.events import now
from app.core.records import Kind, Product
from app.core.texts import text
from app.engine.reading import closing
from app.sdk.source import ReadRequest
from app.sdk.target import OffersFeed
from app.services.integrations import Integrations
from app.services.receiving.settings import ReceiverBook
from app.services.routes import Integrating
from app.storage.faults import file_error
from app.storage.replacing import replace_file

_OWNER = "feed:"
"""Before an integration's name; no account has a colon in its own."""
FEED_PATH = re.compile(r".*/feed/([A-Za-z0-9_-]{10,64})\.xml\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """``made_at`` is aware, UTC. ``address`` is empty without a public address."""

    content: bytes
    made_at: datetime
    address: str
    products: int | None = None
    """Known when it was made just now."""


class Feeds:
    """Methods raise StorageError."""

    def __init__(self, integrations: Integrations, integrating: Integrating, book: ReceiverBook, folder: Path) -> None:
        self._integrations = integrations
        self._integrating = integrating
        self._book = book
        self._folder = folder

    async def is_offered(self, key: str) -> bool:
        """Whether the target of this integration takes a feed; asked without opening anything."""
        return await self._integrations.offers_feed(key)

    async def make(self, key: str) -> Feed:
        """Reads all products and keeps the file. Raises ConfigError for a target that takes none, and what reading
        raises."""
        integration = await self._integrations.stored(key)
        async with self._integrating.opened(integration, read_only=True) as opened:
            target = opened.open_target()
            if not isinstance(target, OffersFeed):
                raise _no_feed(integration.title)
            products: list[Product] = []
            async with closing(opened.open_source().read(ReadRequest(kind=Kind.PRODUCTS, until=now()))) as pages:
                async for page in pages:
                    products += [each for each in page.records if isinstance(each, Product)]
            content = await asyncio.to_thread(target.feed, products)
        await asyncio.to_thread(self._write, key, content)
        return Feed(content=content, made_at=now(), address=await self.address(key), products=len(products))

    async def save(self, key: str, path: Path) -> None:
        """Copies the one made last to a place of the person's. Raises ConfigError where none was made."""
        feed = await self.kept(key)
        if feed is None:
            raise ConfigError(text("No feed was made yet."), remedy=text("Make it first."))
        await asyncio.to_thread(_put, path, feed.content)

    async def kept(self, key: str) -> Feed | None:
        """The one made last."""
        path = self._path(key)
        try:
            content = await asyncio.to_thread(path.read_bytes)
            made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise file_error(error, path) from error
        return Feed(content=content, made_at=made_at, address=await self.address(key))

    async def address(self, key: str) -> str:
        settings = await self._book.settings()
        if not settings.public_address:
            return ""
        return f"{settings.public_address}/feed/{await self._book.path_of(_owner(key))}.xml"

    async def at(self, path: str) -> bytes | None:
        """The file at an address of the receiver; None for an unknown one."""
        match = FEED_PATH.match(path)
        if match is None:
            return None
        owner = await self._book.owner_of(match[1])
        key = owner.removeprefix(_OWNER)
        feed = await self.kept(key) if owner.startswith(_OWNER) else None
        return feed.content if feed else None

    def _path(self, key: str) -> Path:
        return _file(self._folder, key)

    def _write(self, key: str, content: bytes) -> None:
        path = self._path(key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise file_error(error, path) from error
        _put(path, content)


def _put(path: Path, content: bytes) -> None:
    def write(temporary: Path) -> None:
        temporary.write_bytes(content)

    replace_file(path, write)


async def forget_feed(book: ReceiverBook, folder: Path, integration: str) -> None:
    """The file and its address, of an integration that is deleted. Raises StorageError."""
    await book.forget(_owner(integration))
    path = _file(folder, integration)
    try:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    except OSError as error:
        raise file_error(error, path) from error


def _file(folder: Path, integration: str) -> Path:
    return folder / f"{integration}.xml"


def _owner(integration: str) -> str:
    return f"{_OWNER}{integration}"


def _no_feed(title: str) -> ConfigError:
    return ConfigError(
        text('The receiving system of "{integration}" takes no offer feed.', integration=title),
        remedy=text("Choose an integration with a system that does."),
        field="integration",
    )
