"""Relations of the practice register, and the lists that go with them."""

from __future__ import annotations

from typing import Any

from app.connectors.mpluskassa.register import Operations, Register, page, quiet
from app.connectors.mpluskassa.soap import Row

_FOUND, _NOT_FOUND = "FIND-RELATION-RESULT-OK", "FIND-RELATION-RESULT-NOT-FOUND"
_SEARCHED = ("email", "extRelationId", "name", "companyName", "relationCode")


class SimulatedPeople:
    def __init__(self, register: Register) -> None:
        self._register = register

    @property
    def operations(self) -> Operations:
        return {
            "findRelation": lambda asked: self._find(asked.get("relation", {}), is_exact=False),
            "findRelationV2": self._find_exactly,
            "getRelations": self._list,
            "createRelation": self._create,
            "updateRelation": self._update,
            "getEmployee": self._employee,
            "getCardCategories": lambda _: self._register.state["categories"],
            "getCustomFieldLists": lambda _: self._register.state["fields"],
            "getBranches": lambda _: {"branches": {"branch": list(self._register.table("branches").values())}},
        }

    def _find_exactly(self, asked: Row) -> Row:
        request = asked["request"]
        return self._find(request["relation"], is_exact=bool(request.get("exactMatch")))

    def _find(self, wanted: Row, *, is_exact: bool) -> Row:
        """Without the exact search a part of a word will do, and nothing at all matches anybody."""
        for row in self._register.table("relations").values():
            names = [name for name in _SEARCHED if name in wanted]
            if all(_matches(str(row.get(name, "")), str(wanted[name]), is_exact=is_exact) for name in names):
                return {"result": _FOUND, "relation": row}
        return {"result": _NOT_FOUND}

    def _list(self, asked: Row) -> Row:
        request = asked.get("request", {})
        rows = list(self._register.table("relations").values())
        if numbers := request.get("relationNumbers"):
            rows = [row for row in rows if row["relationNumber"] in numbers]
        return {"relationList": {"relation": page(rows, request)}}

    def _create(self, asked: Row) -> Row:
        relation = dict(asked.get("relation", {}))
        number = relation.get("relationNumber") or self._register.following("relations")
        if self._register.row("relations", number):
            taken = "CREATE-RELATION-RESULT-FAILED-RELATION-NUMBER-ALREADY-TAKEN"
            return quiet(taken, "relation number is taken", relationNumber=0)
        if words := self._problem(relation):
            return quiet("CREATE-RELATION-RESULT-FAILED", words, relationNumber=0)
        created = {"active": True, **relation, "relationNumber": number, "createTimestamp": self._register.stamp()}
        marker = self._keep(created)
        return quiet("CREATE-RELATION-RESULT-OK", relationNumber=number, syncMarker=marker)

    def _update(self, asked: Row) -> Row:
        """What the update leaves out is gone: the harsher of two readings of the documentation."""
        relation = dict(asked.get("relation", {}))
        found = self._register.row("relations", relation.get("relationNumber"))
        if found is None:
            return quiet("UPDATE-RELATION-RESULT-NOT-FOUND", "relation not found")
        if words := self._problem(relation):
            return quiet("UPDATE-RELATION-RESULT-FAILED", words)
        marker = self._keep({**relation, "createTimestamp": found["createTimestamp"]})
        return quiet("UPDATE-RELATION-RESULT-OK", syncMarker=marker)

    def _problem(self, relation: Row) -> str:
        if not str(relation.get("name", "")).strip():
            return "name is required"
        known = {row["fieldName"] for row in self._register.state["fields"]["relationCustomFieldList"]["customField"]}
        named = {row["fieldName"] for row in relation.get("customFieldList", {}).get("customField", [])}
        return f"unknown custom field: {', '.join(sorted(named - known))}" if named - known else ""

    def _keep(self, row: dict[str, Any]) -> int:
        row["changeTimestamp"] = self._register.stamp()
        self._register.table("relations")[str(row["relationNumber"])] = row
        return self._register.marked(row)

    def _employee(self, asked: Row) -> Row:
        found = self._register.row("employees", asked["employeeNumber"])
        if found is None:
            return {"result": "GET-EMPLOYEE-RESULT-NOT-FOUND"}
        return {"result": "GET-EMPLOYEE-RESULT-OK", "employee": found}


def _matches(held: str, wanted: str, *, is_exact: bool) -> bool:
    """Whether the exact search tells capitals apart is not documented: the harsher reading."""
    return held == wanted if is_exact else wanted.casefold() in held.casefold()
