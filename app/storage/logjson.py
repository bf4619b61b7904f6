"""Log and request events as JSON. Texts keep message and values, so that an old line follows a change of language."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.core.events import Level, LogEvent, RequestEvent
from app.core.records import Kind
from app.core.texts import Text
from app.storage.rows import as_json

LoggedEvent = LogEvent | RequestEvent
Redact = Callable[[str], str]


def to_json(event: LoggedEvent, redact: Redact) -> str:
    if isinstance(event, RequestEvent):
        return as_json({"request": _request(event, redact)})
    return as_json(
        {
            "level": int(event.level),
            "message": _packed(event.message, redact),
            "at": event.at.isoformat(),
            "account": event.account,
            "integration": event.integration,
            "run_id": event.run_id,
            "kind": event.kind.value if event.kind else None,
            "key": redact(event.key),
            "facts": {name: redact(str(value)) for name, value in event.facts.items()},
        }
    )


def from_json(words: str) -> LoggedEvent:
    values = json.loads(words)
    if "request" in values:
        request = values["request"]
        return RequestEvent(**{**request, "at": datetime.fromisoformat(request["at"])})
    return LogEvent(
        level=Level(values["level"]),
        message=_text(values["message"]),
        at=datetime.fromisoformat(values["at"]),
        account=values["account"],
        integration=values["integration"],
        run_id=values["run_id"],
        kind=Kind(values["kind"]) if values["kind"] else None,
        key=values["key"],
        facts=values["facts"],
    )


def _request(event: RequestEvent, redact: Redact) -> dict[str, object]:
    return {
        "method": event.method,
        "url": redact(event.url),
        "status": event.status,
        "duration_ms": event.duration_ms,
        "sent_bytes": event.sent_bytes,
        "received_bytes": event.received_bytes,
        "at": event.at.isoformat(),
        "account": event.account,
        "attempt": event.attempt,
        "error": redact(event.error),
    }


def _packed(value: object, redact: Redact) -> object:
    """Numbers stay numbers, so that a pattern may format them; everything else becomes words."""
    match value:
        case Text():
            values = [[name, _packed(each, redact)] for name, each in value.values]
            return {"message": redact(value.message), "plural": value.plural, "count": value.count, "values": values}
        case None | bool() | float():
            return value
        case int():
            return int(value)
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"moment": value.isoformat()}
        case _:
            return redact(str(value))


def _text(packed: Mapping[str, Any]) -> Text:
    values = tuple((name, _unpacked(each)) for name, each in packed["values"])
    return Text(packed["message"], packed["plural"], packed["count"], values)


def _unpacked(value: Any) -> object:
    match value:
        case {"decimal": words}:
            return Decimal(words)
        case {"moment": words}:
            return datetime.fromisoformat(words)
        case {"message": _, "values": Sequence()}:
            return _text(value)
        case _:
            return value
