"""Relations of the register as contacts."""

from __future__ import annotations

from collections.abc import Mapping

from app.connectors.mpluskassa.countries import alpha_2
from app.connectors.mpluskassa.settings import MplusSettings
from app.connectors.mpluskassa.soap import Row
from app.connectors.mpluskassa.values import day, filled, moment
from app.connectors.mpluskassa.wire import listed
from app.core.addresses import normalised_email
from app.core.consent import Consent, ConsentState
from app.core.records import Address, Contact


def is_gone(relation: Row) -> bool:
    """The register deletes nobody; it switches people off."""
    return relation.get("active") is False


def contact_of(relation: Row, settings: MplusSettings, categories: Mapping[int, str]) -> Contact:
    company, first_name, last_name = names_of(relation)
    phone = words(relation, "telephone") or words(relation, "mobile")
    return Contact(
        id=str(relation["relationNumber"]),
        email=normalised_email(words(relation, "email")),
        consent=consent_in(relation, settings.consent_field),
        first_name=first_name,
        last_name=last_name,
        company=company,
        phone=phone,
        birthday=day(relation.get("birthDate")),
        address=_address(relation, company),
        delivery=_delivery(relation),
        tags=tuple(sorted(_category_names(relation, categories))),
        created_at=moment(relation.get("createTimestamp"), settings.zone),
        updated_at=moment(relation.get("changeTimestamp"), settings.zone),
        custom=_more(relation),
        raw=relation,
    )


def names_of(relation: Row) -> tuple[str, str, str]:
    """Company, first and last name. A company has its person under ``contact``; a person is the relation itself."""
    company = words(relation, "companyName")
    person = words(relation, "contact") if company else words(relation, "name")
    first_name, _, last_name = person.partition(" ")
    return company, first_name if last_name else "", last_name or first_name


def consent_in(relation: Row, field: str) -> Consent:
    """An empty box is no: only an explicit yes counts."""
    value = flag_in(relation, field)
    if value is None:
        return Consent(ConsentState.ABSENT)
    return Consent(ConsentState.YES if value else ConsentState.NO, source=field)


def flag_in(relation: Row, field: str) -> bool | None:
    """The value of a yes/no field; None where it is not set, or no field is named."""
    found = next((each for each in custom_fields(relation) if field and each.get("fieldName") == field), None)
    value = found.get("boolValue") if found else None
    return value if isinstance(value, bool) else None


def custom_fields(relation: Row) -> list[Row]:
    return listed(relation, "customFieldList", "customField")


def words(row: Row, name: str) -> str:
    return str(row.get(name) or "").strip()


def _address(relation: Row, company: str) -> Address | None:
    if not any(words(relation, name) for name in ("address", "zipcode", "city", "country")):
        return None
    return Address(
        company=company,
        street=words(relation, "address"),
        postcode=words(relation, "zipcode"),
        city=words(relation, "city"),
        country=alpha_2(words(relation, "country")),
    )


def _delivery(relation: Row) -> Address | None:
    names = ("deliveryAddress", "deliveryZipcode", "deliveryCity", "deliveryCountry")
    street, postcode, city, country = (words(relation, name) for name in names)
    if not (street or postcode or city or country):
        return None
    return Address(street=street, postcode=postcode, city=city, country=alpha_2(country))


def _category_names(relation: Row, categories: Mapping[int, str]) -> set[str]:
    return {categories[each] for each in listed(relation, "categoryIds", "category") if each in categories}


def _more(relation: Row) -> Mapping[str, str]:
    """By names that stay the same, for the field mapping."""
    named = {
        "mobile": words(relation, "mobile"),
        "website": words(relation, "website"),
        "vat_number": words(relation, "vatNumber"),
        "register_number": words(relation, "commerceNumber"),
        "note": words(relation, "extraText"),
    }
    fields = {str(each["fieldName"]): _value(each) for each in custom_fields(relation)}
    return filled({**fields, **named})


def _value(field: Row) -> str:
    if isinstance(field.get("boolValue"), bool):
        return "yes" if field["boolValue"] else "no"
    if found := day(field.get("dateValue")):
        return found.isoformat()
    return str(field.get("strValue") or field.get("intValue") or "")
