"""The internal form that every feed's records are brought into before they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


class Rejected(Exception):
    """A record cannot be taken; the text says why, in words for whoever publishes the feed."""


class Skipped(Exception):
    """A record is not meant for the public, or no longer; the text says why."""


@dataclass(slots=True)
class Row:
    """A row to be: the publisher's id (None where it gives none), values by column, and the rows that belong to it."""

    id: str | None
    values: dict[str, Any]
    below: dict[str, list[Row]] = field(default_factory=dict)

    def each(self, relation: str) -> Iterator[Row]:
        """Yield the rows of a relation, none where there is none."""
        yield from self.below.get(relation, ())


@dataclass(slots=True)
class Record:
    """A service with all that belongs to it, and the terms of our own taxonomy (facet, id) that it is found by."""

    service: Row
    terms: frozenset[tuple[str, str]]
