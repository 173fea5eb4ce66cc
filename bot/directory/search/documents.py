"""A service as a flat search document: its texts, terms, ages, sessions, points, and its form in the chat API."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.directory.records.models import ACTIVE, Address, Location, Schedule, Service
from bot.directory.records.places import Gazetteer, Place
from bot.directory.records.taxonomy import FACETS, our_taxonomy
from bot.directory.search import words
from bot.directory.search.models import SearchDocument

UNKNOWN_MINUTE = -1
_VECTOR_TEXT_CHARACTERS = 260
_STEM_CHARACTERS = 60
_COUNTY_AREAS = ("county durham", "durham", "durham county council", "county durham and darlington", "north east")
_WIDE_AREAS = ("england", "united kingdom", "uk", "great britain", "national", "nationwide")


def document_of(service: Service, gazetteer: Gazetteer) -> SearchDocument:
    """Return the search document of a service whose parts are loaded."""
    term_names = [term.taxonomy_term.name for term in service.attributes]
    ours = our_taxonomy()
    own = [ours.term(term.facet, term.term) for term in service.terms]
    needs = [term.name for term in own if term and term.facet == "need"]
    organisation = service.organization.name if service.organization else ""
    title = " ".join(filter(None, [service.name, (service.extra or {}).get("alternate_name")]))
    terms = ", ".join(dict.fromkeys([*term_names, *(term.name for term in own if term), organisation]))
    body = service.description or ""
    covers, points, place = _where(service, gazetteer)
    return SearchDocument(
        service_key=service.key,
        updated_at=service.updated_at,
        title=title,
        terms=terms,
        body=body,
        stems=_stems(f"{title} {terms} {body}"),
        title_stems=_stems(title),
        text_hash=_hash(vector_text(title, terms, body)),
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        needs=_mask("need", service),
        suitabilities=_mask("suitability", service),
        kinds=_mask("kind", service),
        accessibility=_mask("accessibility", service),
        is_free=_is_free(service),
        visible_from=service.visible_from,
        visible_to=service.visible_to,
        is_shown=service.status == ACTIVE and service.withdrawn_at is None,
        covers=covers,
        sessions=_sessions(service.schedules),
        points=array("f", [degree for point in points for degree in point]).tobytes(),
        record={
            "id": service.id,
            "name": service.name,
            "organisation": organisation or None,
            "description": service.description,
            "url": service.url,
            "phone": next((phone.number for phone in service.phones), None),
            "email": service.email,
            "place": place,
            "distance_miles": None,
            "ages": ages_in_words(service.minimum_age, service.maximum_age),
            "needs": needs,
            "last_checked": service.last_checked.isoformat() if service.last_checked else None,
            "stale": None,
        },
    )


def vector_text(title: str, terms: str, body: str) -> str:
    """Return the text that a document's vector is made from."""
    return f"{title}. {terms}. {body}"[:_VECTOR_TEXT_CHARACTERS]


def term_mask(facet: str, idents: Iterable[str]) -> int:
    """Return the bits of terms of a facet; unknown ids have none."""
    places = {term.id: number for number, term in enumerate(our_taxonomy().of_facet(facet))}
    return sum(1 << places[ident] for ident in set(idents) if ident in places)


@lru_cache(maxsize=1)
def recipe() -> str:
    """Return a hash of what documents are made by (terms, code, stems): where it changes, they are made again."""
    terms = [(facet, term.id, term.name) for facet in FACETS for term in our_taxonomy().of_facet(facet)]
    made_by = [Path(__file__).read_bytes(), Path(words.__file__).read_bytes()]
    same = repr(sorted(words.search_words().same.items())).encode()
    return hashlib.sha256(b"".join([repr(terms).encode(), *made_by, same])).hexdigest()


def ages_in_words(low: float | None, high: float | None) -> str | None:
    """Return an age range for people, in years; None where nothing is said."""
    if low is None and high is None:
        return None
    if high is None:
        return f"{low:g} and over"
    return f"{low or 0:g} to {high:g}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]


def _stems(text: str) -> str:
    return " ".join(sorted(stem[:_STEM_CHARACTERS] for stem in words.stems_of(text)))


def _mask(facet: str, service: Service) -> int:
    return term_mask(facet, (term.term for term in service.terms if term.facet == facet))


def _is_free(service: Service) -> bool | None:
    """Tell whether it costs nothing; None where nothing is said. A free option beside paid ones is not free."""
    if service.is_free is not None:
        return service.is_free
    amounts = [option.amount for option in service.cost_options if option.amount is not None]
    return not any(amounts) if amounts else None


def _sessions(schedules: Iterable[Schedule]) -> bytes:
    triples = array("h")
    for schedule in schedules:
        if schedule.weekdays is None and schedule.opens_minute is None:
            continue
        opens, closes = schedule.opens_minute, schedule.closes_minute
        triples.extend(
            [
                schedule.weekdays if schedule.weekdays is not None else 0,
                UNKNOWN_MINUTE if opens is None else opens,
                UNKNOWN_MINUTE if closes is None else closes,
            ]
        )
    return triples.tobytes()


def _where(service: Service, gazetteer: Gazetteer) -> tuple[str | None, list[tuple[float, float]], str | None]:
    """Return whom a service without a point covers, its points, and the place to show."""
    points: list[tuple[float, float]] = []
    shown: list[str] = []
    for at in service.service_at_locations:
        point, name = _of_location(at.location, gazetteer)
        if point:
            points.append(point)
        if name:
            shown.append(name)
    areas = [area.name or area.service_area or "" for area in service.service_areas]
    plain = [area.strip().lower() for area in areas]
    covers = "beyond" if any(area in _WIDE_AREAS for area in plain) else None
    covers = "county" if any(area in _COUNTY_AREAS for area in plain) else covers
    if not points and covers is None:
        known = [place for area in areas if (place := gazetteer.named(area)) and place.point]
        points = [place.point for place in known if place.point]
    names = list(dict.fromkeys(shown or filter(None, areas)))
    return covers, points, ", ".join(names[:3]) or None


def _of_location(location: Location, gazetteer: Gazetteer) -> tuple[tuple[float, float] | None, str | None]:
    address = next(iter(location.addresses), None)
    name = (address.city if address else None) or location.name
    if location.latitude is not None and location.longitude is not None:
        return (location.latitude, location.longitude), name
    place = _of_address(address, gazetteer) or (gazetteer.named(location.name) if location.name else None)
    return (place.point if place else None), name


def _of_address(address: Address | None, gazetteer: Gazetteer) -> Place | None:
    if address is None:
        return None
    wanted: list[Any] = [address.postal_code, address.city, address.region]
    return next((place for name in wanted if name and (place := gazetteer.named(name)) and place.point), None)
