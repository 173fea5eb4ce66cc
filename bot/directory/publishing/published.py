"""What the public may read of the directory store: pages of services, organisations, places and terms, and single ones."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, joinedload, load_only, object_session, selectinload

from bot.directory.records.models import (
    Attribute,
    Contact,
    Location,
    Organization,
    Service,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
)
from bot.directory.records.visibility import shown_on
from bot.directory.search.text_index import has_words

METRES_IN_A_DEGREE = 111_195.0
Row = TypeVar("Row")
Parts = Literal["minimal", "summary", "full"]


@dataclass(frozen=True)
class Filters:
    """What a reader of the directory asks for; empty parts mean "any". Ids are those of the standard (UUIDs)."""

    search: str = ""
    taxonomy_term_id: str | None = None
    taxonomy_id: str | None = None
    organization_id: str | None = None
    modified_after: datetime | None = None


@dataclass(frozen=True)
class Near:
    """A point in degrees and, where only what is within it is filters, a radius in metres."""

    latitude: float
    longitude: float
    radius_m: float | None = None


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """The rows of one page, the number of rows of all pages, and when the newest of them all changed."""

    rows: list[Row]
    total: int
    changed_at: datetime | None = None


class Published:
    """Reads the directory store for the public."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def session(self) -> Session:
        """Return a session; rows read in it can be followed to what belongs to them while it is open."""
        return Session(self._engine)

    def services(
        self,
        session: Session,
        filters: Filters,
        page: int,
        per_page: int,
        parts: Parts = "summary",
        by_name: bool = False,
    ) -> Slice[Service]:
        """Return a page of the services shown today, in the order they came in or by name, with the parts to be written.

        Raises SQLAlchemyError where the store cannot be read.
        """
        query = select(Service).where(shown_on(date.today()), *_conditions(session, filters))
        loading = {
            "minimal": (load_only(Service.id, Service.updated_at),),
            "summary": (joinedload(Service.organization),),
            "full": _everything(),
        }[parts]
        order = (func.lower(Service.name), Service.key) if by_name else (Service.key,)
        return _slice(session, query, order, page, per_page, loading, Service.updated_at)

    def service(self, session: Session, ident: str) -> Service | None:
        """Return a service by its id, shown or not; `is_shown` tells which."""
        return session.scalar(select(Service).where(Service.id == ident).options(*_everything()))

    def is_shown(self, session: Session, service: Service) -> bool:
        """Tell whether the public may read the service today."""
        query = select(Service.key).where(Service.key == service.key, shown_on(date.today()))
        return session.scalar(query) is not None

    def organizations(self, session: Session, search: str, page: int, per_page: int) -> Slice[Organization]:
        """Return a page of the organisations that have a service shown today."""
        query = select(Organization).where(
            Organization.services.any(shown_on(date.today())),
            *_columns_have(search, Organization.name, Organization.description),
        )
        loading = (selectinload(Organization.identifiers), selectinload(Organization.attributes))
        return _slice(session, query, (Organization.key,), page, per_page, loading)

    def organization(self, session: Session, ident: str) -> Organization | None:
        """Return an organisation that has a service shown today, by its id."""
        return session.scalar(
            select(Organization).where(Organization.id == ident, Organization.services.any(shown_on(date.today())))
        )

    def services_of(self, organization: Organization, full: bool = False) -> list[Service]:
        """Return the services that are shown today of an organisation whose session is open."""
        session = object_session(organization)
        if session is None:
            raise ValueError("the organisation's session is closed")
        query = select(Service).where(Service.organization_key == organization.key, shown_on(date.today()))
        loading = _everything() if full else (joinedload(Service.organization),)
        return list(session.scalars(query.order_by(Service.key).options(*loading)))

    def taxonomies(self, session: Session, search: str, page: int, per_page: int) -> Slice[Taxonomy]:
        """Return a page of the schemes of terms."""
        query = select(Taxonomy).where(*_columns_have(search, Taxonomy.name, Taxonomy.description))
        return _slice(session, query, (Taxonomy.key,), page, per_page)

    def taxonomy(self, session: Session, ident: str) -> Taxonomy | None:
        """Return a scheme of terms by its id."""
        return session.scalar(select(Taxonomy).where(Taxonomy.id == ident))

    def terms(
        self,
        session: Session,
        search: str,
        page: int,
        per_page: int,
        taxonomy_id: str | None = None,
        parent_id: str | None = None,
        top_only: bool = False,
    ) -> Slice[TaxonomyTerm]:
        """Return a page of terms; `top_only` leaves out those that stand below another."""
        query = select(TaxonomyTerm).where(*_columns_have(search, TaxonomyTerm.name, TaxonomyTerm.description))
        if taxonomy_id:
            query = query.where(TaxonomyTerm.of_taxonomy.has(Taxonomy.id == taxonomy_id))
        if parent_id:
            query = query.where(TaxonomyTerm.parent_id == parent_id)
        if top_only:
            query = query.where(TaxonomyTerm.parent_id.is_(None))
        loading = (joinedload(TaxonomyTerm.of_taxonomy),)
        return _slice(session, query, (TaxonomyTerm.key,), page, per_page, loading)

    def term(self, session: Session, ident: str) -> TaxonomyTerm | None:
        """Return a term by its id."""
        return session.scalar(select(TaxonomyTerm).where(TaxonomyTerm.id == ident))

    def service_at_locations(
        self, session: Session, filters: Filters, near: Near | None, page: int, per_page: int, full: bool = False
    ) -> Slice[ServiceAtLocation]:
        """Return a page of the services shown today at their locations, nearest first where a point is given."""
        query = select(ServiceAtLocation).join(ServiceAtLocation.service).join(ServiceAtLocation.location)
        query = query.where(shown_on(date.today()), *_conditions(session, filters))
        order: tuple[Any, ...] = (ServiceAtLocation.key,)
        if near:
            query = query.where(_within(near) if near.radius_m is not None else Location.latitude.is_not(None))
            order = (_distance_squared(near), ServiceAtLocation.key)
        loading: tuple[Any, ...] = (
            joinedload(ServiceAtLocation.service).joinedload(Service.organization),
            joinedload(ServiceAtLocation.location),
        )
        if full:
            loading += (selectinload(ServiceAtLocation.schedules),)
        return _slice(session, query, order, page, per_page, loading, Service.updated_at)

    def service_at_location(self, session: Session, ident: str) -> ServiceAtLocation | None:
        """Return a service at a location by its id, where the service is shown today."""
        query = select(ServiceAtLocation).join(ServiceAtLocation.service)
        return session.scalar(query.where(ServiceAtLocation.id == ident, shown_on(date.today())))


