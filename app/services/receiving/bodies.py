"""The body of a push, from whoever may call: never too large, never too slow, never a part for the whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from app.sdk.pushes import Reply

_LONGEST_BYTES = 1024**2
_LONGEST_S = 20.0
Receive = Callable[[], Awaitable[Mapping[str, Any]]]


async def read_body(receive: Receive) -> bytes | Reply:
    """A reply where it cannot be taken."""
    pieces, size = list[bytes](), 0
    try:
        async with asyncio.timeout(_LONGEST_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":  # what has come may look whole, and is not
                    return Reply(status=400, body="incomplete")
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > _LONGEST_BYTES:
                    return Reply(status=413, body="too large")
                if not message.get("more_body", False):
                    return b"".join(pieces)
    except TimeoutError:
        return Reply(status=408, body="too slow")
