"""SOAP 1.1 by hand: a mapping to an envelope, an envelope to a mapping.

Document/literal, one element in the body, everything in ``urn:mplusqapi`` (the vendor's WSDL). A message is
``{operation: {name: value}}``; values are mappings, lists where an element repeats, texts, numbers and booleans.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.connectors.mpluskassa.grammar import OPAQUE, SCALARS, Part, Shape, answers, requests, types
from app.core.errors import ProtocolError
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Json

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "urn:mplusqapi"
CONTENT_TYPE = "text/xml; charset=utf-8"
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,6}|[0-9]{1,7});")

Row = Mapping[str, Any]


class SoapError(ValueError):
    """No SOAP message, or none of ours."""


# Writing --------------------------------------------------------------------------------------------------------------


def envelope(message: Json) -> bytes:
    """The bytes of a request. Raises KeyError for an operation that the vocabulary does not know."""
    ((operation, content),) = message.items()
    return enveloped(operation, requests()[operation], content)


def enveloped(name: str, shape: Shape, content: Row) -> bytes:
    root = Element(f"{{{ENVELOPE}}}Envelope")
    body = SubElement(root, f"{{{ENVELOPE}}}Body")
    _fill(SubElement(body, f"{{{NAMESPACE}}}{name}"), shape, content)
    return _DECLARATION + tostring(root, encoding="unicode").encode()


def _fill(parent: Element, shape: Shape, content: Row) -> None:
    for name in _in_order(shape, content):
        part = shape.get(name)
        for value in _each(content[name]):
            _add(parent, name, part.type if part else OPAQUE, value)


def _in_order(shape: Shape, content: Row) -> Sequence[str]:
    """What a newer register told and gets back unchanged stays behind the element after which it came."""
    place = {name: number for number, name in enumerate(shape)}
    keys: dict[str, tuple[int, int]] = {}
    last = -1
    for number, name in enumerate(content):
        last = place.get(name, last)
        keys[name] = (last, 0 if name in place else number + 1)
    return sorted(keys, key=lambda name: keys[name])


def _add(parent: Element, name: str, kind: str, value: Json) -> None:
    element = SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if isinstance(value, Mapping):
        _fill(element, types().get(kind, {}), value)
    else:
        element.text = _written(value)


def _each(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else (value,)


def _written(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _ILLEGAL.sub("", str(value))


# Reading --------------------------------------------------------------------------------------------------------------


def body_of(content: bytes) -> Element:
    """The first element in the body. Raises SoapError."""
    root = _parsed(content)
    if _local(root) != "Envelope":
        raise SoapError("no envelope")
    body = next((each for each in root if _local(each) == "Body"), None)
    if body is None or len(body) == 0:
        raise SoapError("nothing in the body")
    return body[0]


def _parsed(content: bytes) -> Element:
    try:
        return fromstring(content)
    except ParseError:
        pass
    except DefusedXmlException as error:
        raise SoapError(f"refused: {type(error).__name__}") from None
    # Free text of a register holds control characters now and then, which no XML may.
    words = _ILLEGAL.sub("", content.decode("utf-8", errors="replace"))
    mended = _REFERENCE.sub(lambda found: found.group() if _is_legal(found.group(1)) else "", words)
    try:
        return fromstring(mended.encode())
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise SoapError(str(error)) from None


def _is_legal(reference: str) -> bool:
    number = int(reference[1:], 16) if reference.startswith("x") else int(reference)
    return number < 0x110000 and not 0xD800 <= number < 0xE000 and not _ILLEGAL.match(chr(number))


def local_name(element: Element) -> str:
    return _local(element)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def decoded(answer: Answer) -> Json:
    """What :meth:`Answer.json` gives: the content of the answer's one element. Raises ProtocolError."""
    try:
        element = body_of(answer.content)
        return content_of(element, _shape_of_answer(element))
    except (SoapError, InvalidOperation, ValueError, RecursionError) as error:
        is_page = b"<html" in answer.content[:500].lower()
        raise ProtocolError(
            text("The register answered with a web page instead of data.")
            if is_page
            else text("The register answered in a form that its description does not know."),
            remedy=text("Check server and port of the account; something else may answer there."),
            detail=f"{error} from {answer.url}: {answer.evidence}",
        ) from error


def _shape_of_answer(element: Element) -> Shape:
    shape = answers().get(_local(element).lower())
    if shape is None:
        raise SoapError(f"an unknown element: {_local(element)}")
    return shape


def content_of(element: Element, shape: Shape) -> dict[str, Any]:
    """Children by name; of what the vocabulary does not know a text, a mapping, or a list where it repeats. Raises
    SoapError where something is missing that must be there."""
    content: dict[str, Any] = {}
    for child in element:
        name = _local(child)
        part = shape.get(name)
        value = _value(child, part) if part else _opaque(child)
        if part and part.repeats:
            content.setdefault(name, []).append(value)
        elif name in content:
            before = content[name]
            content[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            content[name] = value
    missing = [part.name for part in shape.values() if part.is_required and part.name not in content]
    if missing:
        raise SoapError(f"{_local(element)} lacks {', '.join(missing)}")
    return content


def _value(element: Element, part: Part) -> Any:
    if part.type == OPAQUE:
        return _opaque(element)
    if part.type not in SCALARS:
        return content_of(element, types()[part.type])
    return scalar(element.text or "", part.type)


def scalar(words: str, kind: str) -> Any:
    """Raises ValueError and InvalidOperation for what is no number or boolean."""
    match kind:
        case "int":
            return int(words.strip())
        case "decimal":
            return Decimal(words.strip())
        case "bool":
            return _truth(words.strip())
        case _:
            return words


def _truth(words: str) -> bool:
    if words not in {"true", "1", "false", "0"}:
        raise SoapError(f"no boolean: {words!r}")
    return words in {"true", "1"}


def _opaque(element: Element) -> Any:
    return content_of(element, {}) if len(element) else (element.text or "")
