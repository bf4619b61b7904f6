"""From the lines of a draft to those of a request: where each article stands in the store, and what must be made first.

Every product and variant of a line must exist (https://mailchimp.com/developer/marketing/api/ecommerce-orders/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.connectors.mailchimp.catalogue import Catalogue, Place
from app.connectors.mailchimp.wire import at
from app.core.texts import text
from app.sdk.plan import Draft, Json, Known, Step


def places_of(catalogue: Catalogue, draft: Draft, made: set[Place]) -> Json:
    """For the facts of a look-up: place of each line by its id, and which of the missing products exist without the
    variant. ``made`` holds what drafts before this one make; it grows."""
    places: dict[str, Place] = {}
    bare: list[str] = []
    making: set[Place] = set()
    for line in draft.content["lines"]:
        own = line["product_id"], line["product_variant_id"]
        place = own if own in made else catalogue.place(*own, line["sku"])
        if place is not None:
            places[line["id"]] = place
            continue
        making.add(own)
        if catalogue.has(line["product_id"]) or any(each[0] == line["product_id"] for each in made):
            bare.append(line["product_id"])
    made.update(making)
    return {"places": places, "bare": bare}


def product_ids_of(draft: Draft) -> Sequence[str]:
    return list(dict.fromkeys(line["product_id"] for line in draft.content["lines"]))


def lines_of(draft: Draft, known: Known) -> list[Json]:
    """As the interface takes them."""
    places: Mapping[str, Place] = known.facts.get("places", {})
    found = []
    for line in draft.content["lines"]:
        product_id, variant_id = places.get(line["id"], (line["product_id"], line["product_variant_id"]))
        found.append(
            {
                "id": line["id"],
                "product_id": product_id,
                "product_variant_id": variant_id,
                "quantity": line["quantity"],
                "price": line["price"],
            }
        )
    return found


def placeholders(store: str, draft: Draft, known: Known) -> list[Step]:
    """Products that the lines name and the store lacks: of articles that were deleted in the shop, or are not sent."""
    places, bare = known.facts.get("places", {}), known.facts.get("bare", ())
    missing: dict[str, dict[str, Json]] = {}
    for line in draft.content["lines"]:
        if line["id"] not in places:
            missing.setdefault(line["product_id"], {})[line["product_variant_id"]] = line
    steps: list[Step] = []
    for product_id, variants in missing.items():
        path = at(f"{store}/products")
        if product_id in bare:
            steps += [_variant(f"{path}/{product_id}/variants", draft.key, line) for line in variants.values()]
        else:
            steps.append(_product(path, draft.key, product_id, list(variants.values())))
    return steps


def _product(path: str, key: str, product_id: str, lines: Sequence[Json]) -> Step:
    first = lines[0]
    optional = {name: first[name] for name in ("url", "image_url") if first[name]}
    return Step(
        name=f"product {product_id}",
        method="POST",
        path=path,
        keys=(key,),
        body={
            "id": product_id,
            "title": first["title"],
            **optional,
            "variants": [{"id": line["product_variant_id"], **_article(line)} for line in lines],
        },
        purpose=text("Make the product that the order names"),
    )


def _variant(path: str, key: str, line: Json) -> Step:
    variant_id = line["product_variant_id"]
    return Step(
        name=f"variant {line['product_id']} {variant_id}",
        method="PUT",
        path=f"{path}/{variant_id}",
        keys=(key,),
        body={"id": variant_id, **_article(line)},
        is_repeatable=True,
        purpose=text("Make the variant that the order names"),
    )


def _article(line: Json) -> dict[str, Json]:
    sku = {"sku": line["sku"]} if line["sku"] else {}
    return {"title": line["title"], **sku, "price": line["price"]}
