"""Writing records: many at a time, inside one transaction that the caller holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from bot.directory.records.digests import ident_of
from bot.directory.records.models import (
    Accessibility,
    Address,
    Attribute,
    Base,
    Contact,
    CostOption,
    Funding,
    Language,
    Location,
    Organization,
    OrganizationIdentifier,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceTerm,
    Source,
    Taxonomy,
    TaxonomyTerm,
)
from bot.directory.records.record import Record, Row
from bot.directory.records.rows import RowWriter, columns, in_parts
from bot.directory.records.shared_rows import SharedRows, Weights

_OF_SERVICE = (
    Attribute,
    CostOption,
    Funding,
    Language,
    Phone,
    Contact,
    Schedule,
    ServiceArea,
    ServiceAtLocation,
    ServiceTerm,
)
_SIMPLE_PARTS: dict[str, type[Base]] = {
    "cost_options": CostOption,
    "service_areas": ServiceArea,
    "languages": Language,
    "funding": Funding,
}


class Writer:
    """Writes the records of one feed. What several services share (organisation, place, term) is written once."""

    def __init__(self, session: Session, source: Source, now: datetime, weights: Weights | None = None) -> None:
        """Write in `session`, whose transaction the caller commits or rolls back.

        `weights` are those that another writer of the same run had before it failed.
        """
        self._session, self._now = session, now
        self._rows = RowWriter(session, source)
        self._shared = SharedRows(self._rows, weights)

    def weights(self) -> Weights:
        """Return a copy of what is known of how much was said of each shared thing in this run."""
        return self._shared.weights()

    def finish(self) -> None:
        """Tell PostgreSQL which keys are taken, so that its own counting goes on after them."""
        self._rows.finish()

    def write(self, records: Sequence[tuple[str, Record]], known: dict[str, int]) -> list[int]:
        """Write records, each with its content's hash; `known` has the keys of those to replace, by published id.

        Returns the services' keys. Raises SQLAlchemyError, after which the transaction must be rolled back.
        """
        services = [record.service for _, record in records]
        organizations = self._write_organizations([row for one in services for row in one.each("organization")])
        places = [place for one in services for place in one.each("service_at_locations")]
        locations = self._write_locations([row for place in places for row in place.each("location")])
        terms = self._write_terms(services, places)
        keys = self._write_services(records, known, organizations)
        self._write_places(services, keys, locations)
        self._write_contacts(services, keys)
        for relation, model in _SIMPLE_PARTS.items():
            self._rows.insert(
                model,
                [
                    {**self._rows.values(row, service, relation, at), "service_key": key}
                    for service, key in zip(services, keys)
                    for at, row in enumerate(service.each(relation))
                ],
            )
        self._rows.insert(
            Attribute,
            [
                {**values, "service_key": key}
                for service, key in zip(services, keys)
                for values in self._attributes(service, terms)
            ],
        )
        self._rows.insert(
            ServiceTerm,
            [
                {"service_key": key, "facet": facet, "term": term}
                for (_, record), key in zip(records, keys)
                for facet, term in sorted(record.terms)
            ],
        )
        return keys

    def _write_services(
        self, records: Sequence[tuple[str, Record]], known: dict[str, int], organizations: dict[str, int]
    ) -> list[int]:
        rows = [record.service for _, record in records]
        ids = self._rows.public_ids(Service, "service", [str(row.id) for row in rows])
        old = [known[str(row.id)] for row in rows if row.id in known]
        for model in _OF_SERVICE:
            for some in in_parts(old):
                self._session.execute(delete(model).where(model.service_key.in_(some)))
        new: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        for (content_hash, _), row in zip(records, rows):
            organization = next(row.each("organization"), None)
            values = (
                dict.fromkeys(columns(Service))
                | row.values
                | {
                    "organization_key": organizations[ident_of(organization)] if organization else None,
                    "content_hash": content_hash,
                    "updated_at": self._now,
                    "withdrawn_at": None,
                }
            )
            if row.id in known:
                changed.append({**values, "_key": known[row.id]})
            else:
                own = {"id": ids[str(row.id)], "published_id": row.id, "source_key": self._rows.source.key}
                new.append({**values, **own, "created_at": self._now})
        keys = dict(known)
        if changed:
            bound: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "_key"}
            statement = update(Service).where(Service.key == bindparam("_key")).values(bound)
            self._session.connection().execute(statement, changed)
        keys |= dict(zip([values["published_id"] for values in new], self._rows.insert_keyed(Service, new)))
        return [keys[str(row.id)] for row in rows]

    def _write_organizations(self, rows: list[Row]) -> dict[str, int]:
        keys, written = self._shared.write(Organization, "organization", rows)
        for model in (OrganizationIdentifier, Attribute):
            self._rows.delete_of(model.organization_key, [key for key, _ in written], model)
        self._rows.insert(
            OrganizationIdentifier,
            [
                {**self._rows.values(part, row, "identifier", at), "organization_key": key}
                for key, row in written
                for at, part in enumerate(row.each("organization_identifiers"))
            ],
        )
        self._write_attributes_of(written, "organization_key")
        return keys

    def _write_locations(self, rows: list[Row]) -> dict[str, int]:
        keys, written = self._shared.write(Location, "location", rows)
        parts: tuple[tuple[str, type[Address] | type[Accessibility]], ...]
        parts = (("addresses", Address), ("accessibility", Accessibility))
        for relation, model in parts:
            self._rows.delete_of(model.location_key, [key for key, _ in written], model)
            self._rows.insert(
                model,
                [
                    {**self._rows.values(part, row, relation, at), "location_key": key}
                    for key, row in written
                    for at, part in enumerate(row.each(relation))
                ],
            )
        self._rows.delete_of(Attribute.location_key, [key for key, _ in written], Attribute)
        self._write_attributes_of(written, "location_key")
        return keys

    def _write_attributes_of(self, owners: list[tuple[int, Row]], column: str) -> None:
        terms = self._write_terms([row for _, row in owners], [])
        rows = [{**values, column: key} for key, row in owners for values in self._attributes(row, terms)]
        self._rows.insert(Attribute, rows)

    def _write_terms(self, owners: Iterable[Row], places: Iterable[Row]) -> dict[str, int]:
        terms = [
            term
            for owner in (*owners, *places)
            for attribute in owner.each("attributes")
            for term in attribute.each("taxonomy_term")
        ]
        taxonomies = [row for term in terms for row in term.each("taxonomy")]
        taxonomy_keys, _ = self._shared.write(Taxonomy, "taxonomy", taxonomies)
        for term in terms:
            detail = next(term.each("taxonomy"), None)
            term.values["taxonomy_key"] = taxonomy_keys[ident_of(detail)] if detail else None
        keys, _ = self._shared.write(TaxonomyTerm, "taxonomy_term", terms)
        return keys

    def _write_places(self, services: Sequence[Row], keys: Sequence[int], locations: dict[str, int]) -> None:
        places: list[dict[str, Any]] = []
        sessions: list[tuple[int | None, int, dict[str, Any]]] = []
        ids = self._rows.public_ids(
            ServiceAtLocation, "", [row.id for one in services for row in one.each("service_at_locations") if row.id]
        )
        taken: set[str] = set()
        for service, key in zip(services, keys):
            for at, row in enumerate(service.each("schedules")):
                sessions.append((None, key, self._rows.values(row, service, "schedule", at)))
            for at, place in enumerate(service.each("service_at_locations")):
                values = self._rows.values(place, service, "service_at_location", at)
                published = ids.get(place.id or "")
                if published is None or published in taken:
                    values |= {"id": self._rows.derived(service, "service_at_location", f"{at}/{place.id}")}
                taken.add(values["id"])
                location = place.below["location"][0]
                for number, row in enumerate(place.each("schedules")):
                    sessions.append((len(places), key, self._rows.values(row, place, f"{at}/schedule", number)))
                places.append({**values, "service_key": key, "location_key": locations[ident_of(location)]})
        place_keys = self._rows.insert_keyed(ServiceAtLocation, places)
        self._rows.insert(
            Schedule,
            [
                {**values, "service_key": key, "service_at_location_key": None if place is None else place_keys[place]}
                for place, key, values in sessions
            ],
        )

    def _write_contacts(self, services: Sequence[Row], keys: Sequence[int]) -> None:
        contacts: list[dict[str, Any]] = []
        phones: list[tuple[int | None, int, dict[str, Any]]] = []
        for service, key in zip(services, keys):
            for at, row in enumerate(service.each("phones")):
                phones.append((None, key, self._rows.values(row, service, "phone", at)))
            for at, contact in enumerate(service.each("contacts")):
                for number, row in enumerate(contact.each("phones")):
                    phones.append((len(contacts), key, self._rows.values(row, service, f"contact-{at}/phone", number)))
                contacts.append({**self._rows.values(contact, service, "contact", at), "service_key": key})
        contact_keys = self._rows.insert_keyed(Contact, contacts)
        self._rows.insert(
            Phone,
            [
                {**values, "service_key": key, "contact_key": None if contact is None else contact_keys[contact]}
                for contact, key, values in phones
            ],
        )

    def _attributes(self, owner: Row, terms: dict[str, int]) -> Iterator[dict[str, Any]]:
        said: set[tuple[int, Any]] = set()
        for at, attribute in enumerate(owner.each("attributes")):
            term = terms[ident_of(attribute.below["taxonomy_term"][0])]
            if (term, attribute.values.get("value")) not in said:  # some feeds say the same need twice
                said.add((term, attribute.values.get("value")))
                yield {**self._rows.values(attribute, owner, "attribute", at), "taxonomy_term_key": term}


def remove_unused(session: Session, source: Source) -> None:
    """Delete the feed's places and organisations that no service, not even a withdrawn one, points at any more."""
    used_places = select(ServiceAtLocation.location_key)
    session.execute(delete(Location).where(Location.source_key == source.key, Location.key.not_in(used_places)))
    used = select(Service.organization_key).where(Service.organization_key.is_not(None))
    session.execute(delete(Organization).where(Organization.source_key == source.key, Organization.key.not_in(used)))


def withdraw(session: Session, keys: Sequence[int], now: datetime) -> None:
    """Mark services as gone from their feed."""
    for some in in_parts(keys):
        session.execute(update(Service).where(Service.key.in_(some)).values(withdrawn_at=now, updated_at=now))
