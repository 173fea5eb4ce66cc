"""What a published thing is known by, and hashes of what it says."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from bot.directory.records.record import Row

_LONGEST_ID = 200


def digest(value: Any) -> str:
    """Return a hash of any JSON value; the order of an object's keys does not matter."""
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def hash_of(row: Row) -> str:
    """Return a hash of what a row and all below it say."""
    return hashlib.sha256(as_text(row).encode("utf-8", "surrogatepass")).hexdigest()


def as_text(row: Row) -> str:
    """Return what a row and all below it say, as one text that is the same for the same values."""

    def plain(part: Row) -> list[Any]:
        values = {name: value for name, value in part.values.items() if value is not None and name != "taxonomy_key"}
        return [part.id, values, {name: [plain(one) for one in rows] for name, rows in part.below.items() if rows}]

    return json.dumps(plain(row), sort_keys=True, ensure_ascii=False, default=str)


def ident_of(row: Row) -> str:
    """Return what a shared row is known by: its published id, or a hash of what it says where it has none."""
    return row.id if row.id and len(row.id) <= _LONGEST_ID else f"hash:{hash_of(row)}"


def as_uuid(ident: str) -> str | None:
    """Return a published id as a UUID, or None where it is none."""
    try:
        return str(uuid.UUID(ident)) if len(ident) == 36 else None
    except ValueError:
        return None
