"""The judge itself: it finds what is wrong, and says nothing of what is right."""

import json
from dataclasses import dataclass, field

import pytest
import yaml

from tests.specification import SpecificationSet, Tolerance

_OPENAPI = {
    "openapi": "3.0.3",
    "servers": [{"url": "https://api.example.com/stores/{hash}/v3"}],
    "paths": {
        "/people": {
            "parameters": [{"$ref": "#/components/parameters/limit"}],
            "get": {
                "parameters": [{"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["id", "name"]}}],
                "responses": {
                    200: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/People"}}}},
                    204: {"description": "nobody"},
                },
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Person"}}},
                },
                "responses": {"201": {"description": "made"}},
            },
        },
        "/people/{id}": {"get": {"responses": {"200": {"description": "one"}}}},
        "/people/count": {"get": {"parameters": [], "responses": {"200": {"description": "a number"}}}},
    },
    "components": {
        "parameters": {"limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}},
        "schemas": {
            "Person": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "integer", "required": True},
                    "name": {"type": "string", "nullable": True},
                },
            },
            "People": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Person"}]}},
        },
    },
}


@dataclass
class _Exchange:
    method: str = "GET"
    path: str = "/stores/abc/v3/people"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 200
    answer: bytes = b"[]"


@pytest.fixture
def openapi(tmp_path):
    path = tmp_path / "people.yml"
    path.write_text(yaml.safe_dump(_OPENAPI), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("exchange", "problem"),
    [
        (_Exchange(query="limit=5&sort=name"), ""),
        (_Exchange(answer=json.dumps([{"id": 1, "name": None}]).encode()), ""),
        (_Exchange(status=204, answer=b""), ""),
        (_Exchange(path="/stores/abc/v3/people/7", answer=b""), ""),
        (_Exchange(status=418, answer=b"teapot"), ""),
        (_Exchange(path="/stores/abc/v3/animals"), "no such operation"),
        (_Exchange(query="colour=red"), "query parameter colour is not declared"),
        (_Exchange(query="limit=many"), "does not take the value 'many'"),
        (_Exchange(query="sort=age"), "does not take the value 'age'"),
        (_Exchange(status=202), "this status is not declared"),
        (_Exchange(answer=b"<html>"), "the body is no JSON"),
        (_Exchange(answer=b""), "the body is empty"),
        (_Exchange(answer=b'[{"name": "Ada"}]'), "'id' is a required property"),
        (_Exchange(answer=b'[{"id": "7"}]'), "[].id: '7' is not of type 'integer'"),
        (_Exchange(answer=b'[{"id": 7, "age": 3}]'), "[].age: this field is not declared"),
        (_Exchange(method="POST", status=201, answer=b""), "a body is needed"),
        (_Exchange(method="POST", status=201, answer=b"", body=b'{"id": 1}'), ""),
        (_Exchange(method="POST", status=201, answer=b"", body=b"[]"), "is not of type 'object'"),
        (_Exchange(status=204, answer=b"", body=b"{}"), "a body was sent where none is declared"),
    ],
)
def test_each_deviation_is_named(openapi, exchange, problem):
    found = SpecificationSet.load([openapi]).problems(exchange)
    assert [each for each in found if problem not in each] == []
    assert bool(found) is bool(problem)


def test_a_tolerated_deviation_is_left_out_and_an_idle_tolerance_is_known(openapi):
    tolerated = [Tolerance("colour is not declared", "used by everybody"), Tolerance("never seen", "idle")]
    specification = SpecificationSet.load([openapi], tolerated=tolerated)
    assert specification.problems(_Exchange(query="colour=red")) == []
    assert specification.unused_tolerances == [tolerated[1]]


def test_fields_beyond_the_schema_may_be_permitted(openapi):
    specification = SpecificationSet.load([openapi], is_complete=False)
    assert specification.problems(_Exchange(answer=b'[{"id": 7, "age": 3}]')) == []


def test_swagger_2_is_understood(tmp_path):
    path = tmp_path / "old.json"
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    post = {
        "parameters": [
            {"name": "limit", "in": "query", "type": "integer"},
            {"name": "body", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Thing"}},
        ],
        "responses": {"200": {"schema": {"$ref": "#/definitions/Thing"}}},
    }
    document = {
        "swagger": "2.0",
        "basePath": "/3.0",
        "paths": {"/things": {"post": post}},
        "definitions": {"Thing": schema},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    specification = SpecificationSet.load([path])
    good = _Exchange(method="POST", path="/3.0/things", query="limit=3", body=b'{"id": 1}', answer=b'{"id": 1}')
    bad = _Exchange(method="POST", path="/3.0/things", query="limit=x", body=b'{"id": "1"}', answer=b'{"id": "1"}')
    assert specification.problems(good) == []
    assert len(specification.problems(bad)) == 3
