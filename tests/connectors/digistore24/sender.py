"""Digistore24's side of the wire: looks at the address first, posts, and repeats until it hears OK."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from app.sdk.pushes import Push

LONGEST_TRIES = 20
"""Over ten days in truth, at once here."""


@dataclass
class Sender:
    address: str
    heard: list[tuple[int, str]] = field(default_factory=list)

    async def set_up(self) -> bool:
        """A connection is accepted only if its address answers a GET with 200 and no redirect."""
        async with httpx.AsyncClient() as client:
            return (await client.get(self.address)).status_code == 200

    async def deliver(self, push: Push, tries: int = LONGEST_TRIES) -> int:
        """How many attempts it took; the last one may have failed too."""
        async with httpx.AsyncClient() as client:
            for attempt in range(1, tries + 1):
                answer = await client.post(self.address, content=push.body, headers=dict(push.headers))
                self.heard.append((answer.status_code, answer.text))
                if answer.status_code == 200 and answer.content.startswith(b"OK"):
                    return attempt
        return tries