def distance_m(near: Near, location: Location) -> float | None:
    """Return the way from a point to a location in metres as the crow flies; None where that is unknown."""
    if location.latitude is None or location.longitude is None:
        return None
    north = (location.latitude - near.latitude) * METRES_IN_A_DEGREE
    east = (location.longitude - near.longitude) * METRES_IN_A_DEGREE * math.cos(math.radians(near.latitude))
    return math.hypot(north, east)


def _conditions(session: Session, filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.search:
        yield has_words(filters.search, session.get_bind().dialect.name)
    if filters.taxonomy_term_id:
        yield Service.attributes.any(Attribute.taxonomy_term.has(TaxonomyTerm.id == filters.taxonomy_term_id))
    if filters.taxonomy_id:
        yield Service.attributes.any(
            Attribute.taxonomy_term.has(TaxonomyTerm.of_taxonomy.has(Taxonomy.id == filters.taxonomy_id))
        )
    if filters.organization_id:
        yield Service.organization.has(Organization.id == filters.organization_id)
    if filters.modified_after:
        yield Service.updated_at >= filters.modified_after.astimezone(UTC)


def _columns_have(search: str, *columns: Any) -> Iterator[ColumnElement[bool]]:
    """Yield, for each word, that one of the columns has it: for tables that are small and have no full text."""
    for word in search.split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        yield or_(*(column.ilike(pattern, escape="\\") for column in columns))


def _distance_squared(near: Near) -> ColumnElement[Any]:
    """Return the squared distance in degrees of latitude: plain sums that every database can do."""
    narrowing = math.cos(math.radians(near.latitude)) ** 2
    north, east = Location.latitude - near.latitude, Location.longitude - near.longitude
    return north * north + east * east * narrowing


def _within(near: Near) -> ColumnElement[bool]:
    degrees = (near.radius_m or 0.0) / METRES_IN_A_DEGREE
    sideways = degrees / max(math.cos(math.radians(near.latitude)), 0.01)
    return and_(
        Location.latitude.between(near.latitude - degrees, near.latitude + degrees),
        Location.longitude.between(near.longitude - sideways, near.longitude + sideways),
        _distance_squared(near) <= degrees * degrees,
    )


def _everything() -> tuple[Any, ...]:
    """Return the loading of all that a whole service shows: a fixed number of queries, however many services."""
    places = selectinload(Service.service_at_locations)
    where = places.joinedload(ServiceAtLocation.location)
    term = joinedload(Attribute.taxonomy_term).joinedload(TaxonomyTerm.of_taxonomy)
    return (
        joinedload(Service.organization).selectinload(Organization.identifiers),
        selectinload(Service.schedules),
        selectinload(Service.contacts).selectinload(Contact.phones),
        selectinload(Service.phones),
        selectinload(Service.cost_options),
        selectinload(Service.service_areas),
        selectinload(Service.languages),
        selectinload(Service.funding),
        selectinload(Service.attributes).options(term),
        places.selectinload(ServiceAtLocation.schedules),
        where.selectinload(Location.addresses),
        where.selectinload(Location.accessibility),
        where.selectinload(Location.attributes).options(term),
    )


def _slice(
    session: Session,
    query: Select[Any],
    order: tuple[Any, ...],
    page: int,
    per_page: int,
    loading: tuple[Any, ...] = (),
    changed: Any = None,
) -> Slice[Row]:
    counted = query.with_only_columns(func.count(), *([func.max(changed)] if changed is not None else []))
    total, *newest = session.execute(counted.order_by(None)).one()
    rows = session.scalars(query.options(*loading).order_by(*order).limit(per_page).offset((page - 1) * per_page))
    return Slice(list(rows.unique()), total, newest[0] if newest else None)
