"""Open Referral UK 1.0, and Outpost's form of it (whole numbers as ids, `organisation`, `send_needs`, `regular_schedules`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.directory.records.cleaning import boolean, is_blank, number, text
from bot.directory.records.record import Skipped
from bot.directory.records.sessions import DAY_CODES, DAY_NAMES

_OF_VERSION_1 = frozenset(
    [
        *("organisation", "min_age", "max_age", "regular_schedules", "send_needs", "suitabilities", "local_offer"),
        *("needs_referral", "eligibilitys", "service_taxonomys", "holiday_schedules", "fundings", "deliverable_type"),
    ]
)
_HIDDEN = frozenset(["invisible", "archived", "pending", "scheduled", "expired", "marked for deletion", "deleted"])
# What a search adds to a record: it says nothing about the service.
_OF_THE_SEARCH = ("score", "distance_away")
_TAXONOMIES = {"taxonomies": "Categories", "send_needs": "SEND needs", "suitabilities": "Suitabilities"}
# Outpost's age bands: lowest and highest age in years.
_AGE_BANDS = {
    "age_band_under_2": (0, 1),
    "age_band_2": (2, 2),
    "age_band_3_4": (3, 4),
    "age_band_5_7": (5, 7),
    "age_band_8_plus": (8, None),
    "age_band_all": (0, None),
}
_ADDRESS = ("address_1", "city", "state_province", "postal_code", "country")


def looks_like(record: Mapping[str, Any]) -> bool:
    """Tell whether a record has what version 3 no longer has."""
    return bool(_OF_VERSION_1 & set(record))


def translate(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the service in the form of version 3; raise Skipped where it is not for the public."""
    service = dict(record)
    for name in _OF_THE_SEARCH:
        service.pop(name, None)
    service["status"] = _status(service)
    service["organization"] = _organization(service.pop("organisation", None), service.pop("organization", None))
    for old, new in {"min_age": "minimum_age", "max_age": "maximum_age", "free": "is_free"}.items():
        if old in service:
            service[new] = service.pop(old)
    if "updated_at" in service:
        service["last_modified"] = service.pop("updated_at")
    if "fundings" in service:
        service["funding"] = service.pop("fundings")
    _add_eligibility(service)
    _add_age_bands(service)
    service["attributes"] = list(_attributes(service))
    service["service_at_locations"] = list(
        _places(service.pop("locations", None), service.pop("service_at_locations", None))
    )
    service["schedules"] = [_schedule(part) for part in _list(service.pop("regular_schedules", None))]
    service["contacts"] = [_contact(part) for part in _list(service.pop("contacts", None))]
    service["cost_options"] = [
        _renamed(part, {"cost_type": "amount_description"}) for part in _list(service.pop("cost_options", None))
    ]
    service["languages"] = [_renamed(part, {"language": "name"}) for part in _list(service.pop("languages", None))]
    return service


def _status(service: dict[str, Any]) -> str:
    status = (text(service.get("status")) or "active").lower().replace("_", " ")
    if status in _HIDDEN or boolean(service.get("visible")) is False:
        raise Skipped(f"its publisher hides it ({status})")
    closed = boolean(service.get("temporarily_closed"))
    return "temporarily closed" if closed else status


def _organization(outposts: Any, standard: Any) -> Any:
    chosen = outposts if isinstance(outposts, dict) else standard
    return _renamed(chosen, {"url": "website"}) if isinstance(chosen, dict) else chosen


def _add_eligibility(service: dict[str, Any]) -> None:
    """Take ages and words from version 1's `eligibilitys`; several of them span from the lowest to the highest age."""
    rows = [row for row in _list(service.get("eligibilitys")) if isinstance(row, dict)]
    if not rows:
        return
    lows, highs = [number(row.get("minimum_age")) for row in rows], [number(row.get("maximum_age")) for row in rows]
    if is_blank(service.get("minimum_age")) and None not in lows:
        service["minimum_age"] = min(low for low in lows if low is not None)
    if is_blank(service.get("maximum_age")) and None not in highs:
        service["maximum_age"] = max(high for high in highs if high is not None)
    words = [text(row.get("eligibility")) for row in rows]
    service["eligibility_description"] = "\n".join(word for word in words if word)


