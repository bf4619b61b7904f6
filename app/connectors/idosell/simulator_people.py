"""Clients and newsletter of the simulated panel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from app.connectors.idosell.simulator_gate import WrongRequestError, as_json, known_only, page_of
from app.connectors.idosell.world import NEVER, Row, World

_PLAIN = (
    *("clientId", "clientsLastModificationDate", "clientLogin", "clientCodeExternal", "clientEmail", "clientType"),
    *("isUnregistered", "clientRegistrationDate", "clientActiveInShops"),
)
_WITHIN = {
    "clientBillingAddress": (
        *("clientFirstName", "clientLastName", "clientFirm", "clientNip", "clientStreet", "clientZipCode"),
        *("clientCity", "clientCountryId", "clientProvinceId", "clientPhone1", "clientPhone2"),
    ),
    "clientPersonalData": ("clientBirthDate",),
    "clientPreferences": ("langId", "currencyId", "clientIsWholesaler", "clientGroupDiscountName"),
}
_ALL = {*_PLAIN, "newsletterEmailApprovalsData", *(each for names in _WITHIN.values() for each in names)}
_PAGING = {"resultsPage", "resultsLimit"}


class People:
    def __init__(self, world: World) -> None:
        self._world = world

    def clients(self, params: Mapping[str, Any]) -> Response:
        known_only(params, {"clientsIds", "clientsLastModificationDate", "returnElements", *_PAGING})
        wanted = set(_split(params.get("returnElements"))) or _ALL
        if unknown := wanted - _ALL:
            raise WrongRequestError(f"Unknown element: {', '.join(sorted(unknown))}")
        ids = set(_split(params.get("clientsIds")))
        dates = params.get("clientsLastModificationDate") or {}
        known_only(dates, {"clientsLastModificationDateBegin", "clientsLastModificationDateEnd"})
        begin = dates.get("clientsLastModificationDateBegin", "")
        end = dates.get("clientsLastModificationDateEnd", "9999")
        rows = [
            self._shown(row, wanted)
            for row in self._world.clients.values()
            if (not ids or str(row["clientId"]) in ids) and begin <= row["clientsLastModificationDate"] <= end
        ]
        return page_of(rows, params, "results")

    def crm(self, params: Mapping[str, Any]) -> Response:
        known_only(params, {"clientEmail", "settingsExactSearch", *_PAGING})
        email = str(params.get("clientEmail", "")).lower()
        is_exact = params.get("settingsExactSearch") is True
        rows = [
            {"clientId": row["clientId"], "clientLogin": row["clientLogin"], "clientEmail": row["clientEmail"]}
            for row in self._world.clients.values()
            if (self._world.crm_finds_guests or row["isUnregistered"] == "n")
            and (email == row["clientEmail"].lower() or (not is_exact and email in row["clientEmail"].lower()))
        ]
        return page_of(rows, params, "clientsResults")

    def newsletter(self, params: Mapping[str, Any]) -> Response:
        known_only(params, {"shops", "language", "date", "return_elements", "results_page", "results_limit"})
        dates = params.get("date") or {}
        begin, end = dates.get("from", ""), dates.get("to", "9999")
        asked = params.get("shops") or [{}]
        rows = []
        for row, is_registered in self._listed():
            for wish in asked:
                shop = str(wish.get("shop_id", ""))
                said = row["_words"].get(shop, ["n", NEVER]) if shop else ["", ""]
                matches = (
                    wish.get("approval", said[0]) == said[0]
                    and wish.get("registered", is_registered) == is_registered
                    and (not dates or (said[1] != NEVER and begin <= said[1] <= end))
                    and (is_registered == "y" or not shop or shop in row["_words"])
                )
                if matches:
                    rows.append(_entry(row, is_registered))
                    break
        return page_of(rows, params, "clients", is_snake=True)

    def change(self, params: Mapping[str, Any]) -> Response:
        known_only(params, {"clients", "clientsSettings"})
        clients = params.get("clients")
        if not isinstance(clients, list) or not clients:
            raise WrongRequestError("No clients were given")
        results = [self._changed(each) for each in clients]
        is_whole = not any(each["errors"]["faultCode"] for each in results)
        return as_json({"results": results, "errors": {"faultCode": 0, "faultString": ""}}, 200 if is_whole else 207)

    def _changed(self, wish: Mapping[str, Any]) -> Row:
        known_only(wish, {"clientLogin", "newsletterEmailApprovalsData"})
        login = wish.get("clientLogin", "")
        row = next((each for each in self._world.clients.values() if each["clientLogin"] == login), None)
        row = row or next((each for each in self._world.subscribers.values() if login and each["login"] == login), None)
        if row is None:
            return _result(login, 101, f"Nie znaleziono klienta {login}")
        for approval in wish.get("newsletterEmailApprovalsData", []):
            if approval.get("inNewsletterEmailApproval") not in {"y", "n"} or not isinstance(
                approval.get("shopId"), int
            ):
                return _result(login, 102, "Nieprawidłowa zgoda")
            row["_words"][str(approval["shopId"])] = [approval["inNewsletterEmailApproval"], self._world.local()]
        return _result(login, 0, "")

    def _listed(self) -> Iterator[tuple[Row, str]]:
        """Who bought without an account is on the list only by the form."""
        yield from ((row, "y") for row in self._world.clients.values() if row["isUnregistered"] == "n")
        yield from ((row, "n") for row in self._world.subscribers.values())

    def _shown(self, row: Row, wanted: set[str]) -> Row:
        shown: Row = {name: row[name] for name in _PLAIN if name in wanted}
        for outer, names in _WITHIN.items():
            if within := {name: row[outer][name] for name in names if name in wanted}:
                shown[outer] = within
        if "newsletterEmailApprovalsData" in wanted:
            shown["newsletterEmailApprovalsData"] = self._approvals(row)
        return shown

    def _approvals(self, row: Row) -> list[Row]:
        """One entry for each shop that the client is active in; without an approval its date is zero."""
        return [
            {
                "shopId": each["shopId"],
                "newsletterEmailApprovalDate": said[1] if said[0] == "y" else NEVER,
            }
            for each in row["clientActiveInShops"]
            for said in [row["_words"].get(str(each["shopId"]), ["n", NEVER])]
        ]


def _entry(row: Row, is_registered: str) -> Row:
    shops = {
        shop: {"shop_id": shop, "approval": said[0], "date_modification": said[1]}
        for shop, said in row["_words"].items()
    }
    return {
        "client_number": str(row.get("clientId", "0")),
        "login": row.get("clientLogin", row.get("login", "")),
        "registered": is_registered,
        "language": row.get("language", "pol"),
        "email": row.get("clientEmail", row.get("email")),
        "shops": shops or [],
    }


def _result(login: str, code: int, told: str) -> Row:
    return {"resultStatus": "error" if code else "ok", "clientsResult": {"clientLogin": login}} | {
        "errors": {"faultCode": code, "faultString": told}
    }


def _split(raw: object) -> list[str]:
    return [each for each in str(raw or "").split(",") if each]
