"""Small files, and the shortest way from one to its records."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.connectors.files.options import FileOptions
from app.connectors.files.settings import FileSettings
from app.connectors.files.source import FileSource
from app.core.records import Kind
from app.sdk.access import Access
from app.sdk.settings import parse
from app.sdk.source import ReadRequest

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

ReadFile = Callable[..., Awaitable[list[Any]]]
WriteFile = Callable[..., Path]


def settings_for(path: Path, **values: object) -> FileSettings:
    return parse(FileSettings, {"path": str(path), "time_zone": "Europe/Berlin", "default_currency": "EUR", **values})


def source_for(path: Path, options: Mapping[str, object] | None = None, **values: object) -> FileSource:
    return FileSource(Access(settings=settings_for(path, **values)), parse(FileOptions, options or {}))


def request_for(kind: Kind, **values: Any) -> ReadRequest:
    return ReadRequest(kind=kind, until=NOW, **values)


async def read_all(source: FileSource, kind: Kind, **values: Any) -> list[Any]:
    return [record async for page in source.read(request_for(kind, **values)) for record in page.records]


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    def write_file(content: str | bytes, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write_file


@pytest.fixture
def read(write: WriteFile) -> ReadFile:
    """The records of a file with this content."""

    async def read_content(
        content: str | bytes,
        kind: Kind = Kind.ORDERS,
        *,
        name: str = "orders.csv",
        encoding: str = "utf-8",
        options: Mapping[str, object] | None = None,
        **values: object,
    ) -> list[Any]:
        return await read_all(source_for(write(content, name, encoding), options, **values), kind)

    return read_content