def _add_age_bands(service: dict[str, Any]) -> None:
    bands = [_AGE_BANDS[name] for name in _AGE_BANDS if boolean(service.get(name))]
    if not bands or not is_blank(service.get("minimum_age")) or not is_blank(service.get("maximum_age")):
        return
    highs = [high for _, high in bands]
    service["minimum_age"] = min(low for low, _ in bands)
    service["maximum_age"] = None if None in highs else max(high for high in highs if high is not None)


def _attributes(service: dict[str, Any]) -> Iterator[Any]:
    yield from _list(service.pop("attributes", None))
    for name, taxonomy in _TAXONOMIES.items():
        for part in _list(service.pop(name, None)):
            term = _renamed(part, {"label": "name"}) if isinstance(part, dict) else {"name": part}
            for key in ("id", "parent_id"):
                if not is_blank(term.get(key)):
                    term[key] = f"{name}/{term[key]}"  # each of Outpost's lists counts its ids from 1
            yield {"link_type": "service", "taxonomy_term": {**term, "taxonomy": taxonomy}}
    for part in _list(service.pop("service_taxonomys", None)):
        if isinstance(part, dict) and isinstance(part.get("taxonomy"), dict):
            term = _renamed(part["taxonomy"], {"vocabulary": "taxonomy"})
            rest = {key: value for key, value in part.items() if key != "taxonomy"}
            yield {"link_type": "service", "taxonomy_term": term, **rest}
        else:
            yield part


def _places(locations: Any, places: Any) -> Iterator[Any]:
    """Yield the places where the service is given, each location once, whichever list says it."""
    seen = set()
    for place in _list(places):
        if isinstance(place, dict) and isinstance(place.get("location"), dict):
            seen.add(place["location"].get("id"))
            schedules = [
                _schedule(part) for name in ("regular_schedule", "regular_schedules") for part in _list(place.get(name))
            ]
            rest = {key: value for key, value in place.items() if key not in ("regular_schedule", "regular_schedules")}
            yield {**rest, "location": _location(place["location"]), "schedules": schedules}
        else:
            yield place
    for location in _list(locations):
        if isinstance(location, dict) and location.get("id") not in seen:
            yield {"location": _location(location)}
        elif not isinstance(location, dict):
            yield {"location": location}


def _location(published: Mapping[str, Any]) -> dict[str, Any]:
    location = dict(published)
    address = {name: location.pop(name) for name in _ADDRESS if name in location}
    addresses = [
        *_list(location.pop("physical_addresses", None)),
        *([address] if any(map(text, address.values())) else []),
    ]
    geometry = location.get("geometry")
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if isinstance(coordinates, list) and len(coordinates) == 2:
        location["longitude"], location["latitude"] = coordinates
        del location["geometry"]
    names = ("accessibilities", "accessibility_for_disabilities")
    access = [part for name in names for part in _list(location.pop(name, None))]
    if (text(address.get("city")) or "").lower() == "online":
        location["location_type"] = "virtual"
    location["is_masked"] = location.pop("mask_exact_address", None)
    location["addresses"] = addresses
    location["accessibility"] = [
        _renamed(part, {"name": "description", "accessibility": "description"})
        if isinstance(part, dict)
        else {"description": part}
        for part in access
    ]
    return location


def _schedule(published: Any) -> Any:
    if not isinstance(published, dict):
        return published
    schedule = dict(published)
    weekday = (text(schedule.get("weekday")) or "").capitalize()
    if weekday in DAY_NAMES and is_blank(schedule.get("byday")):
        schedule["byday"] = DAY_CODES[DAY_NAMES.index(weekday)]
        del schedule["weekday"]
        if is_blank(schedule.get("freq")):
            schedule["freq"] = "WEEKLY"
    return schedule


def _contact(published: Any) -> Any:
    if not isinstance(published, dict):
        return published
    contact = dict(published)
    phone = contact.pop("phone", None)
    contact["phones"] = [*_list(contact.get("phones")), *([] if is_blank(phone) else [{"number": phone}])]
    return contact


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
    """Return an object with some keys under other names, where those are still free."""
    if not isinstance(part, dict):
        return part
    return {names[key] if key in names and names[key] not in part else key: value for key, value in part.items()}


def _list(value: Any) -> list[Any]:
    if is_blank(value):
        return []
    return value if isinstance(value, list) else [value]
