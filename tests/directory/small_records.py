"""Records for tests, put straight into a directory store."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.directory.records import models

CHANGED = datetime(2026, 5, 1, 12, tzinfo=UTC)


def ident(name: str) -> str:
    """Return the UUID that stands for a name in tests."""
    return str(uuid5(NAMESPACE_URL, name))


def source(session: Session) -> models.Source:
    """Return the feed that the test's records come from, made once."""
    found = session.query(models.Source).one_or_none()
    if found is None:
        found = models.Source(name="test", title="A test", format="open-referral-3")
        session.add(found)
        session.flush()
    return found


def add_service(session: Session, name: str, **fields: Any) -> models.Service:
    """Add a service of an organisation of its own, at "<name> hall" where `place` gives latitude and longitude."""
    feed = source(session)
    place = fields.pop("place", None)
    terms = fields.pop("terms", ())
    organization = models.Organization(
        id=ident(f"{name} organisation"),
        source_key=feed.key,
        published_id=f"{name} organisation",
        name=f"{name} organisation",
        content_hash="",
    )
    defaults: dict[str, Any] = {
        "id": ident(name),
        "source_key": feed.key,
        "published_id": name,
        "description": f"About {name}.",
        "status": "active",
        "assured_date": date(2026, 1, 1),
        "last_checked": date(2026, 1, 1),
        "content_hash": "",
        "created_at": CHANGED,
        "updated_at": CHANGED,
    }
    service = models.Service(name=name, organization=organization, **{**defaults, **fields})
    session.add(service)
    session.flush()
    for facet, term in terms:
        session.add(models.ServiceTerm(service_key=service.key, facet=facet, term=term))
    if place:
        location = models.Location(
            id=ident(f"{name} hall"),
            source_key=feed.key,
            published_id=f"{name} hall",
            location_type="physical",
            name=f"{name} hall",
            latitude=place[0],
            longitude=place[1],
            content_hash="",
        )
        location.addresses = [
            models.Address(id=ident(f"{name} address"), address_1="1 Street", address_type="physical")
        ]
        session.add(location)
        session.flush()
        session.add(
            models.ServiceAtLocation(id=ident(f"{name} at"), service_key=service.key, location_key=location.key)
        )
    session.flush()
    return service


def add_term(session: Session, service: models.Service, taxonomy: str, name: str) -> models.TaxonomyTerm:
    """Say a publisher's term of a service."""
    feed = source(session)
    scheme = session.query(models.Taxonomy).filter_by(name=taxonomy).one_or_none() or models.Taxonomy(
        id=ident(taxonomy), source_key=feed.key, published_id=taxonomy, name=taxonomy, content_hash=""
    )
    term = models.TaxonomyTerm(
        id=ident(f"{taxonomy} {name}"),
        source_key=feed.key,
        published_id=f"{taxonomy} {name}",
        name=name,
        of_taxonomy=scheme,
        content_hash="",
    )
    session.add(term)
    session.flush()
    session.add(
        models.Attribute(id=ident(f"{service.name} {name}"), service_key=service.key, taxonomy_term_key=term.key)
    )
    session.flush()
    return term


def opened(engine: Engine) -> Session:
    """Return a session on the store of records."""
    return Session(engine, expire_on_commit=False)
