"""Records as Open Referral UK 3.0 (HSDS-UK) wants them in JSON.

The schemas know no null: what is unknown is left out. Where they demand a text that nobody gave, it is empty (an address)
or the name stands in for it (a description).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.directory.publishing.json_values import Json, day, email, known, lists, moment, number, place_type, uuid, web
from bot.directory.records.models import (
    Accessibility,
    Address,
    Attribute,
    Location,
    Organization,
    Schedule,
    Service,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
)

VERSION = "HSDS-UK-3.0"
PROFILE = "https://openreferraluk.org"
OPENAPI = "https://openreferraluk.org/specifications/3.0/openapi.json"

# Texts of HSDS that the UK profile does not name and a publisher may send; the rest of what is kept of a feed stays here.
_FURTHER_TEXTS = ("alternate_name", "application_process", "wait_time", "additional_information", "fees_description")
_FREQUENCIES = frozenset({"WEEKLY", "MONTHLY"})
_STATUSES = frozenset({"active", "inactive", "defunct", "temporarily closed"})


def page_of(contents: Sequence[Json], total: int, page: int, per_page: int) -> Json:
    """Return a page in the standard's envelope. `page` counts from 1; `total` counts the items of all pages."""
    pages = -(-total // per_page)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": page,
        "size": len(contents),
        "first_page": page == 1,
        "last_page": page >= pages,
        "empty": not contents,
        "contents": list(contents),
    }


def service_minimal(service: Service) -> Json:
    """Return what a reader needs who only asks which services changed."""
    return {"id": service.id, "modified_date": moment(service.updated_at), "last_modified": moment(service.updated_at)}


def service_summary(service: Service) -> Json:
    """Return a service with what it has one of, and its organisation."""
    further = {key: value for key in _FURTHER_TEXTS if isinstance(value := (service.extra or {}).get(key), str)}
    return known(
        id=service.id,
        name=service.name,
        **further,
        description=service.description,
        url=web(service.url),
        email=email(service.email),
        status=service.status if service.status in _STATUSES else "inactive",
        fees=service.fees,
        accreditations=service.accreditations,
        eligibility_description=service.eligibility,
        minimum_age=number(service.minimum_age),
        maximum_age=number(service.maximum_age),
        assured_date=day(service.assured_date),
        assurer_email=email(service.assurer_email),
        alert=service.alert,
        last_modified=moment(service.updated_at),
        organization=organization_summary(service.organization) if service.organization else None,
    )


def service_full(service: Service, with_places: bool = True) -> Json:
    """Return a service with all that belongs to it; `with_places` False leaves out where it is given."""
    places = [_service_at_location(entry) for entry in service.service_at_locations] if with_places else []
    return {
        **service_summary(service),
        **lists(
            schedules=[_schedule(entry) for entry in service.schedules if entry.service_at_location_key is None],
            service_areas=[
                known(
                    id=entry.id,
                    name=entry.name,
                    extent=entry.extent,
                    extent_type=entry.extent_type,
                    uri=web(entry.uri),
                    service_area=entry.service_area,
                )
                for entry in service.service_areas
            ],
            service_at_locations=places,
            languages=[
                known(id=entry.id, name=entry.name, code=entry.code, note=entry.note) for entry in service.languages
            ],
            funding=[known(id=entry.id, source=entry.source) for entry in service.funding],
            cost_options=[
                known(
                    id=entry.id,
                    valid_from=day(entry.valid_from),
                    valid_to=day(entry.valid_to),
                    option=entry.option,
                    amount=number(entry.amount),
                    amount_description=entry.amount_description,
                )
                for entry in service.cost_options
            ],
            contacts=[
                known(
                    id=entry.id,
                    name=entry.name,
                    title=entry.title,
                    email=email(entry.email),
                    phones=_phones(service, entry.key) or None,
                )
                for entry in service.contacts
            ],
            phones=_phones(service, None),
            attributes=_attributes(service.attributes),
        ),
    }


def organization_summary(organization: Organization) -> Json:
    """Return an organisation with what it has one of."""
    return known(
        id=organization.id,
        name=organization.name,
        description=organization.description or organization.name,
        email=email(organization.email),
        website=web(organization.website),
        logo=organization.logo,
        uri=web(organization.uri),
    )


