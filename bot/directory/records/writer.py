"""Writing records: many at a time, inside one transaction that the caller holds."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

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

_NAMESPACE = uuid.UUID("6f0c7a52-1f0d-5d0e-8a43-6a0c3ad1b0c4")
_AT_ONCE = 500  # values in one IN (...)
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
Weights = dict[tuple[str, str], tuple[bool, int]]
Known = Organization | Location | Taxonomy | TaxonomyTerm


class Writer:
    """Writes the records of one feed. What several services share (organisation, place, term) is written once."""

    def __init__(self, session: Session, source: Source, now: datetime, weights: Weights | None = None) -> None:
        """Write in `session`, whose transaction the caller commits or rolls back.

        `weights` are those that another writer of the same run had before it failed.
        """
        self._session, self._source, self._now = session, source, now
        self._shared: dict[type[Known], dict[str, tuple[int, str]]] = {}
        self._next_keys: dict[type[Base], int] = {}
        self._weights: Weights = dict(weights or {})

    def weights(self) -> Weights:
        """Return a copy of what is known of how much was said of each shared thing in this run."""
        return dict(self._weights)

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
            self._insert(
                model,
                [
                    {**self._values(row, service, relation, at), "service_key": key}
                    for service, key in zip(services, keys)
                    for at, row in enumerate(service.each(relation))
                ],
            )
        self._insert(
            Attribute,
            [
                {**values, "service_key": key}
                for service, key in zip(services, keys)
                for values in self._attributes(service, terms)
            ],
        )
        self._insert(
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
        ids = self._public_ids(Service, "service", [str(row.id) for row in rows])
        old = [known[str(row.id)] for row in rows if row.id in known]
        for model in _OF_SERVICE:
            for some in _cut(old):
                self._session.execute(delete(model).where(model.service_key.in_(some)))
        new: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        for (content_hash, _), row in zip(records, rows):
            organization = next(row.each("organization"), None)
            values = (
                dict.fromkeys(_columns(Service))
                | row.values
                | {
                    "organization_key": organizations[_ident(organization)] if organization else None,
                    "content_hash": content_hash,
                    "updated_at": self._now,
                    "withdrawn_at": None,
                }
            )
            if row.id in known:
                changed.append({**values, "_key": known[row.id]})
            else:
                own = {"id": ids[str(row.id)], "published_id": row.id, "source_key": self._source.key}
                new.append({**values, **own, "created_at": self._now})
        keys = dict(known)
        if changed:
            columns: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "_key"}
            statement = update(Service).where(Service.key == bindparam("_key")).values(columns)
            self._session.connection().execute(statement, changed)
        keys |= dict(zip([values["published_id"] for values in new], self._insert_keyed(Service, new)))
        return [keys[str(row.id)] for row in rows]

    def _write_organizations(self, rows: list[Row]) -> dict[str, int]:
        keys, written = self._write_shared(Organization, "organization", rows)
        for model in (OrganizationIdentifier, Attribute):
            self._delete_of(model.organization_key, [key for key, _ in written], model)
        self._insert(
            OrganizationIdentifier,
            [
                {**self._values(part, row, "identifier", at), "organization_key": key}
                for key, row in written
                for at, part in enumerate(row.each("organization_identifiers"))
            ],
        )
        self._write_attributes_of(written, "organization_key")
        return keys

    def _write_locations(self, rows: list[Row]) -> dict[str, int]:
        keys, written = self._write_shared(Location, "location", rows)
        parts: tuple[tuple[str, type[Address] | type[Accessibility]], ...]
        parts = (("addresses", Address), ("accessibility", Accessibility))
        for relation, model in parts:
            self._delete_of(model.location_key, [key for key, _ in written], model)
            self._insert(
                model,
                [
                    {**self._values(part, row, relation, at), "location_key": key}
                    for key, row in written
                    for at, part in enumerate(row.each(relation))
                ],
            )
        self._delete_of(Attribute.location_key, [key for key, _ in written], Attribute)
        self._write_attributes_of(written, "location_key")
        return keys

    def _write_attributes_of(self, owners: list[tuple[int, Row]], column: str) -> None:
        terms = self._write_terms([row for _, row in owners], [])
        rows = [{**values, column: key} for key, row in owners for values in self._attributes(row, terms)]
        self._insert(Attribute, rows)

    def _write_terms(self, owners: Iterable[Row], places: Iterable[Row]) -> dict[str, int]:
        terms = [
            term
            for owner in (*owners, *places)
            for attribute in owner.each("attributes")
            for term in attribute.each("taxonomy_term")
        ]
        taxonomies = [row for term in terms for row in term.each("taxonomy")]
        taxonomy_keys, _ = self._write_shared(Taxonomy, "taxonomy", taxonomies)
        for term in terms:
            detail = next(term.each("taxonomy"), None)
            term.values["taxonomy_key"] = taxonomy_keys[_ident(detail)] if detail else None
        keys, _ = self._write_shared(TaxonomyTerm, "taxonomy_term", terms)
        return keys

    def _write_places(self, services: Sequence[Row], keys: Sequence[int], locations: dict[str, int]) -> None:
        places: list[dict[str, Any]] = []
        sessions: list[tuple[int | None, int, dict[str, Any]]] = []
        ids = self._public_ids(
            ServiceAtLocation, "", [row.id for one in services for row in one.each("service_at_locations") if row.id]
        )
        taken: set[str] = set()
        for service, key in zip(services, keys):
            for at, row in enumerate(service.each("schedules")):
                sessions.append((None, key, self._values(row, service, "schedule", at)))
            for at, place in enumerate(service.each("service_at_locations")):
                values = self._values(place, service, "service_at_location", at)
                published = ids.get(place.id or "")
                if published is None or published in taken:
                    values |= {"id": self._derived(service, "service_at_location", f"{at}/{place.id}")}
                taken.add(values["id"])
                location = place.below["location"][0]
                for number, row in enumerate(place.each("schedules")):
                    sessions.append((len(places), key, self._values(row, place, f"{at}/schedule", number)))
                places.append({**values, "service_key": key, "location_key": locations[_ident(location)]})
        place_keys = self._insert_keyed(ServiceAtLocation, places)
        self._insert(
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
                phones.append((None, key, self._values(row, service, "phone", at)))
            for at, contact in enumerate(service.each("contacts")):
                for number, row in enumerate(contact.each("phones")):
                    phones.append((len(contacts), key, self._values(row, service, f"contact-{at}/phone", number)))
                contacts.append({**self._values(contact, service, "contact", at), "service_key": key})
        contact_keys = self._insert_keyed(Contact, contacts)
        self._insert(
            Phone,
            [
                {**values, "service_key": key, "contact_key": None if contact is None else contact_keys[contact]}
                for contact, key, values in phones
            ],
        )

    def _write_shared(
        self, model: type[Known], kind: str, said: Sequence[Row]
    ) -> tuple[dict[str, int], list[tuple[int, Row]]]:
        """Write what several services share; return all keys by what each is known by, and what was new or changed.

        Where services of one run say different things of it, the one that masks an address or says most is right.
        """
        known = self._known(model)
        idents = [_ident(row) for row in said]
        rows: dict[str, Row] = {}
        for ident, row in zip(idents, said):
            weight = (bool(row.values.get("is_masked")), len(_as_text(row)))
            if weight > self._weights.get((kind, ident), (False, 0)):
                self._weights[kind, ident] = weight
                rows[ident] = row
        hashes = {ident: _hash_of(row) for ident, row in rows.items()}
        different = [ident for ident in rows if ident not in known or known[ident][1] != hashes[ident]]
        new = [ident for ident in different if ident not in known]
        ids = self._public_ids(model, kind, new)
        empty = dict.fromkeys(_columns(model))
        values = {ident: empty | rows[ident].values | {"content_hash": hashes[ident]} for ident in different}
        own = {ident: {"id": ids[ident], "published_id": ident, "source_key": self._source.key} for ident in new}
        for ident, key in zip(new, self._insert_keyed(model, [values[ident] | own[ident] for ident in new])):
            known[ident] = (key, hashes[ident])
        for ident in different:
            if ident not in own:
                key = known[ident][0]
                self._session.execute(update(model).where(model.key == key).values(**values[ident]))
                known[ident] = (key, hashes[ident])
        return {ident: known[ident][0] for ident in idents}, [(known[ident][0], rows[ident]) for ident in different]

    def _known(self, model: type[Known]) -> dict[str, tuple[int, str]]:
        if model not in self._shared:
            found = self._session.execute(
                select(model.published_id, model.key, model.content_hash).where(model.source_key == self._source.key)
            )
            self._shared[model] = {ident: (key, content) for ident, key, content in found}
        return self._shared[model]

    def _public_ids(self, model: Any, kind: str, published: Iterable[str]) -> dict[str, str]:
        """Return the UUID of each published id: the publisher's own, unless it is none or another feed has it."""
        own = {ident: found for ident in published if (found := _as_uuid(ident))}
        taken: set[str] = set()
        for some in _cut(list(set(own.values()))):
            taken |= set(self._session.scalars(select(model.id).where(model.id.in_(some))))
        if not kind:
            return {ident: found for ident, found in own.items() if found not in taken}
        chosen: dict[str, str] = {}
        for ident in published:
            found = own.get(ident)
            free = found and found not in taken
            chosen[ident] = (
                found if found and free else str(uuid.uuid5(_NAMESPACE, f"{self._source.name}/{kind}/{ident}"))
            )
            taken.add(chosen[ident])
        return chosen

    def _delete_of(self, column: Any, keys: Iterable[int], model: type[Base]) -> None:
        for some in _cut(list(keys)):
            self._session.execute(delete(model).where(column.in_(some)))

    def _insert(self, model: type[Base], rows: list[dict[str, Any]]) -> None:
        if rows:
            empty = dict.fromkeys(_columns(model))
            self._session.connection().execute(insert(model), [empty | row for row in rows])

    def _insert_keyed(self, model: type[Base], rows: list[dict[str, Any]]) -> list[int]:
        """Insert rows and return their keys in the same order.

        The keys are counted here, since no other import writes meanwhile: asking the database for each is slow.
        """
        table = model.__table__
        if model not in self._next_keys:
            self._next_keys[model] = (self._session.scalar(select(func.max(table.c.key))) or 0) + 1
        first = self._next_keys[model]
        self._next_keys[model] = first + len(rows)
        keys = list(range(first, first + len(rows)))
        self._insert(model, [{**row, "key": key} for row, key in zip(rows, keys)])
        return keys

    def finish(self) -> None:
        """Tell PostgreSQL which keys are taken, so that its own counting goes on after them."""
        if self._session.get_bind().dialect.name != "postgresql":
            return
        for model, next_key in self._next_keys.items():
            sequence = f"pg_get_serial_sequence('{model.__tablename__}', 'key')"
            self._session.execute(text(f"SELECT setval({sequence}, :next_key, false)"), {"next_key": next_key})

    def _values(self, row: Row, owner: Row, kind: str, position: int) -> dict[str, Any]:
        """Return a row's columns with a UUID: the publisher's, or one made from the owner's; an id that is no UUID is kept."""
        found = _as_uuid(row.id) if row.id else None
        values = dict(row.values)
        if row.id and not found:
            values["extra"] = {**(values.get("extra") or {}), "id": row.id}
        values["id"] = found or self._derived(owner, kind, str(position))
        return values

    def _derived(self, owner: Row, kind: str, rest: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self._source.name}/{owner.id}/{kind}/{rest}"))

    def _attributes(self, owner: Row, terms: dict[str, int]) -> Iterator[dict[str, Any]]:
        said: set[tuple[int, Any]] = set()
        for at, attribute in enumerate(owner.each("attributes")):
            term = terms[_ident(attribute.below["taxonomy_term"][0])]
            if (term, attribute.values.get("value")) not in said:  # some feeds say the same need twice
                said.add((term, attribute.values.get("value")))
                yield {**self._values(attribute, owner, "attribute", at), "taxonomy_term_key": term}


