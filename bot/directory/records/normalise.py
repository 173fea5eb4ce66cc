"""From a service in the nested form of HSDS-UK 3.0, as publishers really send it, to our internal record.

Every field of the publisher ends in a column, in `extra` (unknown or unreadable fields, under their own names) or is
dropped on purpose: blank values, an id that repeats its owner's, an age of -1, and what would tell a masked address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.directory.records import cleaning
from bot.directory.records.cleaning import (
    boolean,
    clean_all,
    day,
    email,
    is_blank,
    long_text,
    moment,
    number,
    text,
    url,
)
from bot.directory.records.record import Record, Rejected, Row
from bot.directory.records.sessions import days_of, minute_of
from bot.directory.records.taxonomy import our_taxonomy

STATUSES = ("active", "inactive", "defunct", "temporarily closed")
Cleaner = Callable[[Any], Any]
_LONGEST_ID = 200
# Ids that only repeat which row this one belongs to.
_OWNERS = frozenset(
    ["service_id", "serviceId", "location_id", "service_at_location_id", "contact_id", "link_id", "link_entity"]
)

_ORGANIZATION: dict[str, Cleaner] = {
    "name": cleaning.name,
    "description": long_text,
    "email": email,
    "website": url,
    "logo": url,
    "uri": url,
    "parent_organization_id": text,
}
_SERVICE: dict[str, Cleaner] = {
    "name": cleaning.name,
    "description": long_text,
    "url": url,
    "email": email,
    "fees": long_text,
    "is_free": boolean,
    "needs_referral": boolean,
    "accreditations": long_text,
    "eligibility_description": long_text,
    "minimum_age": cleaning.age,
    "maximum_age": cleaning.age,
    "assured_date": day,
    "assurer_email": email,
    "alert": long_text,
    "last_modified": moment,
    "visible_from": day,
    "visible_to": day,
}
_LOCATION: dict[str, Cleaner] = {
    "name": cleaning.name,
    "description": long_text,
    "latitude": number,
    "longitude": number,
    "external_identifier": text,
    "external_identifier_type": text,
}
_PARTS: dict[str, dict[str, Cleaner]] = {
    "organization_identifiers": {"identifier_scheme": text, "identifier_type": text, "identifier": text},
    "addresses": {
        "attention": text,
        "address_1": text,
        "city": text,
        "region": text,
        "state_province": text,
        "postal_code": cleaning.postcode,
        "country": text,
        "address_type": text,
    },
    "accessibility": {"description": long_text, "details": long_text, "url": url, "accessibility": long_text},
    "schedules": {
        "valid_from": day,
        "valid_to": day,
        "dtstart": day,
        "freq": text,
        "interval": cleaning.whole_number,
        "byday": text,
        "bymonthday": text,
        "description": long_text,
        "opens_at": text,
        "closes_at": text,
        "schedule_link": url,
        "attending_type": text,
        "notes": long_text,
    },
    "contacts": {"name": cleaning.name, "title": text, "email": email},
    "phones": {"number": text, "description": text},
    "cost_options": {
        "valid_from": day,
        "valid_to": day,
        "option": text,
        "amount": number,
        "amount_description": text,
    },
    "service_areas": {"name": cleaning.name, "extent": text, "extent_type": text, "uri": text, "service_area": text},
    "languages": {"name": cleaning.name, "code": text, "note": text},
    "funding": {"source": text},
    "attributes": {"link_type": text, "value": text},
}
_REQUIRED = {"phones": ("number",), "organization_identifiers": ("identifier_type", "identifier")}
_TERM: dict[str, Cleaner] = {
    "name": cleaning.name,
    "description": long_text,
    "parent_id": text,
    "taxonomy": text,
    "term_uri": url,
    "term": text,
}
_TAXONOMY: dict[str, Cleaner] = {"name": cleaning.name, "description": long_text, "uri": url, "version": text}
_WIDTHS = {"freq": 20, "byday": 100, "bymonthday": 200, "opens_at": 20, "closes_at": 20, "code": 20, "address_type": 20}
_SERVICE_PARTS = ("schedules", "phones", "cost_options", "service_areas", "languages", "funding")


def normalise(published: Mapping[str, Any]) -> Record:
    """Return the record of a published service; raise Rejected, with the reason, where it cannot be taken."""
    ident = published_id(published)
    rest = dict(published)
    status = _status(rest.pop("status", None))
    extra: dict[str, Any] = {}
    below = {name: _parts(name, rest.pop(name, None), extra) for name in _SERVICE_PARTS}
    below["contacts"] = _contacts(rest.pop("contacts", None), extra)
    below["attributes"] = _attributes(rest.pop("attributes", None), extra)
    below["service_at_locations"] = _places(rest.pop("service_at_locations", None), extra)
    below["organization"] = _organization(rest, extra)
    row = _row(rest, _SERVICE)
    if not row.values.get("name"):
        raise Rejected("it has no name")
    values = row.values
    values["extra"] = {**(values.get("extra") or {}), **extra} or None
    values["status"] = status
    values["eligibility"] = values.pop("eligibility_description", None)
    _settle_ages(values, published)
    if values.get("is_free") is None:
        values["is_free"] = _is_free(below["cost_options"])
    modified = values.get("last_modified")
    values["last_checked"] = values.get("assured_date") or (modified.date() if modified else None)
    service = Row(ident, values, {name: rows for name, rows in below.items() if rows})
    return Record(service, _terms(service))


def published_id(published: Mapping[str, Any]) -> str:
    """Return a record's id as its publisher writes it; raise Rejected where it has none of use."""
    ident = _id(published)
    if ident is None:
        raise Rejected("it has no id")
    if len(ident) > _LONGEST_ID:
        raise Rejected(f"its id is longer than {_LONGEST_ID} characters")
    return ident


