"""Rows of the directory's tables: put in many at a time, with keys and lasting ids."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy import insert as sql_insert
from sqlalchemy.orm import Session

from bot.directory.records.digests import as_uuid
from bot.directory.records.models import Base, Source
from bot.directory.records.record import Row

_NAMESPACE = uuid.UUID("6f0c7a52-1f0d-5d0e-8a43-6a0c3ad1b0c4")
_AT_ONCE = 500  # values in one IN (...)


class RowWriter:
    """Writes rows of one feed in a session whose transaction the caller holds."""

    def __init__(self, session: Session, source: Source) -> None:
        self.session, self.source = session, source
        self._next_keys: dict[type[Base], int] = {}

    def public_ids(self, model: Any, kind: str, published: Iterable[str]) -> dict[str, str]:
        """Return the UUID of each published id: the publisher's own, unless it is none or another feed has it."""
        own = {ident: found for ident in published if (found := as_uuid(ident))}
        taken: set[str] = set()
        for some in in_parts(list(set(own.values()))):
            taken |= set(self.session.scalars(select(model.id).where(model.id.in_(some))))
        if not kind:
            return {ident: found for ident, found in own.items() if found not in taken}
        chosen: dict[str, str] = {}
        for ident in published:
            found = own.get(ident)
            free = found and found not in taken
            chosen[ident] = (
                found if found and free else str(uuid.uuid5(_NAMESPACE, f"{self.source.name}/{kind}/{ident}"))
            )
            taken.add(chosen[ident])
        return chosen

    def delete_of(self, column: Any, keys: Iterable[int], model: type[Base]) -> None:
        """Delete the rows of a table whose `column` is one of `keys`."""
        for some in in_parts(list(keys)):
            self.session.execute(delete(model).where(column.in_(some)))

    def insert(self, model: type[Base], rows: list[dict[str, Any]]) -> None:
        """Insert rows; columns that a row leaves out are empty."""
        if rows:
            empty = dict.fromkeys(columns(model))
            self.session.connection().execute(sql_insert(model), [empty | row for row in rows])

    def insert_keyed(self, model: type[Base], rows: list[dict[str, Any]]) -> list[int]:
        """Insert rows and return their keys in the same order.

        The keys are counted here, since no other import writes meanwhile: asking the database for each is slow.
        """
        table = model.__table__
        if model not in self._next_keys:
            self._next_keys[model] = (self.session.scalar(select(func.max(table.c.key))) or 0) + 1
        first = self._next_keys[model]
        self._next_keys[model] = first + len(rows)
        keys = list(range(first, first + len(rows)))
        self.insert(model, [{**row, "key": key} for row, key in zip(rows, keys)])
        return keys

    def finish(self) -> None:
        """Tell PostgreSQL which keys are taken, so that its own counting goes on after them."""
        if self.session.get_bind().dialect.name != "postgresql":
            return
        for model, next_key in self._next_keys.items():
            sequence = f"pg_get_serial_sequence('{model.__tablename__}', 'key')"
            self.session.execute(text(f"SELECT setval({sequence}, :next_key, false)"), {"next_key": next_key})

    def values(self, row: Row, owner: Row, kind: str, position: int) -> dict[str, Any]:
        """Return a row's columns with a UUID: the publisher's, or one made from the owner's; an id that is no UUID is kept."""
        found = as_uuid(row.id) if row.id else None
        values = dict(row.values)
        if row.id and not found:
            values["extra"] = {**(values.get("extra") or {}), "id": row.id}
        values["id"] = found or self.derived(owner, kind, str(position))
        return values

    def derived(self, owner: Row, kind: str, rest: str) -> str:
        """Return the UUID of a part that has none of its own: the same in every run."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.source.name}/{owner.id}/{kind}/{rest}"))


def columns(model: Any) -> list[str]:
    """Return the columns that a row may leave out."""
    return [column.name for column in model.__table__.columns if column.nullable and column.name != "key"]


def in_parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Give values in parts that fit one statement."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
