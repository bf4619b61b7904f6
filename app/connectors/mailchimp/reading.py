"""Reading collections page by page, by offset, without passing anybody over."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence

from app.connectors.mailchimp.wire import PAGE_SIZE, Row, Wire, page_query, rows_of, total_of
from app.sdk.reading import place_in


async def pages(
    wire: Wire,
    path: str,
    name: str,
    fields: Sequence[str],
    query: Mapping[str, str],
    *,
    cursor: str | None = None,
    limit: int | None = None,
) -> AsyncIterator[tuple[list[Row], str]]:
    """Each page with the place behind it: offset and number of rows at that time.

    A row that leaves the collection moves the ones behind it up by one: as many as are missing are read again.
    """
    place = place_in(cursor)
    offset, before = place.get("offset", 0), place.get("total")
    size = min(limit or PAGE_SIZE, PAGE_SIZE)
    while True:
        page = await wire.get(path, {**query, **page_query(name, fields, offset, size)})
        rows, total = rows_of(page, name), total_of(page)
        if before is not None and total < before and offset:
            offset, before = max(0, offset - (before - total)), total
            continue
        before = total
        offset += len(rows)
        if rows:
            yield rows, json.dumps({"offset": offset, "total": total})
        if not rows or offset >= total:
            return
