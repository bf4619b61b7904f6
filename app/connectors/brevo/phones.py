"""Telephone numbers as Brevo takes them: international, or the whole contact is refused."""

from __future__ import annotations

import re

_CODES = {"AT": "43", "BE": "32", "BG": "359", "CH": "41", "CY": "357", "CZ": "420", "DE": "49", "DK": "45"}
_CODES |= {"EE": "372", "ES": "34", "FI": "358", "FR": "33", "GB": "44", "GR": "30", "HR": "385", "HU": "36"}
_CODES |= {"IE": "353", "IT": "39", "LI": "423", "LT": "370", "LU": "352", "LV": "371", "MT": "356", "NL": "31"}
_CODES |= {"NO": "47", "PL": "48", "PT": "351", "RO": "40", "SE": "46", "SI": "386", "SK": "421"}
_KEEPS_ZERO = {"IT"}
"""The leading zero belongs to the number (ITU national numbering plans)."""
_INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}")
"""ITU E.164: at most 15 digits."""


def international(raw: str, country: str) -> str:
    """``+493412345``; empty where the number cannot be made international for certain."""
    digits = re.sub(r"\(0\)|[^\d+]", "", raw.strip())
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif not digits.startswith("+"):
        code = _CODES.get(country.upper(), "")
        if not code or not digits:
            return ""
        digits = f"+{code}{digits if country.upper() in _KEEPS_ZERO else digits.removeprefix('0')}"
    return digits if _INTERNATIONAL.fullmatch(digits) else ""
