"""Codes of states and provinces. Konnektive checks them against a list for each country and refuses a name.

Only countries whose shops write names rather than codes stand here, by ISO 3166-2; elsewhere a code goes as it is, and
a name is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_CODE = re.compile(r"[A-Z0-9]{1,3}\Z")


def _codes(words: str) -> Mapping[str, str]:
    pairs = (each.split("=") for each in words.split(";"))
    return {name.strip().casefold(): code.strip() for code, name in pairs}


_US = _codes(
    "AL=Alabama;AK=Alaska;AZ=Arizona;AR=Arkansas;CA=California;CO=Colorado;CT=Connecticut;DE=Delaware;"
    "DC=District of Columbia;FL=Florida;GA=Georgia;HI=Hawaii;ID=Idaho;IL=Illinois;IN=Indiana;IA=Iowa;KS=Kansas;"
    "KY=Kentucky;LA=Louisiana;ME=Maine;MD=Maryland;MA=Massachusetts;MI=Michigan;MN=Minnesota;MS=Mississippi;"
    "MO=Missouri;MT=Montana;NE=Nebraska;NV=Nevada;NH=New Hampshire;NJ=New Jersey;NM=New Mexico;NY=New York;"
    "NC=North Carolina;ND=North Dakota;OH=Ohio;OK=Oklahoma;OR=Oregon;PA=Pennsylvania;RI=Rhode Island;"
    "SC=South Carolina;SD=South Dakota;TN=Tennessee;TX=Texas;UT=Utah;VT=Vermont;VA=Virginia;WA=Washington;"
    "WV=West Virginia;WI=Wisconsin;WY=Wyoming"
)
_CA = _codes(
    "AB=Alberta;BC=British Columbia;MB=Manitoba;NB=New Brunswick;NL=Newfoundland and Labrador;NS=Nova Scotia;"
    "NT=Northwest Territories;NU=Nunavut;ON=Ontario;PE=Prince Edward Island;QC=Quebec;SK=Saskatchewan;YT=Yukon"
)
_DE = _codes(
    "BW=Baden-Württemberg;BY=Bayern;BE=Berlin;BB=Brandenburg;HB=Bremen;HH=Hamburg;HE=Hessen;"
    "MV=Mecklenburg-Vorpommern;NI=Niedersachsen;NW=Nordrhein-Westfalen;RP=Rheinland-Pfalz;SL=Saarland;SN=Sachsen;"
    "ST=Sachsen-Anhalt;SH=Schleswig-Holstein;TH=Thüringen"
)
BY_NAME: Mapping[str, Mapping[str, str]] = {"US": _US, "CA": _CA, "DE": _DE}


def state_code(country: str, region: str) -> str:
    """``CA`` for California; empty where no code is known."""
    words = region.strip()
    known = BY_NAME.get(country, {})
    if words.casefold() in known:
        return known[words.casefold()]
    code = words.upper().removeprefix(f"{country}-")
    if known:
        return code if code in known.values() else ""
    return code if _CODE.match(code) else ""
