"""Pushes kept for one account until the system would repeat them no longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.core.events import now
from app.sdk.pushes import Accepted, Push, SavedPush
from app.storage.boxes import SealedBoxes

_KEPT_HEADERS = frozenset({"content-type", "user-agent"})


class AccountInbox:
    """Methods raise StorageError and SecretStoreError."""

    def __init__(self, account: str, boxes: SealedBoxes) -> None:
        self._account = account
        self._boxes = boxes

    async def keep(self, push: Push, accepted: Accepted) -> bool:
        """On the disk when it returns; False for a repeat, of which the first is kept."""
        return await self._boxes.put(self._account, accepted.key, _packed(push), people=accepted.people, at=now())

    async def pushes(self, *, since: datetime | None, until: datetime) -> Sequence[SavedPush]:
        return [
            SavedPush(id=str(box.id), at=box.at, push=_unpacked(box.words))
            for box in await self._boxes.of(self._account, since=since, until=until)
        ]

    async def replay(self, number: str) -> bool:
        """The next sync reads it as if it had arrived now; False for one that is not there."""
        return number.isdecimal() and await self._boxes.renew(self._account, int(number), now())

    async def forget_before(self, moment: datetime) -> int:
        return await self._boxes.expire(self._account, moment)

    async def count(self) -> int:
        return await self._boxes.count(self._account)


def _packed(push: Push) -> bytes:
    headers = {name: value for name, value in push.headers.items() if name in _KEPT_HEADERS}
    return msgspec.msgpack.encode((push.method, push.query, headers, push.body))


def _unpacked(words: bytes) -> Push:
    method, query, headers, body = msgspec.msgpack.decode(words, type=tuple[str, str, dict[str, str], bytes])
    return Push(method=method, query=query, headers=headers, body=body)
