"""Open Objects (Idox), as JSON or as its admin CSV of 157 columns: no private and no admin column goes any further."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.directory.records.cleaning import boolean, is_blank, number, outward, text
from bot.directory.records.record import Rejected, Skipped
from bot.directory.records.sessions import DAY_CODES, DAY_NAMES, minute_of

# Columns that are the council's or the provider's own business.
_PRIVATE = re.compile(r"(private_|submitter_|sharingportal_|admin|notes_private)")
ADMIN_COLUMNS = frozenset(
    [
        *("group_assignment", "record_editor", "entrysource", "review_allowed", "review_average", "vendor_urn"),
        *("date_add_to_whatson", "date_featured_whatson", "lo_response_type_required", "lo_show_flash"),
        *("lo_provider_form_approved", "parent_organisation_contact_show", "parent_organisation_venue_show"),
    ]
)
_FULL = "full visibility on public website"
_MASKED_ON_MAP = "hide street level location but show on maps"
_MASKED = "hide street level location and dont show on maps"
_NO_PLACE = "hide full location and dont show on maps"
_HIDDEN = ("hide completely from public website", "admin access only never on website")
_LISTS = {
    "service_type": "Service type",
    "ecd_type_list": "Childcare type",
    "ecd_daycaretype_list": "Day care type",
    "ecd_facilities_list": "Facilities",
    "services": "Services",
    "supporting": "Supporting",
    "attributes": "Attributes",
    "familychannel": "Family channel",
    "adultchannel": "Adult channel",
    "youthchannel": "Youth channel",
    "localofferchannel": "Local offer channel",
    "keywords": "Keywords",
    "lo_needs_level": "SEND needs",
    "lo_sen_provision_type": "SEN provision type",
}
_FREE = "service/activity is free"
_DAY = re.compile(rf"\b({'|'.join(DAY_NAMES)})s?\b", re.I)
_TIMES = re.compile(
    r"(\d{1,2}(?:[:.]\d{2})?\s*(?:[ap]m)?)\s*(?:-|–|to|until)\s*(\d{1,2}(?:[:.]\d{2})?\s*(?:[ap]m)?)", re.I
)


def looks_like(record: Mapping[str, Any]) -> bool:
    """Tell whether a record has Open Objects' columns."""
    return "title" in record and bool({"externalid", "record_id", "venue_name", "ecd_opt_out_website"} & set(record))


def with_organisations(records: Sequence[Any]) -> list[Any]:
    """Return the records, each with the title of the record that its `parent_organisation` names by its external id."""
    titles = {
        str(record["externalid"]): record.get("title")
        for record in records
        if isinstance(record, dict) and not is_blank(record.get("externalid"))
    }
    return [
        {**record, "parent_organisation_title": titles.get(str(record["parent_organisation"]))}
        if isinstance(record, dict) and not is_blank(record.get("parent_organisation"))
        else record
        for record in records
    ]