def _id(published: Mapping[str, Any]) -> str | None:
    ident = published.get("id")
    return text(ident) if isinstance(ident, str | int) else None


def _status(value: Any) -> str:
    if is_blank(value):
        return "active"
    status = (text(value) or "").lower().replace("_", " ").replace("-", " ")
    if status not in STATUSES:
        raise Rejected(f"its status {str(value)[:40]!r} is none of {', '.join(STATUSES)}")
    return status


def _row(published: Mapping[str, Any], fields: Mapping[str, Cleaner]) -> Row:
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in published.items():
        if name == "id" or is_blank(value) or name in _OWNERS:
            continue
        cleaned = fields[name](value) if name in fields else None
        if cleaned is None or len(str(cleaned)) > _WIDTHS.get(name, 1_000_000):
            extra[name] = clean_all(value)
        else:
            values[name] = cleaned
    values["extra"] = extra or None
    return Row(_id(published), values)


def _each(name: str, published: Any, extra: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the objects of a list; one object counts as a list of one, and what is no object is kept in `extra`."""
    if is_blank(published):
        return []
    listed = published if isinstance(published, list) else [published]
    others = [clean_all(part) for part in listed if not isinstance(part, dict) and not is_blank(part)]
    if others:
        extra[name] = others
    return [part for part in listed if isinstance(part, dict) and part]


def _parts(name: str, published: Any, extra: dict[str, Any]) -> list[Row]:
    rows = []
    for part in _each(name, published, extra):
        row = _row(part, _PARTS[name])
        if name == "schedules":
            _read_session(row.values)
        if name == "phones":
            _read_phone(row.values)
        if any(not row.values.get(column) for column in _REQUIRED.get(name, ())):
            extra.setdefault(name, []).append(clean_all(part))
            continue
        rows.append(row)
    return rows


def _contacts(published: Any, extra: dict[str, Any]) -> list[Row]:
    rows = []
    for contact in _each("contacts", published, extra):
        own: dict[str, Any] = {}
        phones = _parts("phones", contact.get("phones"), own)
        row = _row({key: value for key, value in contact.items() if key != "phones"}, _PARTS["contacts"])
        row.values["extra"] = {**(row.values["extra"] or {}), **own} or None
        row.below = {"phones": phones}
        if phones or any(value for value in row.values.values()):
            rows.append(row)
    return rows


def _read_phone(values: dict[str, Any]) -> None:
    found = cleaning.phone(values.get("number"))
    if not found:
        values.pop("number", None)
        return
    values["number"], label = found
    values["dial"] = cleaning.dial(values["number"])
    if label and values.get("description"):
        values["extra"] = {**(values.get("extra") or {}), "label": label}
    elif label:
        values["description"] = label


def _read_session(values: dict[str, Any]) -> None:
    values["weekdays"] = days_of(values.get("byday"))
    values["opens_minute"] = minute_of(values.get("opens_at"))
    values["closes_minute"] = minute_of(values.get("closes_at"))


def _attributes(published: Any, extra: dict[str, Any]) -> list[Row]:
    rows = []
    for attribute in _each("attributes", published, extra):
        published_term = attribute.get("taxonomy_term")
        if not isinstance(published_term, dict) or not text(published_term.get("name")):
            extra.setdefault("attributes", []).append(clean_all(attribute))
            continue
        detail = published_term.get("taxonomy_detail")
        term = _row({key: value for key, value in published_term.items() if key != "taxonomy_detail"}, _TERM)
        if isinstance(detail, dict) and text(detail.get("name")):
            term.below["taxonomy"] = [_row(detail, _TAXONOMY)]
        elif not is_blank(detail):
            term.values["extra"] = {**(term.values["extra"] or {}), "taxonomy_detail": clean_all(detail)}
        own = {key: value for key, value in attribute.items() if key not in ("taxonomy_term", "taxonomy_term_id")}
        row = _row(own, _PARTS["attributes"])
        row.below["taxonomy_term"] = [term]
        rows.append(row)
    return rows


def _organization(rest: dict[str, Any], extra: dict[str, Any]) -> list[Row]:
    """Return the service's organisation as a list of one, or none where only its id is said."""
    published, ident = rest.pop("organization", None), rest.pop("organization_id", None)
    if not isinstance(published, dict) or not text(published.get("name")):
        if not is_blank(published) and clean_all(published):
            extra["organization"] = clean_all(published)
        if not is_blank(ident):
            extra["organization_id"] = ident
        return []
    own = dict(published)
    own_extra: dict[str, Any] = {}
    identifiers = _parts("organization_identifiers", own.pop("organization_identifiers", None), own_extra)
    attributes = _attributes(own.pop("attributes", None), own_extra)
    row = _row(own, _ORGANIZATION)
    row.values["extra"] = {**(row.values["extra"] or {}), **own_extra} or None
    if row.id is None:
        row.id = text(ident)
    elif not is_blank(ident) and str(ident).strip() != row.id:
        extra["organization_id"] = ident
    row.below = {"organization_identifiers": identifiers, "attributes": attributes}
    return [row]


def _places(published: Any, extra: dict[str, Any]) -> list[Row]:
    rows = []
    for place in _each("service_at_locations", published, extra):
        own = dict(place)
        published_location = own.pop("location", None)
        if not isinstance(published_location, dict) or not published_location:
            extra.setdefault("service_at_locations", []).append(clean_all(place))
            continue
        own_extra: dict[str, Any] = {}
        schedules = _parts("schedules", own.pop("schedules", None), own_extra)
        row = _row(own, {})
        row.values["extra"] = {**(row.values["extra"] or {}), **own_extra} or None
        row.below = {"location": [_location(published_location)], "schedules": schedules}
        rows.append(row)
    return rows


def _location(published: Mapping[str, Any]) -> Row:
    own = dict(published)
    extra: dict[str, Any] = {}
    masked = bool(boolean(own.pop("is_masked", None)))
    kind = (text(own.pop("location_type", None)) or "physical").lower()
    addresses = _parts("addresses", own.pop("addresses", None), extra)
    accessibility = _parts("accessibility", own.pop("accessibility", None), extra)
    attributes = _attributes(own.pop("attributes", None), extra)
    row = _row(own, _LOCATION)
    values = row.values
    if kind not in ("physical", "postal", "virtual"):
        extra["location_type"], kind = kind, "physical"
    for address in addresses:
        address.values.setdefault("address_type", "physical")
    values["location_type"], values["is_masked"] = kind, masked
    latitude, longitude = values.get("latitude"), values.get("longitude")
    if latitude is None or longitude is None or not _on_earth(latitude, longitude):
        extra |= {key: values[key] for key in ("latitude", "longitude") if values.get(key)}  # 0 is "not said"
        values["latitude"] = values["longitude"] = None
    values["extra"] = {**(values["extra"] or {}), **extra} or None
    row.below = {"addresses": addresses, "accessibility": accessibility, "attributes": attributes}
    if masked:
        _mask(row)
    return row


def _on_earth(latitude: float, longitude: float) -> bool:
    return abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)


