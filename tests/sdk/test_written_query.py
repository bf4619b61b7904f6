"""What a path brings behind its own question mark reaches the wire as it was written."""

from __future__ import annotations

import httpx
import pytest

from app.core.events import RequestEvent
from app.sdk.http import HttpClient, HttpOptions
from app.sdk.pacing import Pace


@pytest.mark.parametrize(
    ("own", "options", "expected"),
    [
        (None, {}, b"/?route=/wc/v3/orders&x=a/b/"),
        ({"q": "a b/ü"}, {}, b"/?route=/wc/v3/orders&x=a/b/&q=a+b%2F%C3%BC"),
        ({"q": "1"}, {"key": "k/1"}, b"/?route=/wc/v3/orders&x=a/b/&key=k%2F1&q=1"),
    ],
)
async def test_a_query_in_the_path_keeps_its_slashes_and_the_rest_is_encoded_behind_it(own, options, expected):
    seen: list[bytes] = []
    events: list[object] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(200, json=[])

    async with HttpClient(
        "https://shop.example",
        pace=Pace(per_second=1000),
        options=HttpOptions(query=options),
        transport=httpx.MockTransport(answer),
        emit=events.append,
    ) as http:
        await http.get("?route=/wc/v3/orders&x=a/b/", own)
    assert seen == [expected]
    (event,) = [each for each in events if isinstance(each, RequestEvent)]
    assert event.url.count("?") == 1
    assert "k%2F1" not in event.url
