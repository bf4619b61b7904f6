"""Where one can be in the window: the names that pages are registered under, and what they are opened with."""

from __future__ import annotations

from typing import Protocol

INTEGRATIONS = "integrations"
"""Section: the cards."""
ACCOUNTS = "accounts"
"""Section."""
ACTIVITY = "activity"
"""Section: runs of all integrations."""
SETTINGS = "settings"
"""Section."""
PRACTICE = "practice"
"""Section."""
HELP = "help"
"""Section."""
ACCOUNT = "account"
"""``key``: the account, or empty with ``system`` for a new one; ``is_reconnecting``: renew the secret only."""
WIZARD = "wizard"
"""``key``: a draft to continue, or empty; then ``source`` may name the system to start with."""
INTEGRATION = "integration"
"""``key``, and ``tab``: one of ``TABS``."""
RUN = "run"
"""``run_id``."""

TABS = ("overview", "connection", "flows", "products", "fields", "preview", "runs")


class Navigation(Protocol):
    """What pages use of the shell's navigator."""

    def push(self, name: str, **args: object) -> None:
        """On top of the present page; "back" returns to it."""
        ...

    def replace(self, name: str, **args: object) -> None:
        """Instead of the present page."""
        ...

    def back(self) -> None: ...

    def open_section(self, section: str, **args: object) -> None: ...
