"""Local Offer records, after Open Referral UK (HSDS-UK 3.0), and where they came from.

Names follow the standard. Each row has a `key`, an integer of ours by which rows are joined; most have an `id`, the
UUID that the standard asks for. What a publisher sends beyond the columns is kept under its own name in `extra`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

ACTIVE = "active"


class Base(DeclarativeBase):
    """The directory's tables."""


class Keyed:
    """A row with our key, the standard's id and the publisher's further fields."""

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(36))
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Published:
    """A row that belongs to a feed and is known there by `published_id` (a UUID or whatever the publisher uses)."""

    @declared_attr
    def source_key(self) -> Mapped[int]:
        """The feed it came from."""
        return mapped_column(ForeignKey("source.key"))

    published_id: Mapped[str] = mapped_column(String(200))


def _of(table: str) -> Any:
    """Return a column that joins a row to its owner in `table`; it goes when the owner goes."""
    return mapped_column(ForeignKey(f"{table}.key", ondelete="CASCADE"), index=True)


class Source(Base):
    """A feed. `remembered` is what its next synchronisation wants to know of the last: pages with their ETags and ids."""

    __tablename__ = "source"
    key: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    address: Mapped[str | None] = mapped_column(Text)
    format: Mapped[str] = mapped_column(String(40))
    remembered: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    last_success_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_full_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ImportRun(Base):
    """One run of an import: its outcome, its counts and what was rejected. `outcome` is done, unchanged, refused or failed."""

    __tablename__ = "import_run"
    key: Mapped[int] = mapped_column(primary_key=True)
    source_key: Mapped[int] = _of("source")
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    rejections: Mapped[list[dict[str, str]]] = mapped_column(JSON)


class Organization(Keyed, Published, Base):
    """Who provides services."""

    __tablename__ = "organization"
    __table_args__ = (UniqueConstraint("source_key", "published_id"), UniqueConstraint("id"))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    logo: Mapped[str | None] = mapped_column(Text)
    uri: Mapped[str | None] = mapped_column(Text)
    parent_organization_id: Mapped[str | None] = mapped_column(String(200))
    content_hash: Mapped[str] = mapped_column(String(64))

    identifiers: Mapped[list[OrganizationIdentifier]] = relationship(order_by="OrganizationIdentifier.key")
    services: Mapped[list[Service]] = relationship(back_populates="organization", order_by="Service.key")
    attributes: Mapped[list[Attribute]] = relationship(order_by="Attribute.key")


class OrganizationIdentifier(Keyed, Base):
    """A number an organisation is registered under."""

    __tablename__ = "organization_identifier"
    organization_key: Mapped[int] = _of("organization")
    identifier_scheme: Mapped[str | None] = mapped_column(Text)
    identifier_type: Mapped[str] = mapped_column(Text)
    identifier: Mapped[str] = mapped_column(Text)


class Service(Keyed, Published, Base):
    """One record: a service, group, club or team.

    Ages are in years; None is "not said", never 0. `last_checked` is the publisher's assured date, or else the day it
    last changed the record. A record gone from its feed has `withdrawn_at`; it is hidden, not deleted.
    """

    __tablename__ = "service"
    __table_args__ = (UniqueConstraint("source_key", "published_id"), UniqueConstraint("id"))
    organization_key: Mapped[int | None] = mapped_column(ForeignKey("organization.key"), index=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20), default=ACTIVE)
    fees: Mapped[str | None] = mapped_column(Text)
    is_free: Mapped[bool | None]
    needs_referral: Mapped[bool | None]
    accreditations: Mapped[str | None] = mapped_column(Text)
    eligibility: Mapped[str | None] = mapped_column(Text)
    minimum_age: Mapped[float | None]
    maximum_age: Mapped[float | None]
    assured_date: Mapped[date | None] = mapped_column(Date)
    assurer_email: Mapped[str | None] = mapped_column(Text)
    alert: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    visible_from: Mapped[date | None] = mapped_column(Date)
    visible_to: Mapped[date | None] = mapped_column(Date)
    last_checked: Mapped[date | None] = mapped_column(Date)
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    source: Mapped[Source] = relationship()
    organization: Mapped[Organization | None] = relationship(back_populates="services")
    service_at_locations: Mapped[list[ServiceAtLocation]] = relationship(
        back_populates="service", order_by="ServiceAtLocation.key"
    )
    schedules: Mapped[list[Schedule]] = relationship(order_by="Schedule.key")
    contacts: Mapped[list[Contact]] = relationship(order_by="Contact.key")
    phones: Mapped[list[Phone]] = relationship(order_by="Phone.key")
    cost_options: Mapped[list[CostOption]] = relationship(order_by="CostOption.key")
    service_areas: Mapped[list[ServiceArea]] = relationship(order_by="ServiceArea.key")
    languages: Mapped[list[Language]] = relationship(order_by="Language.key")
    funding: Mapped[list[Funding]] = relationship(order_by="Funding.key")
    attributes: Mapped[list[Attribute]] = relationship(order_by="Attribute.key")
    terms: Mapped[list[ServiceTerm]] = relationship(order_by="ServiceTerm.facet, ServiceTerm.term")