def remove_unused(session: Session, source: Source) -> None:
    """Delete the feed's places and organisations that no service, not even a withdrawn one, points at any more."""
    used_places = select(ServiceAtLocation.location_key)
    session.execute(delete(Location).where(Location.source_key == source.key, Location.key.not_in(used_places)))
    used = select(Service.organization_key).where(Service.organization_key.is_not(None))
    session.execute(delete(Organization).where(Organization.source_key == source.key, Organization.key.not_in(used)))


def count_live(session: Session, source: Source) -> int:
    """Return how many of the feed's services are not withdrawn."""
    live = (
        select(func.count())
        .select_from(Service)
        .where(Service.source_key == source.key, Service.withdrawn_at.is_(None))
    )
    return session.scalar(live) or 0


def withdraw(session: Session, keys: Sequence[int], now: datetime) -> None:
    """Mark services as gone from their feed."""
    for some in _cut(keys):
        session.execute(update(Service).where(Service.key.in_(some)).values(withdrawn_at=now, updated_at=now))


def digest(value: Any) -> str:
    """Return a hash of any JSON value; the order of an object's keys does not matter."""
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def _hash_of(row: Row) -> str:
    return hashlib.sha256(_as_text(row).encode("utf-8", "surrogatepass")).hexdigest()


def _as_text(row: Row) -> str:
    def plain(part: Row) -> list[Any]:
        values = {name: value for name, value in part.values.items() if value is not None and name != "taxonomy_key"}
        return [part.id, values, {name: [plain(one) for one in rows] for name, rows in part.below.items() if rows}]

    return json.dumps(plain(row), sort_keys=True, ensure_ascii=False, default=str)


def _ident(row: Row) -> str:
    """Return what a shared row is known by: its published id, or a hash of what it says where it has none."""
    return row.id if row.id and len(row.id) <= 200 else f"hash:{_hash_of(row)}"


def _as_uuid(ident: str) -> str | None:
    try:
        return str(uuid.UUID(ident)) if len(ident) == 36 else None
    except ValueError:
        return None


def _columns(model: Any) -> list[str]:
    """Return the columns that a row may leave out."""
    return [column.name for column in model.__table__.columns if column.nullable and column.name != "key"]


def _cut(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
