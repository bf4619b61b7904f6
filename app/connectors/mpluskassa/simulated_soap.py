"""The register's end of the wire: requests checked to the letter, answers and faults in the vendor's form.

Everything that the real one refuses as a whole is refused here: another namespace, an unknown or misplaced element,
one that is missing, a text where a number has to be, an empty yes/no.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from app.connectors.mpluskassa.grammar import OPAQUE, SCALARS, Part, Shape, answer_names, answers, requests, types
from app.connectors.mpluskassa.soap import (
    ENVELOPE,
    NAMESPACE,
    Row,
    SoapError,
    body_of,
    content_of,
    enveloped,
    local_name,
    scalar,
)
from app.connectors.mpluskassa.values import LARGEST_NUMBER


class ClientFaultError(Exception):
    """``code`` comes behind ``Client``."""

    def __init__(self, words: str, code: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.code = code


def asked(content: bytes) -> tuple[str, Row]:
    """The operation and what it is asked. Raises ClientFaultError."""
    try:
        element = body_of(content)
    except SoapError as error:
        raise ClientFaultError(f"End of file or no XML: {error}") from error
    operation = local_name(element)
    shape = requests().get(operation)
    if shape is None:
        raise ClientFaultError(f"Method '{operation}' not implemented: method name or namespace not recognized")
    try:
        _check(element, shape)
        return operation, content_of(element, shape)
    except (SoapError, InvalidOperation, ValueError) as error:
        raise ClientFaultError(f"Validation constraint violation: {error}") from error


def _check(element: Element, shape: Shape) -> None:
    if element.tag != f"{{{NAMESPACE}}}{local_name(element)}":
        raise SoapError(f"namespace of {local_name(element)}")
    rest = list(element)
    for part in shape.values():
        mine = _taken(rest, part)
        if part.is_required and not mine and not part.repeats:
            raise SoapError(f"{part.name} is missing in {local_name(element)}")
        if len(mine) > 1 and not part.repeats:
            raise SoapError(f"{part.name} occurs twice in {local_name(element)}")
        for child in mine:
            _check_value(child, part)
    if rest:
        raise SoapError(f"{local_name(rest[0])} is unknown or misplaced in {local_name(element)}")


def _taken(rest: list[Element], part: Part) -> Sequence[Element]:
    mine = []
    while rest and local_name(rest[0]) == part.name:
        mine.append(rest.pop(0))
    return mine


def _check_value(element: Element, part: Part) -> None:
    if part.type == OPAQUE:
        return
    if part.type not in SCALARS:
        _check(element, types()[part.type])
        return
    if len(element):
        raise SoapError(f"{part.name} holds elements")
    value = scalar(element.text or "", part.type)
    if part.type == "int" and abs(value) > LARGEST_NUMBER:
        raise SoapError(f"{part.name} is out of range")


def answered(name: str, content: Any) -> bytes:
    """``name`` is the answer's element in any case; it goes out as the vendor spells it."""
    spelled = answer_names()[name.lower()]
    return enveloped(spelled, answers()[name.lower()], content)


def fault(code: str, words: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}"><SOAP-ENV:Body>'
        f"<SOAP-ENV:Fault><faultcode>SOAP-ENV:{code}</faultcode><faultstring>{escape(words)}</faultstring>"
        "</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()
