"""Writing stock: the absolute amount, never a difference, so that sending it twice does no harm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.mpluskassa.article_numbers import article_number
from app.connectors.mpluskassa.articles import Articles, article_in
from app.connectors.mpluskassa.goods import articles_of
from app.connectors.mpluskassa.product_terms import written_back
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.target_options import TargetOptions
from app.connectors.mpluskassa.values import quantity, scaled
from app.connectors.mpluskassa.wire import Wire, listed, step
from app.core.outcomes import Outcome
from app.core.records import Kind, Record, StockLevel
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Json, Known, Plan, RecordPlan, Settled, Step
from app.sdk.target import Mappings


def stock_step(name: str, key: str, branch: int, employee: int, article: str, stock: Mapping[str, Json]) -> Step:
    request = {
        "branchNumber": branch,
        "articleNumber": article,
        "amount": stock["amount"],
        "decimalPlaces": stock["places"],
        "employeeNumber": employee,
    }
    return step(
        name,
        "setStock",
        {"request": request},
        key=key,
        is_repeatable=True,
        purpose=text("Set the stock of the article"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StockWriter:
    wire: Wire
    options: TargetOptions
    mappings: Mappings
    articles: Articles

    def draft(self, record: Record) -> Draft | Refusal:
        if not isinstance(record, StockLevel):
            return skip("deleted_in_source")
        number = article_number(self.mappings, (record.sku, record.id), record.sku)
        if isinstance(number, Refusal):
            return number
        amount, places = scaled(record.quantity)
        line = FieldLine(text("Stock"), str(record.quantity), f"{number}: {quantity(amount, places)}")
        return Draft(
            key=record.id,
            kind=Kind.STOCK,
            record=record,
            content={"article": number, "amount": amount, "places": places},
            fields=(line,),
            natural_keys=(record.sku, number),
        )

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        numbers = {str(draft.content["article"]) for draft in drafts}
        products = await self.articles.products(numbers)
        held = await self._held([int(each) for each in sorted(products, key=int)]) if products else {}
        return {draft.key: _known(draft, products, held) for draft in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        number, is_managed = str(draft.content["article"]), known.facts.get("managed", False)
        if not known.exists:
            record = RecordPlan(draft=draft, outcome=Outcome.HELD, reason="article_missing", message=number)
        elif not is_managed and not self.options.manages_stock:
            record = RecordPlan(draft=draft, outcome=Outcome.SKIPPED, reason="no_stock_article", target_id=number)
        elif known.is_same:
            record = RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, target_id=number)
        else:
            record = RecordPlan(draft=draft, outcome=Outcome.UPDATED, target_id=number)
            switch = () if is_managed else (_switch_on(draft.key, number, known.facts["product"]),)
            employee, branch = self.options.employee_number, self.wire.settings.branch_number
            return Plan((record,), (*switch, stock_step("stock", draft.key, branch, employee, number, draft.content)))
        return Plan((record,))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        (record,) = plan.records
        return {record.key: Settled(outcome=record.outcome, target_id=record.target_id)}

    async def _held(self, numbers: Sequence[int]) -> Mapping[str, Row]:
        branch = self.wire.settings.branch_number
        request = {"branchNumber": branch, "articleNumbers": {"articleNumbers": list(numbers)}}
        rows = listed(await self.wire.request("getStock", request), "articleStocks")
        return {str(row["articleNumber"]): row for row in rows if row.get("branchNumber", branch) == branch}


def _known(draft: Draft, products: Mapping[str, Row], held: Mapping[str, Row]) -> Known:
    number = str(draft.content["article"])
    if number not in products:
        return Known()
    product = products[number]
    is_managed = bool(article_in(product, number).get("stockArticle"))
    row = held.get(number)
    wanted = quantity(draft.content["amount"], draft.content["places"])
    is_same = is_managed and row is not None and quantity(row["amountFree"], row.get("decimalPlacesFree")) == wanted
    return Known(exists=True, target_id=number, is_same=is_same, facts={"product": product, "managed": is_managed})


def _switch_on(key: str, number: str, product: Row) -> Step:
    rows = [
        {**written_back(each), "stockArticle": True} if str(each["articleNumber"]) == number else written_back(each)
        for each in articles_of(product)
    ]
    changed = {**written_back(product), "articleList": {"article": rows}}
    return step(
        "managed",
        "updateProduct",
        {"product": changed},
        key=key,
        is_repeatable=True,
        purpose=text("Switch on stock management for the article"),
    )
