"""Secrets for a single call of the command line, from its environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

PREFIX = "KOPPLER_SECRET_"


def variable_for(account: str, field: str) -> str:
    """``KOPPLER_SECRET_MY_SHOP__ACCESS_TOKEN`` for account ``my-shop``, field ``access_token``."""
    return PREFIX + f"{account}__{field}".upper().replace("-", "_")


def secrets_from_environment(
    account: str, fields: Iterable[str], environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The fields that the environment supplies; an empty variable counts as absent."""
    pairs = ((field, environ.get(variable_for(account, field), "")) for field in fields)
    return {field: value for field, value in pairs if value}
