"""Holds exchanges with a simulator against a vendor's official OpenAPI files (Swagger 2, OpenAPI 3.0 and 3.1).

Both sides are judged: what our program sent and what our simulator answered, so that one misreading of the vendor
cannot hide behind the other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Node = Any
_TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
_METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Exchanged(Protocol):
    """What is judged; :class:`app.sdk.simulator.Exchange` is one."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def status(self) -> int: ...
    @property
    def answer(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A problem that is accepted, because the specification contradicts itself or the vendor's behaviour.

    ``pattern`` is searched for in the text of the problem.
    """

    pattern: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Operation:
    document: _Document
    route: str
    """Such as ``GET /customers``."""
    pointer: str
    node: Node
    shared_parameters: Sequence[Node]
    placeholders: int


class SpecificationSet:
    """Several files that describe one vendor.

    ``is_complete``: a field that the schema does not declare is a problem; turn it off where a vendor's schemas were
    drawn from examples.
    """

    def __init__(
        self, documents: Iterable[_Document], *, tolerated: Sequence[Tolerance] = (), is_complete: bool = True
    ) -> None:
        self._documents = tuple(documents)
        self._tolerated = tuple(tolerated)
        self._is_complete = is_complete
        self._used: set[Tolerance] = set()

    @classmethod
    def load(
        cls, paths: Iterable[Path], *, tolerated: Sequence[Tolerance] = (), is_complete: bool = True
    ) -> SpecificationSet:
        documents = [_Document(path.name, _plain(_parsed(path))) for path in paths]
        return cls(documents, tolerated=tolerated, is_complete=is_complete)

    @property
    def unused_tolerances(self) -> list[Tolerance]:
        """Tolerances that no exchange has needed: they should go."""
        return [each for each in self._tolerated if each not in self._used]

    def problems(self, exchange: Exchanged) -> list[str]:
        """Everything at odds with the specification; empty when all is well."""
        return [*self.request_problems(exchange), *self.answer_problems(exchange)]

    def request_problems(self, exchange: Exchanged) -> list[str]:
        operation = self._operation(exchange)
        if operation is None:
            return self._kept([f"{exchange.method} {exchange.path}: no such operation"])
        return self._kept(f"{operation.route}: {each}" for each in _request_problems(operation, exchange, self))

    def answer_problems(self, exchange: Exchanged) -> list[str]:
        """Undocumented refusals (status 300 and above) pass: specifications seldom list them."""
        operation = self._operation(exchange)
        if operation is None:
            return []
        return self._kept(
            f"{operation.route} -> {exchange.status}: {each}" for each in _answer_problems(operation, exchange, self)
        )

    def schema_problems(self, document: _Document, pointer: str, instance: Node) -> Iterator[str]:
        yield from document.violations(pointer, instance)
        if self._is_complete:
            yield from document.undeclared(pointer, instance)

    def _operation(self, exchange: Exchanged) -> _Operation | None:
        matching = [
            found for document in self._documents if (found := document.operation(exchange.method, exchange.path))
        ]
        return min(matching, key=lambda each: each.placeholders, default=None)

    def _kept(self, problems: Iterable[str]) -> list[str]:
        kept = []
        for problem in dict.fromkeys(problems):
            tolerance = next((each for each in self._tolerated if re.search(each.pattern, problem)), None)
            if tolerance is None:
                kept.append(problem)
            else:
                self._used.add(tolerance)
        return kept


# What was sent -------------------------------------------------------------------------------------------------------


def _request_problems(operation: _Operation, exchange: Exchanged, judge: SpecificationSet) -> Iterator[str]:
    declared = list(operation.document.parameters(operation))
    yield from _query_problems(operation.document, declared, exchange.query)
    sent = {name.lower() for name in exchange.headers}
    for parameter in declared:
        if parameter["in"] == "header" and parameter.get("required") and parameter["name"].lower() not in sent:
            yield f"header {parameter['name']} is missing"
    yield from _body_problems(operation, declared, exchange, judge)


def _query_problems(document: _Document, declared: Sequence[Node], query: str) -> Iterator[str]:
    known = {each["name"]: each for each in declared if each["in"] == "query"}
    sent = parse_qsl(query, keep_blank_values=True)
    for name, value in sent:
        parameter = known.get(name) or known.get(name.removesuffix("[]")) or known.get(name.partition("[")[0])
        if parameter is None:
            yield f"query parameter {name} is not declared"
        elif not _accepts(document.resolve(parameter.get("schema", parameter)), value):
            yield f"query parameter {name} does not take the value {value!r}"
    names = {name for name, _ in sent}
    for name, parameter in known.items():
        if parameter.get("required") and name not in names:
            yield f"query parameter {name} is missing"


def _accepts(schema: Node, value: str) -> bool:
    if schema.get("type") == "array":
        items = schema.get("items", {})
        return all(_accepts(items, each) for each in value.split(","))
    if "enum" in schema:
        return value in {str(each) for each in schema["enum"]}
    match schema.get("type"):
        case "integer":
            return bool(re.fullmatch(r"-?\d+", value))
        case "number":
            return bool(re.fullmatch(r"-?\d+(\.\d+)?", value))
        case "boolean":
            return value in {"true", "false", "0", "1"}
        case _:
            return True


def _body_problems(
    operation: _Operation, declared: Sequence[Node], exchange: Exchanged, judge: SpecificationSet
) -> Iterator[str]:
    pointer, is_required = operation.document.body_schema(operation, declared)
    if not exchange.body:
        if is_required:
            yield "a body is needed"
        return
    if pointer is None:
        yield "a body was sent where none is declared"
        return
    yield from (
        f"body {each}" for each in judge.schema_problems(operation.document, pointer, json.loads(exchange.body))
    )


# What was answered ---------------------------------------------------------------------------------------------------


def _answer_problems(operation: _Operation, exchange: Exchanged, judge: SpecificationSet) -> Iterator[str]:
    found = operation.document.answer_schema(operation, exchange.status)
    if found is None:
        if exchange.status < 300:
            yield "this status is not declared"
        return
    pointer = found.pointer
    if pointer is None:
        if exchange.answer.strip() and exchange.status < 300:
            yield "a body was answered where none is declared"
        return
    if not exchange.answer.strip():
        yield "the body is empty"
        return
    try:
        instance = json.loads(exchange.answer)
    except ValueError:
        yield "the body is no JSON"
        return
    yield from (f"answer {each}" for each in judge.schema_problems(operation.document, pointer, instance))


@dataclass(frozen=True, slots=True)
class _AnswerSchema:
    pointer: str | None
    """None where the answer is declared to have no body."""


# One file ------------------------------------------------------------------------------------------------------------


@dataclass
class _Document:
    name: str
    root: Node
    _validators: dict[str, Draft202012Validator] = field(default_factory=dict)

    @cached_property
    def _routes(self) -> list[tuple[re.Pattern[str], _Operation]]:
        routes = []
        for path, item in self.root["paths"].items():
            for method, node in item.items():
                if method not in _METHODS:
                    continue
                pointer = f"/paths/{_escaped(path)}/{method}"
                placeholders = path.count("{")
                shared_parameters = item.get("parameters", [])
                operation = _Operation(self, f"{method.upper()} {path}", pointer, node, shared_parameters, placeholders)
                routes += [(_route_pattern(base + path), operation) for base in self._bases()]
        return routes

    def _bases(self) -> list[str]:
        if "swagger" in self.root:
            return [self.root.get("basePath", "").rstrip("/")]
        servers = [each["url"] for each in self.root.get("servers", [])] or [""]
        return list(dict.fromkeys(urlsplit(re.sub(r"^https?://[^/]*", "", each)).path.rstrip("/") for each in servers))

    @cached_property
    def _registry(self) -> Registry[Node]:
        resource: Resource[Node] = DRAFT202012.create_resource(self.root)
        return Registry().with_resource(self._uri, resource)

    @property
    def _uri(self) -> str:
        return f"urn:specification:{self.name}"

    def operation(self, method: str, path: str) -> _Operation | None:
        matching = [
            operation
            for pattern, operation in self._routes
            if operation.pointer.endswith("/" + method.lower()) and pattern.fullmatch(path)
        ]
        return min(matching, key=lambda each: each.placeholders, default=None)

    def parameters(self, operation: _Operation) -> Iterator[Node]:
        for parameter in (*operation.shared_parameters, *operation.node.get("parameters", [])):
            yield self.resolve(parameter)

    def body_schema(self, operation: _Operation, declared: Sequence[Node]) -> tuple[str | None, bool]:
        """Pointer of the request's schema, or None, and whether a body is needed."""
        for index, parameter in enumerate(operation.node.get("parameters", [])):
            if self.resolve(parameter).get("in") == "body":
                return f"{operation.pointer}/parameters/{index}/schema", bool(parameter.get("required"))
        if "requestBody" not in operation.node:
            return None, False
        pointer = self._target(f"{operation.pointer}/requestBody")
        return self._content_schema(pointer), bool(self.at(pointer).get("required"))

    def answer_schema(self, operation: _Operation, status: int) -> _AnswerSchema | None:
        """None where the status is not declared."""
        responses = operation.node.get("responses", {})
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if key in responses:
                pointer = self._target(f"{operation.pointer}/responses/{key}")
                if "schema" in self.at(pointer):
                    return _AnswerSchema(f"{pointer}/schema")
                return _AnswerSchema(self._content_schema(pointer))
        return None

    def _content_schema(self, pointer: str) -> str | None:
        content = self.at(pointer).get("content", {})
        for media_type in sorted(content, key=lambda each: "json" not in each):
            if "schema" in content[media_type]:
                return f"{pointer}/content/{_escaped(media_type)}/schema"
        return None

    def at(self, pointer: str) -> Node:
        node = self.root
        for part in pointer.strip("/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            node = node[int(key)] if isinstance(node, list) else node[key]
        return node

    def resolve(self, node: Node) -> Node:
        while isinstance(node, Mapping) and "$ref" in node:
            node = self.at(node["$ref"].removeprefix("#"))
        return node

    def _target(self, pointer: str) -> str:
        while "$ref" in self.at(pointer):
            pointer = self.at(pointer)["$ref"].removeprefix("#")
        return pointer

    def violations(self, pointer: str, instance: Node) -> Iterator[str]:
        if pointer not in self._validators:
            schema = {"$ref": f"{self._uri}#{pointer}"}
            self._validators[pointer] = Draft202012Validator(schema, registry=self._registry)
        for error in self._validators[pointer].iter_errors(instance):
            where = "".join("[]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
            yield f"{where or '.'}: {error.message[:300]}"

    def undeclared(self, pointer: str, instance: Node) -> Iterator[str]:
        yield from self._undeclared(self.at(pointer), instance, "")

    def _undeclared(self, schema: Node, instance: Node, where: str) -> Iterator[str]:
        branches = list(self._branches(schema))
        if isinstance(instance, list):
            items = [branch["items"] for branch in branches if isinstance(branch.get("items"), Mapping)]
            for each in instance:
                yield from self._undeclared({"anyOf": items}, each, f"{where}[]")
        if not isinstance(instance, Mapping):
            return
        known: dict[str, list[Node]] = {}
        for branch in branches:
            for name, node in branch.get("properties", {}).items():
                known.setdefault(name, []).append(node)
        is_open = not known or any(branch.get("additionalProperties") for branch in branches)
        for name, value in instance.items():
            if name in known:
                yield from self._undeclared({"anyOf": known[name]}, value, f"{where}.{name}")
            elif not is_open:
                yield f"{where}.{name}: this field is not declared"

    def _branches(self, schema: Node, depth: int = 0) -> Iterator[Node]:
        """The schema and everything that it is put together from."""
        schema = self.resolve(schema)
        if not isinstance(schema, Mapping) or depth > 12:
            return
        yield schema
        for combination in ("allOf", "oneOf", "anyOf"):
            for each in schema.get(combination, []):
                yield from self._branches(each, depth + 1)


def _parsed(path: Path) -> Node:
    words = path.read_text(encoding="utf-8")
    return json.loads(words) if path.suffix == ".json" else yaml.load(words, Loader=_LOADER)  # noqa: S506 - a safe loader


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _route_pattern(path: str) -> re.Pattern[str]:
    pieces = re.split(r"\{[^}]*\}", path)
    return re.compile("[^/]+".join(re.escape(piece) for piece in pieces) + "/?")


def _plain(node: Node) -> Node:
    """OpenAPI's own words turned into JSON Schema's; slips that a validator would stumble over are left out."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    return _nullable(_without_slips({str(name): _plain(value) for name, value in node.items()}))


def _without_slips(plain: dict[str, Node]) -> dict[str, Node]:
    for bound in ("exclusiveMinimum", "exclusiveMaximum"):
        if isinstance(plain.get(bound), bool):
            plain.pop(bound)
    if isinstance(plain.get("type"), str) and plain["type"] not in _TYPES and "in" not in plain:
        plain.pop("type")
    if isinstance(plain.get("required"), bool) and not {"in", "content", "schema"} & set(plain):
        plain.pop("required")
    if isinstance(plain.get("enum"), list) and not plain["enum"]:
        plain.pop("enum")
    if isinstance(plain.get("pattern"), str) and not _compiles(plain["pattern"]):
        plain.pop("pattern")
    return plain


def _nullable(plain: dict[str, Node]) -> dict[str, Node]:
    if plain.get("nullable") is not True and plain.get("x-nullable") is not True:
        return plain
    if "$ref" in plain:
        return {"anyOf": [{"$ref": plain["$ref"]}, {"type": "null"}]}
    rest = {name: value for name, value in plain.items() if name not in {"nullable", "x-nullable"}}
    return {"anyOf": [rest, {"type": "null"}]}


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