def _mask(location: Row) -> None:
    """Leave of a location only what says the area: town, outward postcode, and coordinates to about half a mile."""
    values = location.values
    for name in ("name", "description", "external_identifier", "external_identifier_type", "extra"):
        values[name] = None
    if values["latitude"] is not None:
        values["latitude"], values["longitude"] = round(values["latitude"], 2), round(values["longitude"], 2)
    for address in location.each("addresses"):
        kept = {
            name: address.values.get(name) for name in ("city", "region", "state_province", "country", "address_type")
        }
        address.values = {**kept, "postal_code": cleaning.outward(address.values.get("postal_code")), "extra": None}


def _settle_ages(values: dict[str, Any], published: Mapping[str, Any]) -> None:
    extra = values["extra"] or {}
    for name in ("minimum_age", "maximum_age"):
        if extra.get(name) == -1 or extra.get(name) == "-1":
            del extra[name]  # the publishers' way of saying "not said"
    low, high = values.get("minimum_age"), values.get("maximum_age")
    if low is not None and high is not None and low > high:
        extra |= {name: published.get(name) for name in ("minimum_age", "maximum_age")}
        values["minimum_age"] = values["maximum_age"] = None
    values["extra"] = extra or None


def _is_free(costs: list[Row]) -> bool | None:
    amounts = [cost.values.get("amount") for cost in costs]
    if any(amounts):
        return False
    return True if amounts and all(amount == 0 for amount in amounts) else None


def _terms(service: Row) -> frozenset[tuple[str, str]]:
    ours = our_taxonomy()
    places = [location for place in service.each("service_at_locations") for location in place.each("location")]
    found: set[tuple[str, str]] = set()
    for attribute in service.each("attributes"):
        term = attribute.below["taxonomy_term"][0].values
        found |= ours.of_attribute(term.get("taxonomy"), term["name"])
    for place in places:
        labels = [row.values.get("description") or "" for row in place.each("accessibility")]
        labels += [row.below["taxonomy_term"][0].values["name"] for row in place.each("attributes")]
        found |= ours.of_labels(labels, ["accessibility"])
    return frozenset(found)
