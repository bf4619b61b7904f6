"""The simulated e-commerce GraphQL interface, carried out by graphql-core over the documented types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSyntaxError,
    build_schema,
    execute_sync,
    parse,
    validate,
)
from graphql.language import ast
from graphql.validation import NoSchemaIntrospectionCustomRule, specified_rules

from app.connectors.activecampaign.simulated_call import Call, RefusedError, Reply
from app.connectors.activecampaign.simulated_commerce import add_customer, store_order
from app.connectors.activecampaign.world import Row, World
from app.core.addresses import is_email

_MOST_TOKENS = 15_000
_LINE_FIELDS = """
  storeLineItemId: String productStorePrimaryId: String storeBaseProductId: String productUrl: String
  category: String name: String quantity: Int sku: String imageUrl: String priceAmount: BigDecimal
  lineItemType: String fulfillmentStatus: String isOnSale: Boolean averageRating: BigDecimal brand: String
  tags: [String]
"""
_ADDRESS_FIELDS = """
  firstName: String lastName: String address1: String address2: String address3: String city: String
  province: String country: String postal: String phone: String company: String email: String
"""
_DISCOUNT_FIELDS = "name: String type: DiscountType discountAmount: BigDecimal"
_ORDER_FIELDS = """
  orderNumber: String cartId: String storeExternalOrderId: String creationSource: CreationSource email: String
  storeCustomerId: String storeModifiedDate: String storeStatus: String
  normalizedStatus: ActiveCampaignOrderState notes: [String] locationId: String shippingMethod: String
  paymentMethod: String orderUrl: String isTestOrder: Boolean createdByRecurringPayment: Boolean
  acceptsMarketing: Boolean customerLocale: String salesChannel: String currency: String
  shippingAmount: BigDecimal discountsAmount: BigDecimal
"""
_PRODUCT_FIELDS = """
  storeBaseProductId: String baseProductName: String baseProductDescription: String baseProductUrl: String
  tags: [String] categories: [String] variantSku: String variantName: String variantDescription: String
  variantPriceCurrency: String variantPriceAmount: BigDecimal variantUrl: String type: String status: String
  upc: String isVirtual: Boolean isVisible: Boolean isOnSale: Boolean stockStatus: StockStatus brand: String
