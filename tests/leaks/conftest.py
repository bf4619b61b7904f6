"""The command line in this process, as its own tests have it."""

from __future__ import annotations

from tests.cli.conftest import koppler, stage

__all__ = ["koppler", "stage"]
