"""What a person enters for a BigCommerce shop, and what an integration can choose."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import field_validator

from app.core.texts import text
from app.sdk.settings import Secret, Setting, Settings, invalid

_API_PATH = re.compile(r"/stores/([a-z0-9]+)(?:/|\Z)")
_CONTROL_PANEL = re.compile(r"(?:https?://)?store-([a-z0-9]+)(?:-\d+)?\.mybigcommerce\.com(?:[/:?#].*)?\Z")
_HASH = re.compile(r"[a-z0-9]{4,20}\Z")


def store_hash_from(entered: str) -> str:
    """The store hash, also out of a pasted API path or control-panel address. Raises ValueError."""
    words = entered.strip().lower()
    found = _API_PATH.search(words) or _CONTROL_PANEL.match(words)
    candidate = found.group(1) if found else words
    if not _HASH.match(candidate):
        raise invalid(
            text("This is neither a store hash nor an API path. It looks like abc123 or …/stores/abc123/v3/.")
        )
    return candidate


class BigCommerceSettings(Settings):
    store_hash: Annotated[
        str,
        Setting(
            label=text("Store hash"),
            help=text("The short name of your shop in the API. You may paste the whole API path."),
            where=text(
                "In the control panel under Settings → API → Store-level API accounts: the API path shown when the"
                " account is created contains it after /stores/."
            ),
            placeholder="abc123",
        ),
    ]
    access_token: Annotated[
        Secret,
        Setting(
            label=text("Access token"),
            help=text("Not the client ID and not the client secret, which are shown beside it."),
            where=text(
                "In the control panel under Settings → API → Store-level API accounts → Create API account, type"
                ' "V2/V3 API token". It is shown only once.'
            ),
        ),
    ]

    @field_validator("store_hash")
    @classmethod
    def _only_the_hash(cls, entered: str) -> str:
        return store_hash_from(entered)

    @field_validator("access_token")
    @classmethod
    def _fits_a_header(cls, entered: Secret) -> Secret:
        """The token travels in a header, which takes no spaces, line breaks or letters beyond ASCII."""
        token = entered.get_secret_value().strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise invalid(text("An access token has only letters and digits. Copy it again, without spaces."))
        return Secret(token)


class ArchivedOrders(StrEnum):
    KEEP = "keep"
    AS_CANCELLED = "as_cancelled"


class BigCommerceSourceOptions(Settings):
    include_subscribers_without_account: Annotated[
        bool,
        Setting(
            label=text("Newsletter subscribers without a customer account"),
            help=text("Also sends people who are known to the shop only by their newsletter registration."),
        ),
    ] = False
    archived_orders: Annotated[
        ArchivedOrders,
        Setting(
            label=text("Archived orders"),
            help=text("An archived order keeps its status: tidying up the order list does not undo a purchase."),
            choices={"keep": text("Send with their status"), "as_cancelled": text("Send as cancelled")},
            is_advanced=True,
        ),
    ] = ArchivedOrders.KEEP


class BigCommerceTargetOptions(Settings):
    note_bounces: Annotated[
        bool,
        Setting(
            label=text("Note bounced addresses at the customer"),
            help=text("Adds a dated line to the customer's staff notes in the shop, beside ending the newsletter."),
            is_advanced=True,
        ),
    ] = False
