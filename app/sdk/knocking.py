"""A look at an address before anything is entrusted to it: who answers, and how the connection is secured."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from app.core.errors import AddressError
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.base_url import checked_url, is_loopback
from app.sdk.lanes import tls_context, trusts_nobody
from app.sdk.wire_faults import connection_error

_MOST_OF_A_PAGE = 65_536


@dataclass(frozen=True, slots=True)
class Knock:
    """What one look at an address found. ``certificate`` is DER; both it and the version are empty for plain HTTP."""

    answer: Answer
    tls_version: str = ""
    certificate: bytes = b""


async def knock(url: str, *, timeout_s: float = 10) -> Knock:
    """One GET without credentials; a redirect is not followed, a long page is cut. ``timeout_s`` counts for each piece
    of the answer; three times as long ends it whatever comes.

    Raises AddressError and UnreachableError with the cause chained.
    """
    parts = urlsplit(checked_url(url))
    context = await asyncio.to_thread(tls_context) if parts.scheme == "https" else trusts_nobody()
    trust_env = not is_loopback(parts.hostname or "")
    try:
        async with (
            asyncio.timeout(3 * timeout_s),
            httpx.AsyncClient(verify=context, timeout=timeout_s, follow_redirects=False, trust_env=trust_env) as client,
            client.stream("GET", url) as response,
        ):
            return await _knocked(response, url)
    except httpx.InvalidURL as error:
        raise AddressError(text("This is not a web address."), field="api_address") from error
    except (httpx.HTTPError, TimeoutError) as error:
        raise connection_error(error, parts.hostname or "", may_repeat=True) from error


async def _knocked(response: httpx.Response, url: str) -> Knock:
    tls = response.extensions["network_stream"].get_extra_info("ssl_object")
    content = b""
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) >= _MOST_OF_A_PAGE:
            break
    headers = {name.lower(): value for name, value in response.headers.items()}
    answer = Answer(response.status_code, headers, content, url)
    if tls is None:
        return Knock(answer)
    return Knock(answer, tls.version() or "", tls.getpeercert(binary_form=True) or b"")
