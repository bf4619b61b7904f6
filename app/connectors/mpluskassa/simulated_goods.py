"""Products, article groups, stock, tax codes and turnover groups of the practice register."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.connectors.mpluskassa.register import Operations, Register, is_changed_since, page, quiet
from app.connectors.mpluskassa.soap import Row

_STOCK = "SET-STOCK-RESULT-"


class SimulatedGoods:
    def __init__(self, register: Register) -> None:
        self._register = register

    @property
    def operations(self) -> Operations:
        state = self._register.state
        return {
            "getProducts": self._list,
            "createProduct": self._create,
            "updateProduct": self._update,
            "getArticleGroups": lambda _: {"articleGroupList": {"articleGroups": self._below(0)}},
            "newArticleGroup": self._new_group,
            "updateArticleGroup": self._update_group,
            "addProductsToArticleGroup": self._join_group,
            "getStock": self._stock,
            "setStock": self._set_stock,
            "getVatGroupList": lambda _: {"vatGroup": state["tax_codes"]},
            "getTurnoverGroups": lambda _: {"turnoverGroupList": {"turnoverGroup": state["turnover_groups"]}},
        }

    # Products ---------------------------------------------------------------------------------------------------------

    def article(self, number: int) -> dict[str, Any] | None:
        return next((each for each in self._all_articles() if each["articleNumber"] == number), None)

    def _all_articles(self) -> list[dict[str, Any]]:
        products = self._register.table("products").values()
        return [article for product in products for article in product["articleList"]["article"]]

    def _list(self, asked: Row) -> Row:
        request = asked["request"]
        rows: list[Row] = list(self._register.table("products").values())
        if numbers := request.get("productNumbers"):
            rows = [row for row in rows if row["productNumber"] in numbers]
        if since := request.get("changedSinceTimestamp"):
            rows = [row for row in rows if any(is_changed_since(each["changeTimestamp"], since) for each in _of(row))]
        if articles := request.get("articleNumbers"):
            rows = [row for row in rows if any(each["articleNumber"] in articles for each in _of(row))]
            if not request.get("includeAllArticlesOfSelectedProducts"):
                rows = [_only(row, articles) for row in rows]
        return {"productList": {"product": page(rows, request)}}

    def _create(self, asked: Row) -> Row:
        product = dict(asked["product"])
        nothing = {"productNumber": 0}
        numbers = {int(each.get("articleNumber", 0)) for each in _of(product)}
        if numbers & {each["articleNumber"] for each in self._all_articles()}:
            taken = "CREATE-PRODUCT-RESULT-FAILED-ARTICLE-NUMBER-ALREADY-TAKEN"
            return quiet(taken, "article number is taken", **nothing)
        if words := self._problem(product):
            return quiet("CREATE-PRODUCT-RESULT-FAILED", words, **nothing)
        product["productNumber"] = product.get("productNumber") or self._register.following("products")
        product["groupNumbers"] = []
        marker = self._keep(product)
        more: dict[str, Any] = {
            "productNumber": product["productNumber"],
            "articleNumbers": sorted(numbers),
            "syncMarker": marker,
        }
        return quiet("CREATE-PRODUCT-RESULT-OK", **more)

    def _update(self, asked: Row) -> Row:
        """What the update leaves out is gone, variants included: the harsher of two readings of the documentation."""
        product = dict(asked["product"])
        found = self._register.row("products", product.get("productNumber"))
        if found is None:
            return quiet("UPDATE-PRODUCT-RESULT-NOT-FOUND", "product not found")
        own = {each["articleNumber"] for each in _of(found)}
        others = {each["articleNumber"] for each in self._all_articles()} - own
        if {each.get("articleNumber") for each in _of(product)} & others:
            taken = "UPDATE-PRODUCT-RESULT-FAILED-ARTICLE-NUMBER-ALREADY-TAKEN"
            return quiet(taken, "article number is taken")
        if words := self._problem(product):
            return quiet("UPDATE-PRODUCT-RESULT-FAILED", words)
        marker = self._keep(product)
        known = sorted(own & {each["articleNumber"] for each in _of(product)})
        new = sorted({each["articleNumber"] for each in _of(product)} - own)
        more: dict[str, Any] = {"existingArticleNumbers": known, "newArticleNumbers": new, "syncMarker": marker}
        return quiet("UPDATE-PRODUCT-RESULT-OK", **more)

    def _problem(self, product: Row) -> str:
        articles = _of(product)
        if not articles:
            return "a product needs an article"
        groups = {each["turnoverGroup"] for each in self._register.state["turnover_groups"]}
        codes = {each["vatCode"] for each in self._register.state["tax_codes"]}
        fields = self._register.state["fields"]["articleCustomFieldList"]["customField"]
        known = {each["fieldName"] for each in fields}
        for article in articles:
            if article.get("turnoverGroup", 1) not in groups:
                return f"turnover group {article['turnoverGroup']} not configured"
            if article.get("vatCode", 1) not in codes:
                return f"rate for VAT code {article['vatCode']} not configured"
            named = {each["fieldName"] for each in article.get("customFieldList", {}).get("customField", [])}
            if named - known:
                return f"unknown custom field: {', '.join(sorted(named - known))}"
        return ""

    def _keep(self, product: dict[str, Any]) -> int:
        articles = [self._priced({"active": True, **each}) for each in _of(product)]
        product["articleList"] = {"article": articles}
        self._register.table("products")[str(product["productNumber"])] = product
        return self._register.marked(product)

    def _priced(self, article: dict[str, Any]) -> dict[str, Any]:
        """The other price is worked out from the one that was sent."""
        article.setdefault("turnoverGroup", 1)
        article.setdefault("vatCode", 1)
        factor = 1 + self.rate(article["vatCode"]) / 100
        if "priceIncl" in article:
            article["priceExcl"] = _whole(Decimal(article["priceIncl"]) / factor)
        elif "priceExcl" in article:
            article["priceIncl"] = _whole(Decimal(article["priceExcl"]) * factor)
        article["changeTimestamp"] = self._register.stamp()
        article["syncMarker"] = self._register.state["marker"] + 1
        if article.get("stockArticle"):
            self._register.table("stock").setdefault(str(article["articleNumber"]), [0, 0, 0, 0])
        return article

    def rate(self, code: int, country: str = "NLD") -> Decimal:
        for row in self._register.state["tax_codes"]:
            if row["vatCode"] == code and row["countryIso3"] == country:
                return Decimal(row["vatPercentage"])
        return Decimal(0)

    # Article groups ---------------------------------------------------------------------------------------------------

    def _below(self, parent: int) -> list[Row]:
        rows = [each for each in self._register.table("groups").values() if each["parent"] == parent]
        return [self._group(row) for row in rows]

    def _group(self, row: Row) -> Row:
        told = {name: value for name, value in row.items() if name not in {"parent", "products"}}
        below = {"articleGroups": self._below(row["groupNumber"])}
        return {**told, "subGroupList": below, "productNumbers": {"number": row["products"]}}

    def _new_group(self, asked: Row) -> Row:
        request = asked["request"]
        parent = request["parentGroupNumber"]
        if parent and self._register.row("groups", parent) is None:
            return {"result": "NEW-ARTICLE-GROUP-RESULT-PARENT-NOTFOUND", "groupNumber": 0}
        number = self._register.following("groups")
        row = {"groupNumber": number, "name": request["name"], "text": request["text"], "sortOrder": number}
        self._register.table("groups")[str(number)] = {**row, "parent": parent, "products": [], "isDeleted": False}
        return {"result": "NEW-ARTICLE-GROUP-RESULT-OK", "groupNumber": number}

    def _update_group(self, asked: Row) -> Row:
        request = asked["request"]
        row = self._register.row("groups", request["groupNumber"])
        if row is None:
            return {"result": "SAVE-ARTICLE-GROUP-RESULT-NOT-FOUND"}
        row.update({name: request[name] for name in ("name", "text", "sortOrder") if name in request})
        return {"result": "SAVE-ARTICLE-GROUP-RESULT-OK"}

    def _join_group(self, asked: Row) -> Row:
        request = asked["request"]
        row, numbers = self._register.row("groups", request["groupNumber"]), request["productNumbers"].get("number", [])
        products = [self._register.row("products", number) for number in numbers]
        if row is None or None in products:
            return {"result": "ADD-PRODUCTS-TO-ARTICLE-GROUP-RESULT-NOT-FOUND"}
        row["products"] += [number for number in numbers if number not in row["products"]]
        for product in products:
            if product is not None and row["groupNumber"] not in product["groupNumbers"]:
                product["groupNumbers"].append(row["groupNumber"])
        return {"result": "ADD-PRODUCTS-TO-ARTICLE-GROUP-RESULT-OK"}

    # Stock ------------------------------------------------------------------------------------------------------------

    def _stock(self, asked: Row) -> Row:
        request = asked["request"]
        wanted = request["articleNumbers"].get("articleNumbers", [])
        branches = request.get("branchNumbers", {}).get("branchNumber") or [request["branchNumber"]]
        known = [each for each in self._all_articles() if each.get("stockArticle")]
        rows = [
            self._amounts(branch, each)
            for branch in branches
            for each in known
            if (not wanted or each["articleNumber"] in wanted) and self._register.row("branches", branch)
        ]
        return {"articleStocks": rows}

    def _amounts(self, branch: int, article: Row) -> Row:
        """Other branches have a tenth of what the first one has."""
        free, reserved, incoming, places = self._register.table("stock")[str(article["articleNumber"])]
        share = 1 if branch == 1 else 10
        return {
            "branchNumber": branch,
            "articleNumber": article["articleNumber"],
            "stockId": article["syncMarker"],
            "amountFree": free // share,
            "decimalPlacesFree": places,
            "amountReserved": reserved // share,
            "decimalPlacesReserved": places,
            "amountIncoming": incoming // share,
            "decimalPlacesIncoming": places,
            "isDayStockArticle": False,
        }

    def _set_stock(self, asked: Row) -> Row:
        request = asked["request"]
        article = self.article(request["articleNumber"])
        if self._register.row("branches", request["branchNumber"]) is None:
            return {"result": f"{_STOCK}BRANCH-NOT-FOUND"}
        if article is None:
            return {"result": f"{_STOCK}ARTICLE-NOT-FOUND"}
        if not article.get("stockArticle"):
            return {"result": f"{_STOCK}NO-STOCK-ARTICLE"}
        row = self._register.table("stock")[str(request["articleNumber"])]
        row[0], row[3] = request["amount"], request.get("decimalPlaces", 0)
        self._register.state["marker"] += 1
        return {"result": f"{_STOCK}OK", "stockId": self._register.state["marker"]}


def _of(product: Row) -> list[dict[str, Any]]:
    return list(product.get("articleList", {}).get("article", []))


def _only(product: Row, numbers: list[int]) -> Row:
    return {**product, "articleList": {"article": [each for each in _of(product) if each["articleNumber"] in numbers]}}


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
