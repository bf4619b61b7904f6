"""Texts made ready for a person to carry into the other system: a call-back address, a snippet for the shop's page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """``content`` is copied as it stands. Empty means that something is missing for it, which ``help`` names."""

    name: str
    """Lower-case, for the command line."""
    title: Text
    content: str
    help: Text
    """Where it belongs, and what it does there."""


Handouts = Callable[[Any, str], Sequence[Handout]]
"""From the account's settings with their secrets and the public address at which its pushes arrive, empty where no
receiver is set up. Pure. No content may hold a secret that signs anybody in."""
