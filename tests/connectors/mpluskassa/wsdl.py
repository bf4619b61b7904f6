"""The vendor's WSDL as a judge of messages: every body against its schema, by libxml2."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from app.sdk.simulator import Exchange

_SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
_BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
_FAULT = "{http://schemas.xmlsoap.org/soap/envelope/}Fault"


class Wsdl:
    """The file imports a schema of SOAP without saying where it is, for four elements that we do not use."""

    def __init__(self, path: Path) -> None:
        words = path.read_text(encoding="utf-8-sig").replace("SOAP-ENC:base64", "xsd:base64Binary")
        root = etree.fromstring(words.encode())
        schemas = list(root.iter(f"{_SCHEMA}schema"))
        mine = next(each for each in schemas if each.get("targetNamespace") == "urn:mplusqapi")
        for foreign in list(mine.iter(f"{_SCHEMA}import")):
            parent = foreign.getparent()
            assert parent is not None
            parent.remove(foreign)
        self.element_names = {each.get("name") for each in mine if each.tag == f"{_SCHEMA}element"}
        self._schema = etree.XMLSchema(etree.fromstring(etree.tostring(mine)))

    def problems(self, exchange: Exchange) -> Iterator[str]:
        for side, content in (("request", exchange.body), ("answer", exchange.answer)):
            body = etree.fromstring(content).find(_BODY)
            assert body is not None
            (message,) = body
            if message.tag == _FAULT:
                continue
            if not self._schema.validate(etree.fromstring(etree.tostring(message))):
                name = etree.QName(message).localname
                yield from (f"{side} {name}: {error.message}" for error in self._schema.error_log)
