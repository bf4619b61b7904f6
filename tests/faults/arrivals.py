"""In front of a simulated target: what arrived when, which lives of the program sent it, and answers that get lost."""

from __future__ import annotations

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sdk.simulator import body_again, whole_body

Keys = Callable[[str, str, Any], Iterable[str]]
"""The records that a write carries, as ``orders:100``, from its method, path and JSON body."""


class Front:
    """``keys_of`` names the records of a write; without it nothing is noted. ``behind`` may be exchanged."""

    def __init__(self, behind: ASGIApp, keys_of: Keys | None = None) -> None:
        self.behind = behind
        self.keys_of = keys_of
        self.life = 0
        self.arrivals: dict[str, list[int]] = defaultdict(list)
        """The life of every write of a record that the target carried out."""
        self.fresh = 0
        """Records that arrived in this life for the first time."""
        self.repeated: dict[str, set[str]] = defaultdict(set)
        """Records that an earlier life had brought and this one sent again, by kind."""
        self.lost = 0
        self._to_lose = 0
        self._is_done = True
        self._share = 0.0
        self._chance = random.Random(0)
        self._under_way = 0
        self._moved = asyncio.Event()

    def lose(self, number: int, share: float, seed: int, *, is_done: bool = True) -> None:
        """The connection drops at so many writes, one in ``1 / share``: after the work was done, or before."""
        self._is_done = is_done
        self.lost, self._to_lose, self._share, self._chance = 0, number, share, random.Random(seed)

    def begin_life(self) -> None:
        self.life += 1
        self.fresh = 0
        self.repeated.clear()

    def empty(self) -> None:
        """For the next story."""
        self.arrivals.clear()
        self.life = self.lost = self._to_lose = 0

    def nudge(self) -> None:
        """Whoever waits looks again."""
        self._moved.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self._moved.clear()
            await self._moved.wait()

    async def settle(self) -> None:
        """Waits until what a killed program had sent is worked off."""
        for _ in range(30):  # each turn of the loop reads what stands in the sockets
            await asyncio.sleep(0)
        await self.until(lambda: not self._under_way)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.keys_of is None:
            await self.behind(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._pass_on(scope, receive, send, self.keys_of)
        finally:
            self._under_way -= 1
            self._moved.set()

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, keys_of: Keys) -> None:
        body, life = await whole_body(receive), self.life
        wanted = tuple(keys_of(scope["method"], scope["path"], _parsed(body)))
        is_lost = bool(wanted) and self._is_lost()
        if is_lost and not self._is_done:
            await _drop(send)
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.behind(scope, body_again(body), keep)
        for key in wanted if _is_accepted(answer) else ():
            self._note(key, life)
        self._moved.set()
        if is_lost:
            await _drop(send)
        for message in answer:
            await send(message)

    def _note(self, key: str, life: int) -> None:
        lives = self.arrivals[key]
        self.fresh += not lives
        if lives and lives[0] < life:
            self.repeated[key.partition(":")[0]].add(key)
        lives.append(life)

    def _is_lost(self) -> bool:
        if self.lost >= self._to_lose or self._chance.random() >= self._share:
            return False
        self.lost += 1
        return True


async def _drop(send: Send) -> None:
    """Raises ConnectionAbortedError, which closes the connection in the middle of an answer."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    raise ConnectionAbortedError


def _is_accepted(answer: list[Message]) -> bool:
    """GraphQL refuses inside an answer of status 200."""
    status = answer[0]["status"] if answer else 500
    return 200 <= status < 300 and not answer[-1].get("body", b"").startswith(b'{"errors"')


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def activecampaign_keys(method: str, path: str, body: Any) -> Iterable[str]:
    match method, path.removeprefix("/api/3/"), body:
        case "POST", "ecom/graphql", {"variables": {"orders": orders}}:
            return [f"orders:{each['storeOrderId']}" for each in orders]
        case "POST", "ecomOrders", {"ecomOrder": order}:
            return [f"orders:{order['externalid']}"]
        case "PUT", resource, {"ecomOrder": order} if resource.startswith("ecomOrders/"):
            return [f"orders:{order['externalid']}"]
        case "POST", "ecomCustomers", {"ecomCustomer": customer}:
            return [f"customers:{customer['externalid']}"]
        case "POST", "connections" | "tags" as resource, _:
            return [f"{resource}:1"]
        case "POST", "import/bulk_import", {"contacts": contacts}:
            return [f"contacts:{each['email']}" for each in contacts]
        case _:
            return ()


def notebook_keys(method: str, path: str, body: Any) -> Iterable[str]:
    is_write = method == "POST" and path == "/notes" and isinstance(body, Mapping)
    return [f"orders:{each['id']}" for each in body["notes"]] if is_write else ()
