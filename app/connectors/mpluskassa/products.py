"""Writing products: created or updated by article number, field by field as chosen for either.

An update reads the product whole, changes what may be changed and writes it back whole: what the register does with an
element that an update leaves out is not documented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.connectors.mpluskassa.articles import Articles
from app.connectors.mpluskassa.goods import Group, articles_of
from app.connectors.mpluskassa.groups import GroupSteps, by_path, parties_of, same_form
from app.connectors.mpluskassa.lists import read_groups
from app.connectors.mpluskassa.product_terms import ProductTerms, changed_article, new_article, written_back
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.stock import stock_step
from app.connectors.mpluskassa.target_options import ProductField
from app.connectors.mpluskassa.wire import Wire, listed, step
from app.core.outcomes import Outcome
from app.core.records import Kind, Product, Record
from app.core.rules import Refusal, skip
from app.core.texts import text
from app.sdk.answers import Answer
from app.sdk.plan import Draft, FieldLine, Json, Known, Plan, RecordPlan, Ref, Settled, Step

_PRODUCT = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWriter:
    wire: Wire
    terms: ProductTerms
    articles: Articles

    def draft(self, record: Record) -> Draft | Refusal:
        """A deletion changes nothing: sales hang on an article."""
        if not isinstance(record, Product):
            return skip("deleted_in_source")
        content = self.terms.content(record)
        if isinstance(content, Refusal):
            return content
        numbers = tuple(str(each["number"]) for each in content["articles"])
        return Draft(
            key=record.id,
            kind=Kind.PRODUCTS,
            record=record,
            content=content,
            fields=_field_lines(record, content),
            natural_keys=(record.name, *numbers),
        )

    def parties(self, record: Record) -> Sequence[str]:
        return parties_of(record.categories) if isinstance(record, Product) else ()

    async def look_up(self, drafts: Sequence[Draft]) -> Mapping[str, Known]:
        numbers = {each["number"] for draft in drafts for each in draft.content["articles"]}
        products = await self.articles.products(numbers)
        needs_groups = any(draft.content["groups"] for draft in drafts)
        groups = by_path(await read_groups(self.wire)) if needs_groups else {}
        return {draft.key: _known(draft, products, groups) for draft in drafts}

    def plan(self, drafts: Sequence[tuple[Draft, Known]]) -> Plan:
        ((draft, known),) = drafts
        steps = self._update(draft, known) if known.exists else self._creation(draft, known)
        if not steps:
            return Plan((RecordPlan(draft=draft, outcome=Outcome.UNCHANGED, target_id=known.target_id),))
        outcome = Outcome.UPDATED if known.exists else Outcome.CREATED
        return Plan((RecordPlan(draft=draft, outcome=outcome, target_id=known.target_id),), tuple(steps))

    async def confirm(self, plan: Plan, answers: Mapping[str, Answer]) -> Mapping[str, Settled]:
        (record,) = plan.records
        number = record.target_id or str(answers[_PRODUCT].json()["productNumber"])
        return {record.key: Settled(outcome=record.outcome, target_id=number)}

    def _creation(self, draft: Draft, known: Known) -> list[Step]:
        content, options = draft.content, self.terms.options
        fields = options.written_on_creation
        manages = options.manages_stock
        product: dict[str, Json] = {"description": _name(draft)}
        rows = [new_article(each, fields, manages_stock=manages) for each in content["articles"]]
        product["articleList"] = {"article": rows}
        created = step(
            _PRODUCT,
            "createProduct",
            {"product": product},
            key=draft.key,
            saves={_PRODUCT: ("productNumber",)},
            purpose=text("Create the product"),
        )
        groups = self._group_steps(draft, known, Ref(_PRODUCT), set()) if ProductField.CATEGORIES in fields else []
        has_stock = manages and ProductField.QUANTITY in fields
        return [created, *groups, *(self._stock_steps(draft, content["articles"]) if has_stock else [])]

    def _update(self, draft: Draft, known: Known) -> list[Step]:
        options, found = self.terms.options, known.facts["product"]
        fields, content = options.written_on_update, draft.content
        steps: list[Step] = []
        product = self._changed(found, content)
        if product != written_back(_plain(found)):
            steps.append(
                step(
                    _PRODUCT,
                    "updateProduct",
                    {"product": product},
                    key=draft.key,
                    is_repeatable=True,
                    purpose=text("Update the product"),
                )
            )
        if ProductField.CATEGORIES in fields:
            own = {int(each) for each in listed(found, "groupNumbers")}
            steps += self._group_steps(draft, known, int(known.target_id), own)
        if ProductField.QUANTITY in fields:
            managed = {str(each["articleNumber"]) for each in articles_of(found) if each.get("stockArticle")}
            steps += self._stock_steps(draft, [each for each in content["articles"] if each["number"] in managed])
        return steps

    def _changed(self, found: Row, content: Mapping[str, Json]) -> Row:
        """Variants that the register does not know yet are added; none is taken away."""
        options = self.terms.options
        by_number = {each["number"]: each for each in content["articles"]}
        rows: list[Row] = []
        for row in articles_of(found):
            article = by_number.pop(str(row["articleNumber"]), None)
            rows.append(changed_article(row, article, options.written_on_update) if article else written_back(row))
        rows += [
            new_article(each, options.written_on_creation, manages_stock=options.manages_stock)
            for each in by_number.values()
        ]
        name = content["name"] if ProductField.NAME in options.written_on_update else ""
        changes = {"description": name} if name else {}
        return {**written_back(found), **changes, "articleList": {"article": rows}}

    def _group_steps(self, draft: Draft, known: Known, product: int | Ref, own: set[int]) -> list[Step]:
        """Groups that are missing, then the product into those that do not hold it. It is taken out of none: somebody
        in the register may have put it there."""
        groups: Mapping[tuple[str, ...], Group] = known.facts["groups"]
        made = GroupSteps(draft.key, groups)
        joins: list[Step] = []
        for path in draft.content["groups"]:
            number = made.number(tuple(path))
            group = groups.get(same_form(path))
            if group and (group.number in own or product in group.products):
                continue
            request = {"groupNumber": number, "productNumbers": {"number": [product]}}
            joins.append(
                step(
                    f"into {' > '.join(path)}",
                    "addProductsToArticleGroup",
                    {"request": request},
                    key=draft.key,
                    is_repeatable=True,
                    purpose=text("Put the product into the article group"),
                )
            )
        return [*made.steps, *joins]

    def _stock_steps(self, draft: Draft, articles: Sequence[Row]) -> list[Step]:
        settings, employee = self.wire.settings, self.terms.options.employee_number
        return [
            stock_step(
                f"stock {each['number']}", draft.key, settings.branch_number, employee, each["number"], each["stock"]
            )
            for each in articles
            if each["stock"]
        ]


def _plain(product: Row) -> Row:
    """As a product that nothing was changed in would be written back."""
    return {**product, "articleList": {"article": [written_back(each) for each in articles_of(product)]}}


def _known(draft: Draft, products: Mapping[str, Row], groups: Mapping[tuple[str, ...], Group]) -> Known:
    mine = [products[each["number"]] for each in draft.content["articles"] if each["number"] in products]
    numbers = {str(each["productNumber"]) for each in mine}
    if not mine:
        return Known(facts={"groups": groups})
    facts = {"product": mine[0], "groups": groups}
    return Known(exists=True, target_id=str(mine[0]["productNumber"]), matches=len(numbers), facts=facts)


def _name(draft: Draft) -> str:
    return str(draft.content["name"]) or str(draft.content["articles"][0]["number"])


def _field_lines(product: Product, content: Mapping[str, Json]) -> tuple[FieldLine, ...]:
    rows = (
        FieldLine(text("Article {number}", number=each["number"]), product.name, str(each["fields"]))
        for each in content["articles"]
    )
    return (FieldLine(text("Name"), product.name, f"description: {content['name']}"), *rows)