class ServiceTerm(Base):
    """A term of our own taxonomy (`knowledge/taxonomy.yml`) that a service is found by.

    `facet` is need, suitability, kind or accessibility; `term` is the term's id.
    """

    __tablename__ = "service_term"
    __table_args__ = (Index("ix_service_term_facet_term", "facet", "term", "service_key"),)
    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(20), primary_key=True)
    term: Mapped[str] = mapped_column(String(60), primary_key=True)


class Location(Keyed, Published, Base):
    """A place; without coordinates where they are unknown. `is_masked`: the publisher hides the exact address."""

    __tablename__ = "location"
    __table_args__ = (
        UniqueConstraint("source_key", "published_id"),
        UniqueConstraint("id"),
        Index("ix_location_latitude_longitude", "latitude", "longitude"),
    )
    location_type: Mapped[str] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    external_identifier: Mapped[str | None] = mapped_column(Text)
    external_identifier_type: Mapped[str | None] = mapped_column(Text)
    is_masked: Mapped[bool] = mapped_column(default=False)
    content_hash: Mapped[str] = mapped_column(String(64))

    addresses: Mapped[list[Address]] = relationship(order_by="Address.key")
    accessibility: Mapped[list[Accessibility]] = relationship(order_by="Accessibility.key")
    attributes: Mapped[list[Attribute]] = relationship(order_by="Attribute.key")


class Address(Keyed, Base):
    """A location's address. `postal_code` may be the outward half only."""

    __tablename__ = "address"
    location_key: Mapped[int] = _of("location")
    attention: Mapped[str | None] = mapped_column(Text)
    address_1: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    state_province: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(String(20), index=True)
    country: Mapped[str | None] = mapped_column(Text)
    address_type: Mapped[str] = mapped_column(String(20))


class Accessibility(Keyed, Base):
    """One thing that makes a location easier to use."""

    __tablename__ = "accessibility"
    location_key: Mapped[int] = _of("location")
    description: Mapped[str | None] = mapped_column(Text)
    details: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    accessibility: Mapped[str | None] = mapped_column(Text)


class ServiceAtLocation(Keyed, Base):
    """A service given at a location."""

    __tablename__ = "service_at_location"
    __table_args__ = (UniqueConstraint("id"),)
    service_key: Mapped[int] = _of("service")
    location_key: Mapped[int] = mapped_column(ForeignKey("location.key"), index=True)

    service: Mapped[Service] = relationship(back_populates="service_at_locations")
    location: Mapped[Location] = relationship()
    schedules: Mapped[list[Schedule]] = relationship(order_by="Schedule.key", viewonly=True)


