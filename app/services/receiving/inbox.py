"""Pushes kept for one account until the system would repeat them no longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

import msgspec

from app.core.events import Emit, Level, LogEvent, discard, now
from app.core.texts import ntext
from app.sdk.pushes import Accepted, Push, SavedPush
from app.storage.boxes import Box, SealedBoxes

_MOST_DIGITS = 18
"""Of a number that the database can hold."""
_KEPT_HEADERS = frozenset({"content-type", "user-agent"})


class AccountInbox:
    """Methods raise StorageError and SecretStoreError."""

    def __init__(self, account: str, boxes: SealedBoxes, emit: Emit = discard) -> None:
        self._account = account
        self._boxes = boxes
        self._emit = emit

    async def keep(self, push: Push, accepted: Accepted) -> bool:
        """On the disk when it returns; False for a repeat, of which the first is kept."""
        packed = _packed(push)
        name = accepted.key or sha256(packed).hexdigest()
        return await self._boxes.put(self._account, name, packed, people=accepted.people, at=now())

    async def pushes(self, *, since: datetime | None, until: datetime) -> Sequence[SavedPush]:
        return [
            SavedPush(id=str(box.id), at=box.at, push=_unpacked(box.words)) for box in await self._opened(since, until)
        ]

    async def replay(self, number: str) -> bool:
        """The next sync reads it as if it had arrived now; False for one that is not there."""
        if not number.isdecimal() or len(number) > _MOST_DIGITS:
            return False
        return await self._boxes.renew(self._account, int(number), now())

    async def forget_before(self, moment: datetime) -> int:
        return await self._boxes.expire(self._account, moment)

    async def count(self) -> int:
        return await self._boxes.count(self._account)

    async def _opened(self, since: datetime | None, until: datetime) -> Sequence[Box]:
        opened, lost = await self._boxes.of(self._account, since=since, until=until)
        if lost:
            message = ntext(
                "{count} push was encrypted on another computer and cannot be read here. Have the other system send "
                "it again.",
                "{count} pushes were encrypted on another computer and cannot be read here. Have the other system send "
                "them again.",
                lost,
            )
            self._emit(LogEvent(level=Level.WARNING, message=message, account=self._account))
        return opened


def _packed(push: Push) -> bytes:
    headers = {name: value for name, value in push.headers.items() if name in _KEPT_HEADERS}
    return msgspec.msgpack.encode((push.method, push.query, headers, push.body))


def _unpacked(words: bytes) -> Push:
    method, query, headers, body = msgspec.msgpack.decode(words, type=tuple[str, str, dict[str, str], bytes])
    return Push(method=method, query=query, headers=headers, body=body)