"""
_TYPES = f"""
scalar BigDecimal
enum CreationSource {{ HISTORICAL REAL_TIME }}
enum DiscountType {{ ORDER SHIPPING }}
enum StockStatus {{ IN_STOCK OUT_OF_STOCK BACKORDER }}
enum FilterOperator {{ EQ LT LTE GT GTE CONTAINS IN }}
enum ActiveCampaignOrderState {{
  PENDING COMPLETED ABANDONED RECOVERED WAITING CANCELLED REFUNDED FAILED RETURNED PENDING_PAYMENT
}}
type Address {{ {_ADDRESS_FIELDS} }}
input AddressInput {{ {_ADDRESS_FIELDS} }}
type Discount {{ {_DISCOUNT_FIELDS} }}
input DiscountInput {{ {_DISCOUNT_FIELDS} }}
type LineItem {{ legacyConnectionId: Int {_LINE_FIELDS} }}
input LineItemInput {{ legacyConnectionId: Int {_LINE_FIELDS} }}
input CustomerDataInput {{ firstName: String lastName: String phone: String company: String }}
type ImageData {{ url: String width: Int height: Int }}
input ImageDataInput {{ url: String width: Int height: Int }}
type Order {{
  id: String legacyConnectionId: Int storeOrderId: String storeCreatedDate: String finalAmount: BigDecimal
  {_ORDER_FIELDS}
  billingAddress: Address shippingAddress: Address discounts: [Discount] lineItems: [LineItem]
}}
input OrderInput {{
  legacyConnectionId: Int! storeOrderId: String! storeCreatedDate: String! finalAmount: BigDecimal!
  {_ORDER_FIELDS}
  billingAddress: AddressInput shippingAddress: AddressInput discounts: [DiscountInput]
  lineItems: [LineItemInput] customerData: CustomerDataInput
}}
type Product {{
  id: String legacyConnectionId: Int storePrimaryId: String {_PRODUCT_FIELDS}
  baseProductImages: [ImageData] variantImages: [ImageData]
}}
input ProductInput {{
  legacyConnectionId: Int! storePrimaryId: String! {_PRODUCT_FIELDS}
  baseProductImages: [ImageDataInput] variantImages: [ImageDataInput]
}}
input Pagination {{ offset: Int = 0 limit: Int = 20 }}
input IntFieldFilter {{ value: Int filterOperator: FilterOperator }}
input StringFieldFilter {{ value: String filterOperator: FilterOperator }}
input OrderFilter {{
  pagination: Pagination legacyConnectionId: IntFieldFilter storeOrderId: StringFieldFilter email: StringFieldFilter
  orderNumber: StringFieldFilter
}}
input ProductFilter {{
  pagination: Pagination legacyConnectionId: IntFieldFilter storeBaseProductId: StringFieldFilter
  variantSku: StringFieldFilter
}}
type BulkAsyncResponse {{ recordId: String }}
type Query {{
  getOrder(legacyConnectionId: Int, storeOrderId: String): Order
  searchOrder(filter: OrderFilter): [Order]
  searchProduct(filter: ProductFilter): [Product]
}}
type Mutation {{
  upsertOrder(order: OrderInput!): Order
  bulkUpsertOrders(orders: [OrderInput]): [Order]
  bulkUpsertOrdersAsync(orders: [OrderInput]): BulkAsyncResponse
  bulkUpsertProducts(products: [ProductInput]): [Product]
}}
"""
_CUSTOMER_ATTRIBUTES = {"firstName", "lastName", "phone"}
_STATES = {"COMPLETED": 1, "PENDING": 0, "PENDING_PAYMENT": 0, "WAITING": 4}


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise GraphQLError(f"BigDecimal cannot represent {value!r}")
    return Decimal(value)


def _decimal_literal(node: ast.ValueNode, _: object = None) -> Decimal:
    if not isinstance(node, ast.FloatValueNode | ast.IntValueNode):
        raise GraphQLError("BigDecimal must be a number")
    return Decimal(node.value)


def build() -> GraphQLSchema:
    schema = build_schema(_TYPES)
    scalar = schema.type_map["BigDecimal"]
    assert isinstance(scalar, GraphQLScalarType)  # noqa: S101 - it stands in the types above
    scalar.parse_value = _decimal  # type: ignore[method-assign]  # how graphql-core takes a scalar of its own
    scalar.parse_literal = _decimal_literal  # type: ignore[method-assign, assignment]  # the same
    scalar.serialize = lambda value: value  # type: ignore[method-assign]  # the same
    return schema


class GraphqlDesk:
    """Answers 200 whatever happens, as the vendor does."""

    def __init__(self) -> None:
        self._schema = build()

    def __call__(self, call: Call) -> Reply:
        body = call.body if isinstance(call.body, dict) else {}
        if set(body) - {"query", "variables", "operationName"} or not isinstance(body.get("query"), str):
            raise RefusedError(400, {"message": "query is needed"})
        try:
            document = parse(body["query"], max_tokens=_MOST_TOKENS)
        except GraphQLSyntaxError as error:
            words = "More than 15000 grammar tokens" if "tokens" in error.message else error.message
            return Reply(200, {"errors": [{"message": words}], "data": None})
        closed = () if call.world.has_introspection else (NoSchemaIntrospectionCustomRule,)
        if problems := validate(self._schema, document, [*specified_rules, *closed]):
            return Reply(200, {"errors": [each.formatted for each in problems], "data": None})
        result = execute_sync(
            self._schema, document, root_value=_Root(call.world), variable_values=body.get("variables") or {}
        )
        reply: Row = {"data": result.data}
        if result.errors:
            reply["errors"] = [each.formatted for each in result.errors]
        return Reply(200, reply)


class _Root:
    """The fields of Query and Mutation, under the names that the schema gives them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:
        return getattr(self, "_" + re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())

    def _get_order(self, _: Any, legacyConnectionId: int, storeOrderId: str) -> Row | None:  # noqa: N803
        found = self._world["graph_orders"].get(f"{legacyConnectionId}:{storeOrderId}")
        if found is None and self._world.missing_order_is_error:
            raise GraphQLError("Order not found")
        return found

    def _search_order(self, _: Any, filter: Row | None = None) -> Sequence[Row]:  # noqa: A002
        return _search(self._world["graph_orders"].values(), filter or {})

    def _search_product(self, _: Any, filter: Row | None = None) -> Sequence[Row]:  # noqa: A002
        return _search(self._world["graph_products"].values(), filter or {})

    def _upsert_order(self, _: Any, order: Row) -> Row:
        return self._bulk_upsert_orders(_, [order])[0]

    def _bulk_upsert_orders(self, _: Any, orders: Sequence[Row]) -> Sequence[Row]:
        problems: dict[str, Any] = {}
        for place, order in enumerate(orders):
            if words := _order_problem(self._world, order):
                problems[f"{place}-storeOrderId-{order['storeOrderId']}"] = [words]
        if problems:
            raise GraphQLError("Validation errors", extensions=problems)
        return [_put_order(self._world, order) for order in orders]

    def _bulk_upsert_orders_async(self, _: Any, orders: Sequence[Row]) -> Row:
        self._bulk_upsert_orders(_, orders)
        return {"recordId": self._world.next_id("records")}

    def _bulk_upsert_products(self, _: Any, products: Sequence[Row]) -> Sequence[Row]:
        """Doubles within one request are left out in silence."""
        if any(str(each["legacyConnectionId"]) not in self._world["connections"] for each in products):
            raise GraphQLError("Validation errors")
        unique = {(each["legacyConnectionId"], each["storePrimaryId"]): each for each in reversed(products)}
        return [_put_product(self._world, each) for each in unique.values()]


