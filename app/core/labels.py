"""Names of kinds, outcomes and states for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.core.events import RunMode, RunState
from app.core.outcomes import Outcome
from app.core.records import Kind
from app.core.texts import Text, ntext, text

KIND_NAMES: Mapping[Kind, Text] = {
    Kind.OPT_OUTS: text("Opt-outs"),
    Kind.BOUNCES: text("Bounces"),
    Kind.CATEGORIES: text("Categories"),
    Kind.PRODUCTS: text("Products"),
    Kind.STOCK: text("Stock"),
    Kind.CONTACTS: text("Contacts"),
    Kind.ORDERS: text("Orders"),
    Kind.CARTS: text("Abandoned carts"),
}

RECORD_NAMES: Mapping[Kind, Text] = {
    Kind.OPT_OUTS: text("Opt-out"),
    Kind.BOUNCES: text("Bounce"),
    Kind.CATEGORIES: text("Category"),
    Kind.PRODUCTS: text("Product"),
    Kind.STOCK: text("Stock level"),
    Kind.CONTACTS: text("Contact"),
    Kind.ORDERS: text("Order"),
    Kind.CARTS: text("Cart"),
}
"""What one record of a kind is called."""

_READING_ORDER = (
    Kind.CONTACTS,
    Kind.ORDERS,
    Kind.CARTS,
    Kind.PRODUCTS,
    Kind.CATEGORIES,
    Kind.STOCK,
    Kind.OPT_OUTS,
    Kind.BOUNCES,
)

OUTCOME_NAMES: Mapping[Outcome, Text] = {
    Outcome.CREATED: text("created"),
    Outcome.UPDATED: text("updated"),
    Outcome.UNCHANGED: text("unchanged"),
    Outcome.SKIPPED: text("skipped"),
    Outcome.HELD: text("held"),
    Outcome.FAILED: text("failed"),
    Outcome.IN_DOUBT: text("in doubt"),
}

MODE_NAMES: Mapping[RunMode, Text] = {
    RunMode.PREVIEW: text("Preview"),
    RunMode.TRIAL: text("Trial"),
    RunMode.HISTORICAL: text("Historical import"),
    RunMode.CHANGES: text("Sync of changes"),
    RunMode.RETRY: text("Retry"),
    RunMode.UNDO: text("Undo of an import"),
}

STATE_NAMES: Mapping[RunState, Text] = {
    RunState.RUNNING: text("Running"),
    RunState.PAUSED: text("Paused"),
    RunState.WAITING: text("Waiting"),
    RunState.STOPPED: text("Stopped"),
    RunState.FINISHED: text("Finished"),
    RunState.FAILED: text("Failed"),
    RunState.INTERRUPTED: text("Interrupted"),
}


def in_reading_order(kinds: Iterable[Kind]) -> list[Kind]:
    """People and orders first, what runs back last: a run needs another order."""
    return sorted(kinds, key=_READING_ORDER.index)


def counted(kind: Kind, count: int) -> Text:
    """``3 orders``, in the plural forms of the person's language."""
    match kind:
        case Kind.OPT_OUTS:
            return ntext("{count} opt-out", "{count} opt-outs", count)
        case Kind.BOUNCES:
            return ntext("{count} bounce", "{count} bounces", count)
        case Kind.CATEGORIES:
            return ntext("{count} category", "{count} categories", count)
        case Kind.PRODUCTS:
            return ntext("{count} product", "{count} products", count)
        case Kind.STOCK:
            return ntext("{count} stock level", "{count} stock levels", count)
        case Kind.CONTACTS:
            return ntext("{count} contact", "{count} contacts", count)
        case Kind.ORDERS:
            return ntext("{count} order", "{count} orders", count)
        case Kind.CARTS:
            return ntext("{count} abandoned cart", "{count} abandoned carts", count)


def counted_of(kind: Kind, count: int, *, done: str, total: str) -> Text:
    """``158 of 259 orders``: both numbers as the locale writes them, ``count`` the total for its plural form."""
    match kind:
        case Kind.OPT_OUTS:
            return ntext("{done} of {total} opt-out", "{done} of {total} opt-outs", count, done=done, total=total)
        case Kind.BOUNCES:
            return ntext("{done} of {total} bounce", "{done} of {total} bounces", count, done=done, total=total)
        case Kind.CATEGORIES:
            return ntext("{done} of {total} category", "{done} of {total} categories", count, done=done, total=total)
        case Kind.PRODUCTS:
            return ntext("{done} of {total} product", "{done} of {total} products", count, done=done, total=total)
        case Kind.STOCK:
            return ntext(
                "{done} of {total} stock level", "{done} of {total} stock levels", count, done=done, total=total
            )
        case Kind.CONTACTS:
            return ntext("{done} of {total} contact", "{done} of {total} contacts", count, done=done, total=total)
        case Kind.ORDERS:
            return ntext("{done} of {total} order", "{done} of {total} orders", count, done=done, total=total)
        case Kind.CARTS:
            return ntext(
                "{done} of {total} abandoned cart", "{done} of {total} abandoned carts", count, done=done, total=total
            )