class Schedule(Keyed, Base):
    """When a service runs, as published, and read: `weekdays` is a sum of bits (Monday 1, Tuesday 2 ... Sunday 64, None
    unknown), `opens_minute` and `closes_minute` are minutes after midnight.
    """

    __tablename__ = "schedule"
    service_key: Mapped[int] = _of("service")
    service_at_location_key: Mapped[int | None] = _of("service_at_location")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    dtstart: Mapped[date | None] = mapped_column(Date)
    freq: Mapped[str | None] = mapped_column(String(20))
    interval: Mapped[int | None]
    byday: Mapped[str | None] = mapped_column(String(100))
    bymonthday: Mapped[str | None] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    opens_at: Mapped[str | None] = mapped_column(String(20))
    closes_at: Mapped[str | None] = mapped_column(String(20))
    schedule_link: Mapped[str | None] = mapped_column(Text)
    attending_type: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    weekdays: Mapped[int | None] = mapped_column(SmallInteger)
    opens_minute: Mapped[int | None] = mapped_column(SmallInteger)
    closes_minute: Mapped[int | None] = mapped_column(SmallInteger)


class Contact(Keyed, Base):
    """A person or post to ask."""

    __tablename__ = "contact"
    service_key: Mapped[int] = _of("service")
    name: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)

    phones: Mapped[list[Phone]] = relationship(order_by="Phone.key", viewonly=True)


class Phone(Keyed, Base):
    """A telephone number as written, and `dial`, the same in E.164 where it can be read."""

    __tablename__ = "phone"
    service_key: Mapped[int] = _of("service")
    contact_key: Mapped[int | None] = _of("contact")
    number: Mapped[str] = mapped_column(Text)
    dial: Mapped[str | None] = mapped_column(String(20))
    description: Mapped[str | None] = mapped_column(Text)


class CostOption(Keyed, Base):
    """What a service costs: `amount` in pounds."""

    __tablename__ = "cost_option"
    service_key: Mapped[int] = _of("service")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    option: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[float | None]
    amount_description: Mapped[str | None] = mapped_column(Text)


class ServiceArea(Keyed, Base):
    """Where a service is for."""

    __tablename__ = "service_area"
    service_key: Mapped[int] = _of("service")
    name: Mapped[str | None] = mapped_column(Text)
    extent: Mapped[str | None] = mapped_column(Text)
    extent_type: Mapped[str | None] = mapped_column(Text)
    uri: Mapped[str | None] = mapped_column(Text)
    service_area: Mapped[str | None] = mapped_column(Text)


class Language(Keyed, Base):
    """A language a service is given in."""

    __tablename__ = "language"
    service_key: Mapped[int] = _of("service")
    name: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(Text)


class Funding(Keyed, Base):
    """Who pays for a service."""

    __tablename__ = "funding"
    service_key: Mapped[int] = _of("service")
    source: Mapped[str | None] = mapped_column(Text)


class Taxonomy(Keyed, Published, Base):
    """A publisher's scheme of terms."""

    __tablename__ = "taxonomy"
    __table_args__ = (UniqueConstraint("source_key", "published_id"), UniqueConstraint("id"))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    uri: Mapped[str | None] = mapped_column(Text)
    version: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))

    taxonomy_terms: Mapped[list[TaxonomyTerm]] = relationship(back_populates="of_taxonomy", order_by="TaxonomyTerm.key")


class TaxonomyTerm(Keyed, Published, Base):
    """A term of a publisher's scheme."""

    __tablename__ = "taxonomy_term"
    __table_args__ = (UniqueConstraint("source_key", "published_id"), UniqueConstraint("id"))
    taxonomy_key: Mapped[int | None] = mapped_column(ForeignKey("taxonomy.key"), index=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    parent_id: Mapped[str | None] = mapped_column(String(200))
    taxonomy: Mapped[str | None] = mapped_column(Text)
    term_uri: Mapped[str | None] = mapped_column(Text)
    term: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))

    of_taxonomy: Mapped[Taxonomy | None] = relationship(back_populates="taxonomy_terms")


class Attribute(Keyed, Base):
    """A publisher's term said of a service, an organisation or a location: exactly one of the three keys is set."""

    __tablename__ = "attribute"
    service_key: Mapped[int | None] = _of("service")
    organization_key: Mapped[int | None] = _of("organization")
    location_key: Mapped[int | None] = _of("location")
    taxonomy_term_key: Mapped[int] = mapped_column(ForeignKey("taxonomy_term.key"), index=True)
    link_type: Mapped[str | None] = mapped_column(Text)
    value: Mapped[str | None] = mapped_column(Text)

    taxonomy_term: Mapped[TaxonomyTerm] = relationship()