def _search(rows: Any, wanted: Row) -> Sequence[Row]:
    pagination = wanted.get("pagination") or {"offset": 0, "limit": 20}
    if pagination["offset"] < 0 or not 0 < pagination["limit"] <= 100:
        raise GraphQLError("Pagination is out of range")
    found = [row for row in rows if all(_matches(row, name, each) for name, each in wanted.items())]
    return found[pagination["offset"] : pagination["offset"] + pagination["limit"]]


def _matches(row: Row, name: str, wanted: Row) -> bool:
    if name == "pagination" or "value" not in wanted:
        return True
    match wanted.get("filterOperator"):
        case "EQ":
            return bool(row.get(name) == wanted["value"])
        case "CONTAINS" if isinstance(wanted["value"], str):
            return wanted["value"] in str(row.get(name))
        case operator:
            raise GraphQLError(f"filterOperator {operator} is not available for {name}")


def _order_problem(world: World, order: Row) -> str:
    amounts = [order.get(name) for name in ("finalAmount", "shippingAmount", "discountsAmount")]
    amounts += [line.get("priceAmount") for line in order.get("lineItems") or ()]
    checks = (
        (str(order["legacyConnectionId"]) in world["connections"], "legacyConnectionId is unknown"),
        (is_email(order.get("email") or ""), "email is not valid"),
        ((order.get("email") or "").casefold() not in world.blocked, "email is on the exclusion list"),
        (len(order.get("currency") or "") == 3, "currency is not valid"),
        (all(each is None or each >= 0 for each in amounts), "amounts must not be negative"),
        (all((line.get("quantity") or 0) >= 0 for line in order.get("lineItems") or ()), "quantity is not valid"),
        (_is_stamp(order["storeCreatedDate"]), "storeCreatedDate is not valid"),
    )
    return next((words for is_fine, words in checks if not is_fine), "")


def _is_stamp(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _put_order(world: World, order: Row) -> Row:
    """Creates contact and customer at once, and a Deep Data copy in cents."""
    key = f"{order['legacyConnectionId']}:{order['storeOrderId']}"
    held = world["graph_orders"].get(key)
    is_live = order.get("creationSource") == "REAL_TIME"
    if is_live:
        world.fire(f"order {'updated' if held else 'created'}: {key}")
    kept = {"creationSource": held["creationSource"]} if held else {}
    row = {**(held or {"id": f"order-{len(world['graph_orders']) + 1}"}), **order, **kept}
    row.pop("customerData", None)
    world["graph_orders"][key] = row
    names = {name: value for name, value in (order.get("customerData") or {}).items() if name in _CUSTOMER_ATTRIBUTES}
    world.put_contact(row["email"], names)
    _copy(world, row, is_live=is_live)
    return row


def _copy(world: World, row: Row, *, is_live: bool) -> None:
    connection_id = str(row["legacyConnectionId"])
    external_id = row.get("storeCustomerId") or row["email"]
    customer = world.find("customers", connectionid=connection_id, externalid=external_id) or add_customer(
        world, {"connectionid": connection_id, "externalid": external_id, "email": row["email"]}
    )
    if row.get("acceptsMarketing") is not None:
        customer["acceptsMarketing"] = str(int(row["acceptsMarketing"]))
    fields = {
        "connectionid": connection_id,
        "customerid": customer["id"],
        "externalid": row["storeOrderId"],
        "email": row["email"],
        "currency": row["currency"].upper(),
        "totalPrice": _cents(row["finalAmount"]),
        "externalCreatedDate": row["storeCreatedDate"],
        "source": int(is_live),
        "orderProducts": [_copied_line(each) for each in row.get("lineItems") or ()],
    }
    cart = world.find("orders", connectionid=connection_id, externalcheckoutid=row.get("cartId") or "-")
    held = world.find("orders", connectionid=connection_id, externalid=row["storeOrderId"]) or cart
    stored = store_order(world, fields, held)
    stored["state"] = 3 if cart else _STATES.get(row.get("normalizedStatus", ""), stored["state"])


def _copied_line(line: Mapping[str, Any]) -> Row:
    return {
        "externalid": line.get("productStorePrimaryId") or "",
        "name": line.get("name") or "",
        "price": _cents(line.get("priceAmount") or Decimal(0)),
        "quantity": line.get("quantity") or 0,
        "category": line.get("category") or "",
        "sku": line.get("sku") or "",
    }


def _cents(amount: Decimal | int) -> int:
    """An amount without decimals, such as yen, comes as a whole number."""
    return int((Decimal(amount) * 100).to_integral_value())


def _put_product(world: World, product: Row) -> Row:
    key = f"{product['legacyConnectionId']}:{product['storePrimaryId']}"
    held = world["graph_products"].get(key) or {"id": f"product-{len(world['graph_products']) + 1}"}
    world["graph_products"][key] = {**held, **product}
    return world["graph_products"][key]
