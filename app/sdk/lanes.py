"""The connections of one account: to which address, through which proxy, trusted by whom.

TLS is checked against the operating system's trust store; plain HTTP goes to this computer alone, and never through a
proxy.
"""

from __future__ import annotations

import ssl
from functools import lru_cache
from urllib.parse import urlsplit

import httpx
import truststore

from app.sdk.base_url import is_loopback


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """The one shared context over the operating system's trust store; building it takes 140 ms."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def trusts_nobody() -> ssl.SSLContext:
    """For plain HTTP to this computer: were it ever asked for a secure connection, none would be made."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Lanes:
    """One connection for each request under way, the one used last first.

    httpx's own client is not used: it looks through all of its connections at every request, merges addresses and
    headers anew and keeps cookies, which together take longer than the sending.
    """

    def __init__(self, base_url: str, given: httpx.AsyncBaseTransport | None) -> None:
        self._base_url = base_url
        self._given = given
        self._all: set[httpx.AsyncBaseTransport] = set()
        self._free: list[httpx.AsyncBaseTransport] = []

    def take(self) -> httpx.AsyncBaseTransport:
        if self._given is not None:
            return self._given
        lane = self._free.pop() if self._free else self._opened()
        self._all.add(lane)
        return lane

    def give_back(self, lane: httpx.AsyncBaseTransport) -> None:
        if lane in self._all:
            self._free.append(lane)

    async def drop(self, lane: httpx.AsyncBaseTransport) -> None:
        if lane in self._all:
            self._all.remove(lane)
            await lane.aclose()

    async def aclose(self) -> None:
        lanes = [*self._all, *([self._given] if self._given is not None else [])]
        self._all, self._free = set(), []
        for lane in lanes:
            await lane.aclose()

    def _opened(self) -> httpx.AsyncBaseTransport:
        parts = urlsplit(self._base_url)
        return httpx.AsyncHTTPTransport(
            verify=tls_context() if parts.scheme == "https" else trusts_nobody(),
            limits=httpx.Limits(max_connections=1, keepalive_expiry=30),
            proxy=_proxy_for(parts.scheme, parts.hostname or ""),
        )


def _proxy_for(scheme: str, host: str) -> str | None:
    """The system's proxy for this host; None where there is none."""
    if is_loopback(host):
        return None
    from urllib.request import getproxies, proxy_bypass

    if proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
