"""The present moment, and times as stores give them back."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment in UTC, with its zone."""
    return datetime.now(UTC)


def with_zone(at: datetime) -> datetime:
    """Return a time with its zone: SQLite gives back times without one, all in UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