def translate(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record as a service of HSDS-UK 3.0; raise Skipped where it is hidden or dormant."""
    row = {name: value for name, value in record.items() if name and not is_dropped(name)}
    if boolean(row.pop("dormant", None)):
        raise Skipped("it is dormant")
    visibility = _visibility(row.pop("ecd_opt_out_website", None))
    if visibility in _HIDDEN:
        raise Skipped("its publisher hides it from the public")
    service: dict[str, Any] = {
        "id": next((row[name] for name in ("externalid", "record_id", "id") if not is_blank(row.get(name))), None),
        "name": row.pop("title", None),
        "description": row.pop("description", None),
        "fees": row.pop("cost_description", None),
        "needs_referral": row.pop("referral_required", None),
        "last_modified": row.pop("lastupdated", None),
        "status": row.pop("status", None),
    }
    websites = _lines(row.pop("website", None))
    service["url"] = websites[0] if websites else None
    row["websites"] = websites[1:]
    if _FREE in [line.lower() for line in _lines(row.get("attributes"))]:
        service["is_free"] = True
    service["organization"] = _organization(row)
    service["contacts"] = list(_contacts(row))
    service["visible_from"], service["visible_to"] = _range(row)
    service["minimum_age"], service["maximum_age"] = _ages(row)
    service["schedules"] = list(_schedules(row))
    service["attributes"] = list(_attributes(row))
    service["service_areas"] = [
        {"name": row.pop(name)} for name in ("location_coverage", "location_ward") if not is_blank(row.get(name))
    ]
    service["service_at_locations"] = list(_places(row, visibility))
    if service["id"] == row.get("externalid"):
        row.pop("externalid", None)
    return {**row, **service}


def is_dropped(column: str) -> bool:
    """Tell whether a column is dropped on purpose: private, or the council's own administration."""
    return bool(_PRIVATE.match(column)) or column in ADMIN_COLUMNS


def _visibility(value: Any) -> str:
    plain = re.sub(r"[^a-z ]", "", (text(value) or _FULL).lower())
    if plain not in (_FULL, _MASKED_ON_MAP, _MASKED, _NO_PLACE, *_HIDDEN):
        raise Rejected(f"what to show of it is not clear ({str(value)[:60]!r})")
    return plain


def _organization(row: dict[str, Any]) -> dict[str, Any] | None:
    ident, title = row.pop("parent_organisation", None), row.pop("parent_organisation_title", None)
    if is_blank(title):
        if not is_blank(ident):
            row["parent_organisation"] = ident
        return None
    return {"id": ident, "name": title}


def _contacts(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for first, names in (
        ("contact_", ("name", "position", "email", "telephone", "notes")),
        ("lo_contact_", ("name", "email", "telephone")),
    ):
        found = {name: row.pop(f"{first}{name}", None) for name in names}
        if all(is_blank(value) for value in found.values()):
            continue
        phones = [{"number": line} for line in _lines(found.pop("telephone"))]
        contact = {"name": found["name"], "title": found.get("position"), "email": found["email"], "phones": phones}
        yield {**contact, "notes": found.get("notes")}


def _range(row: dict[str, Any]) -> tuple[str | None, str | None]:
    dates = re.findall(r"\d{1,2}/\d{1,2}/\d{4}", text(row.get("record_activity_range")) or "")
    if dates:
        row.pop("record_activity_range")
    return (dates[0] if dates else None, dates[1] if len(dates) > 1 else None)


def _ages(row: dict[str, Any]) -> tuple[float | None, float | None]:
    """Return ages in years: from the childcare columns, else the age range, else the Local Offer's age bands."""
    low, high = _years(row, "from"), _years(row, "to")
    if low is not None or high is not None:
        return low, high
    written = text(row.get("agerange")) or ""
    found = re.search(r"(\d{1,3})\s*(?:years?|yrs?)?\s*(?:-|–|to)\s*(\d{1,3})", written)
    if found:
        return float(found[1]), float(found[2])
    found = re.search(r"(\d{1,3})\s*(?:years?)?\s*(?:\+|plus|and over|and above)", written)
    if found:
        return float(found[1]), None
    bands = [line.lower() for line in _lines(row.get("lo_age_bands"))]
    numbers = [float(part) for band in bands for part in re.findall(r"\d+", band)]
    if not numbers or "all ages" in bands:
        return None, None
    return min(numbers), None if any(re.search(r"plus|\+|over", band) for band in bands) else max(numbers)


def _years(row: dict[str, Any], end: str) -> float | None:
    years, months = number(row.get(f"ecd_age_{end}_years")), number(row.get(f"ecd_age_{end}_months"))
    return None if years is None and months is None else (years or 0) + round((months or 0) / 12, 2)


def _schedules(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for column in ("date_session_info", "ecd_timetable_openinghours_list", "ecd_timetable_list"):
        for line in _lines(row.pop(column, None)):
            days = [DAY_CODES[DAY_NAMES.index(day.capitalize())] for day in _DAY.findall(line)]
            times = _TIMES.search(line)
            clear = times if times and minute_of(times[1]) is not None and minute_of(times[2]) is not None else None
            yield {
                "freq": "WEEKLY" if days else None,
                "byday": ",".join(dict.fromkeys(days)),
                "opens_at": clear[1].strip() if clear else None,
                "closes_at": clear[2].strip() if clear else None,
                "description": line,
            }
    words = [
        row.pop(name, None)
        for name in ("date_displaydate", "date_activity_period", "date_timeofday", "ecd_timetable_otherhours")
    ]
    said = "\n".join(line for part in words for line in _lines(part))
    if said:
        yield {"description": said}


def _attributes(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for column, taxonomy in _LISTS.items():
        lines = _lines(row.pop(column, None))
        if column == "keywords":
            lines = [part.strip() for line in lines for part in line.split(",") if part.strip()]
        for line in dict.fromkeys(lines):
            name = line.split(" > ")[-1].strip()
            term = {
                "id": f"{column}/{line}"[:200],
                "name": name,
                "taxonomy": taxonomy,
                "path": line if name != line else None,
            }
            yield {"link_type": "service", "taxonomy_term": term}


def _places(row: dict[str, Any], visibility: str) -> Iterator[dict[str, Any]]:
    """Yield the venue and the public address; nothing of an address stays in the row."""
    venue = [text(row.pop(f"venue_address_{line}", None)) for line in range(1, 6)]
    public = [text(row.pop(f"public_address_{line}", None)) for line in range(1, 6)]
    name, notes = text(row.pop("venue_name", None)), row.pop("venue_notes", None)
    venue_postcode, fallback = text(row.pop("venue_postcode", None)), text(row.pop("location_postcode", None))
    postcode = text(row.pop("public_address_postcode", None))
    on_map = text(row.pop("public_address_map_postcode", None))
    latitude, longitude = row.pop("latitude", None), row.pop("longitude", None)
    if visibility == _NO_PLACE:
        return
    masked = visibility in (_MASKED, _MASKED_ON_MAP)
    found = [(name, venue, venue_postcode or (fallback if any(venue) or name else None), notes)]
    found.append((None, public, postcode or on_map, None))
    if not any(venue) and not name and not venue_postcode and not any(public) and not postcode and not on_map:
        found = [(None, [], fallback, None)]
    seen: set[tuple[str | None, ...]] = set()
    for place, lines, code, words in found:
        address = [line for line in lines if line]
        key = (outward(code) if masked else code, *address[:1])
        if not (place or address or code) or key in seen or (seen and code and any(code == other[0] for other in seen)):
            continue
        seen.add(key)
        # The last line of an address is its town; all before it would tell the street.
        town = address[-1] if len(address) > 1 else None
        street = address[:-1] if len(address) > 1 else address
        yield {
            "location": {
                "name": place,
                "description": words,
                "is_masked": masked,
                "latitude": None if visibility == _MASKED else latitude,
                "longitude": None if visibility == _MASKED else longitude,
                "addresses": [{"address_1": ", ".join(street), "city": town, "postal_code": code, "country": "GB"}],
            }
        }


def _lines(value: Any) -> list[str]:
    """Return the lines of a cell, or the parts of a JSON list."""
    if is_blank(value):
        return []
    parts = value if isinstance(value, list) else str(value).split("\n")
    return [line for line in (str(part).strip() for part in parts if not isinstance(part, dict)) if line]
