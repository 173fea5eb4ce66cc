"""Single values as Open Referral UK wants them in JSON: what is not a proper one is left out."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from bot.times import with_zone

Json = dict[str, Any]
PLACES = frozenset({"physical", "postal", "virtual"})
EMAIL = re.compile(r"(?<![^@\s])[^@\s]+@[^@\s]+\.[^@\s.]+")


def known(**fields: Any) -> Json:
    """Return the fields that are known: the schemas have no null."""
    return {key: value for key, value in fields.items() if value is not None}


def lists(**fields: list[Any]) -> Json:
    """Return the lists that have something in them."""
    return {key: value for key, value in fields.items() if value}


def moment(value: datetime) -> str:
    """Return a moment in RFC 3339, in UTC with milliseconds; a naive one is taken as UTC."""
    return with_zone(value).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(value: date | None) -> str | None:
    """Return a day as the standard writes it."""
    return value.isoformat() if value else None


def number(value: float | None) -> float | int | None:
    """Return whole numbers without a decimal point."""
    return int(value) if value is not None and value == int(value) else value


def place_type(value: str | None) -> str:
    """Return the kind of a place in the words of the standard."""
    return value if value in PLACES else "physical"


def web(value: str | None) -> str | None:
    """Return a web address; None where it is not one, or has characters that no address may have."""
    if not value or not re.fullmatch(r"[\x21-\x7e]+", value) or re.search(r'[<>"{}|\\^`]', value):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in ("http", "https") and parts.netloc else None


def email(value: str | None) -> str | None:
    """Return an e-mail address; None where it is not one."""
    return value if value and EMAIL.fullmatch(value) else None


def uuid(value: str | None) -> str | None:
    """Return a UUID; None where it is not one."""
    return value if value and re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value) else None