def organization_full(organization: Organization, services: Iterable[Json]) -> Json:
    """Return an organisation with all that belongs to it and its services in the form the caller made."""
    return {
        **organization_summary(organization),
        **lists(
            organization_identifiers=[
                known(
                    id=entry.id,
                    identifier_scheme=entry.identifier_scheme,
                    identifier_type=entry.identifier_type,
                    identifier=entry.identifier,
                )
                for entry in organization.identifiers
            ],
            attributes=_attributes(organization.attributes),
            services=list(services),
        ),
    }


def service_at_location_summary(entry: ServiceAtLocation, distance_m: float | None = None) -> Json:
    """Return a service at a location, both in short; `distance_m` is the way from where the caller asked, in metres."""
    return known(
        id=entry.id,
        location=_location_summary(entry.location),
        service=service_summary(entry.service),
        distance=None if distance_m is None else round(distance_m),
    )


def service_at_location_full(entry: ServiceAtLocation, distance_m: float | None = None) -> Json:
    """Return a service at a location with all that belongs to both."""
    return {
        **service_at_location_summary(entry, distance_m),
        "location": location_full(entry.location),
        "service": service_full(entry.service, with_places=False),
        **lists(schedules=[_schedule(schedule) for schedule in entry.schedules]),
    }


def location_full(location: Location) -> Json:
    """Return a location with its addresses and what makes it easier to use."""
    return {
        **_location_summary(location),
        **lists(
            addresses=[_address(entry) for entry in location.addresses],
            accessibility=[_accessibility(entry) for entry in location.accessibility],
            attributes=_attributes(location.attributes),
        ),
    }


def taxonomy_summary(taxonomy: Taxonomy) -> Json:
    """Return a scheme of terms without the terms."""
    return known(
        id=taxonomy.id,
        name=taxonomy.name,
        description=taxonomy.description or taxonomy.name,
        uri=web(taxonomy.uri),
        version=taxonomy.version,
    )


def taxonomy_full(taxonomy: Taxonomy) -> Json:
    """Return a scheme of terms with its terms."""
    return {**taxonomy_summary(taxonomy), **lists(taxonomy_terms=[term_json(term) for term in taxonomy.taxonomy_terms])}


def term_json(term: TaxonomyTerm) -> Json:
    """Return a term."""
    return known(
        id=term.id,
        name=term.name,
        description=term.description or term.name,
        parent_id=uuid(term.parent_id),
        taxonomy=term.taxonomy or (term.of_taxonomy.name if term.of_taxonomy else None),
        term_uri=web(term.term_uri),
        term=term.term,
    )


def _service_at_location(entry: ServiceAtLocation) -> Json:
    return {
        "id": entry.id,
        "location": location_full(entry.location),
        **lists(schedules=[_schedule(schedule) for schedule in entry.schedules]),
    }


def _location_summary(location: Location) -> Json:
    return known(
        id=location.id,
        location_type=place_type(location.location_type),
        name=location.name,
        description=location.description,
        latitude=location.latitude,
        longitude=location.longitude,
        external_identifier=location.external_identifier,
        external_identifier_type=location.external_identifier_type,
    )


def _address(entry: Address) -> Json:
    return known(
        id=entry.id,
        attention=entry.attention,
        address_1=entry.address_1 or "",
        city=entry.city or "",
        region=entry.region,
        state_province=entry.state_province or "",
        postal_code=entry.postal_code or "",
        country=entry.country or "GB",
        address_type=place_type(entry.address_type),
    )


def _accessibility(entry: Accessibility) -> Json:
    return known(
        id=entry.id,
        description=entry.description,
        details=entry.details,
        url=web(entry.url),
        accessibility=entry.accessibility,
    )


def _schedule(entry: Schedule) -> Json:
    return known(
        id=entry.id,
        valid_from=day(entry.valid_from),
        valid_to=day(entry.valid_to),
        dtstart=day(entry.dtstart),
        freq=entry.freq if entry.freq in _FREQUENCIES else None,
        interval=entry.interval,
        byday=entry.byday,
        bymonthday=entry.bymonthday,
        description=entry.description,
        opens_at=entry.opens_at,
        closes_at=entry.closes_at,
        schedule_link=web(entry.schedule_link),
        attending_type=entry.attending_type,
        notes=entry.notes,
    )


def _phones(service: Service, contact_key: int | None) -> list[Json]:
    return [
        known(id=phone.id, number=phone.number, description=phone.description)
        for phone in service.phones
        if phone.contact_key == contact_key
    ]


def _attributes(entries: Iterable[Attribute]) -> list[Json]:
    return [
        known(id=entry.id, link_type=entry.link_type, value=entry.value, taxonomy_term=term_json(entry.taxonomy_term))
        for entry in entries
    ]
