"""The shop's own ids in Brevo, so that two shops in one account never overwrite each other."""

from __future__ import annotations

import re

from app.sdk.target import Mappings

_PLAIN = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_SHOP = 40


def scoped(mappings: Mappings, own_id: str) -> str:
    shop = mappings.source_id or mappings.source_name or mappings.source_system or "shop"
    return f"{_plain(shop)[:_LONGEST_SHOP]}-{_plain(own_id)}"


def _plain(raw: str) -> str:
    """Ids stand in paths: other characters become their number, so that different ids stay different."""
    return _PLAIN.sub(lambda found: f"~{ord(found.group()):x}~", raw)
