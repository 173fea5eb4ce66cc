"""One record for its page at `/services/{id}`: every part of it in words, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from bot.directory.records.models import CostOption, Location, Schedule, Service
from bot.directory.records.taxonomy import our_taxonomy
from bot.directory.search.directory import is_stale
from bot.directory.search.documents import ages_in_words
from bot.directory.search.times import DAYS
from bot.guidance.sources import UnknownSection, cite, load_documents
from bot.guidance.wording import wording

View = dict[str, Any]


def view_of(service: Service, today: date) -> View:
    """Return what the page shows of a service whose parts are loaded: texts and lists of texts, empty where unknown."""
    last_checked = service.last_checked.isoformat() if service.last_checked else None
    extra = service.extra or {}
    return {
        "name": service.name,
        "other_names": extra.get("alternate_name"),
        "alert": service.alert,
        "description": _paragraphs(service.description),
        "organisation": service.organization.name if service.organization else None,
        "kinds": _terms(service, "kind"),
        "needs": _terms(service, "need"),
        "suitabilities": _terms(service, "suitability"),
        "ages": ages_in_words(service.minimum_age, service.maximum_age),
        "eligibility": _paragraphs(service.eligibility),
        "referral": None
        if service.needs_referral is None
        else wording("services.page.referral_yes" if service.needs_referral else "services.page.referral_no"),
        "costs": _costs(service),
        "sessions": [said for schedule in service.schedules if (said := session_in_words(schedule))],
        "places": [_place(entry.location) for entry in service.service_at_locations],
        "areas": list(dict.fromkeys(area.name or area.service_area or "" for area in service.service_areas)),
        "accessibility": _terms(service, "accessibility"),
        "languages": [language.name for language in service.languages if language.name],
        "url": service.url,
        "email": service.email,
        "phones": [
            {"number": phone.number, "dial": phone.dial or phone.number.replace(" ", ""), "of": phone.description}
            for phone in service.phones
        ],
        "contacts": [
            {"name": ", ".join(filter(None, [contact.name, contact.title])), "email": contact.email}
            for contact in service.contacts
            if contact.name or contact.title or contact.email
        ],
        "last_checked": last_checked,
        "stale": is_stale(last_checked, today),
        "sources": _sources(extra.get("metadata")),
        "feed": service.source.title or service.source.name,
    }


def session_in_words(schedule: Schedule) -> str | None:
    """Return when a session is: "Monday and Friday, 10:00 to 12:00", or as its publisher says it; None where unknown."""
    days = [day for number, day in enumerate(DAYS) if (schedule.weekdays or 0) & (1 << number)]
    shown = days[0] if len(days) == 1 else f"{', '.join(days[:-1])} and {days[-1]}" if days else ""
    start, end = _clock(schedule.opens_minute), _clock(schedule.closes_minute)
    hours = wording("services.page.hours", start=start, end=end) if start and end else start or ""
    read = ", ".join(filter(None, [shown, hours]))
    said = (schedule.description or "").strip()
    if said and read and said.casefold() != read.casefold():
        return f"{read}. {said}"
    return read or said or None


def _paragraphs(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").split("\n") if line.strip()]


def _terms(service: Service, facet: str) -> list[str]:
    found = (our_taxonomy().term(facet, term.term) for term in service.terms if term.facet == facet)
    return [term.name for term in found if term]


def _costs(service: Service) -> list[str]:
    said = [text for option in service.cost_options if (text := _cost(option))]
    if service.fees:
        said.append(service.fees)
    if not said and service.is_free:
        said.append(wording("services.page.free"))
    return said


def _cost(option: CostOption) -> str:
    amount = (
        None if option.amount is None else f"£{option.amount:,.2f}" if option.amount else wording("services.page.free")
    )
    return ", ".join(filter(None, [option.option, amount, option.amount_description]))


def _place(location: Location) -> View:
    address = next(iter(location.addresses), None)
    lines: Iterable[str | None] = ()
    if address:
        lines = (address.address_1, address.city, address.region, address.state_province, address.postal_code)
    return {
        "name": location.name,
        "lines": list(dict.fromkeys(line for line in lines if line and line != location.name)),
        "about": location.description,
        "is_masked": location.is_masked,
        "accessibility": [
            text
            for entry in location.accessibility
            if (text := entry.description or entry.accessibility or entry.details)
        ],
    }


def _clock(minute: int | None) -> str | None:
    return None if minute is None else f"{minute // 60 % 24}:{minute % 60:02}"


def _sources(metadata: Any) -> list[View]:
    """Return the sections that a record of the starting directory comes from."""
    documents, found = load_documents(), []
    for entry in metadata if isinstance(metadata, list) else ():
        if not isinstance(entry, dict) or entry.get("field_name") != "source":
            continue
        try:
            citation = cite(str(entry.get("replacement_value")), documents)
        except UnknownSection:
            continue
        document = citation.document
        found.append(
            {
                "title": document.title,
                "published": document.published_in_words,
                "section": citation.section_title,
                "url": document.url,
            }
        )
    return found
