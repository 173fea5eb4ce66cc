"""The directory's documents in memory as columns, so that conditions are tested for all of them in a millisecond or two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from sqlalchemy import Connection, select

from bot.directory.records.places import EARTH_RADIUS_MILES
from bot.directory.search.models import SearchDocument, SearchVector
from bot.directory.search.stem_index import StemIndex
from bot.directory.search.text_index import POSTINGS, words_known
from bot.directory.search.vectors import VectorIndex

NO_PLACE, COUNTY, BEYOND = 0, 1, 2
_COVERS = {None: NO_PLACE, "county": COUNTY, "beyond": BEYOND}


@dataclass
class Catalogue:
    """One row a document, in the order of `keys`. NaN is an age not stated; `is_free` is -1 where nothing is said."""

    revision: tuple[int, int]
    keys: np.ndarray
    minimum_age: np.ndarray
    maximum_age: np.ndarray
    needs: np.ndarray
    kinds: np.ndarray
    suitabilities: np.ndarray
    accessibility: np.ndarray
    is_free: np.ndarray
    visible_from: np.ndarray
    visible_to: np.ndarray
    is_shown: np.ndarray
    covers: np.ndarray
    session_rows: np.ndarray
    sessions: np.ndarray
    point_rows: np.ndarray
    points: np.ndarray
    vectors: VectorIndex
    words: dict[str, int]
    stems: StemIndex

    def __len__(self) -> int:
        return len(self.keys)

    def shown_on(self, day: date) -> np.ndarray:
        """Return which rows are open, not withdrawn, and visible on `day`."""
        today = day.toordinal()
        shown: np.ndarray = self.is_shown & (self.visible_from <= today) & (self.visible_to >= today)
        return shown

    def rows_of(self, keys: np.ndarray) -> np.ndarray:
        """Return the rows of keys that are here."""
        if not len(self.keys):
            return np.zeros(0, np.int64)
        rows = np.searchsorted(self.keys, keys)
        rows = np.minimum(rows, len(self.keys) - 1)
        here: np.ndarray = rows[self.keys[rows] == keys]
        return here

    def miles_from(self, latitude: float, longitude: float) -> np.ndarray:
        """Return each row's distance in miles to its nearest point; infinity where it has none."""
        nearest = np.full(len(self), np.inf, np.float32)
        if self.points.size:
            here = _on_sphere(np.array([[latitude, longitude]])).ravel()
            apart = np.sqrt(sum(np.square(axis - own) for axis, own in zip(self.points, here)))
            miles = 2 * np.arcsin(np.minimum(apart / 2, 1)) * np.float32(EARTH_RADIUS_MILES)
            rows, starts = self._rows_with_points
            nearest[rows] = np.minimum.reduceat(miles, starts)
        return nearest

    @cached_property
    def _rows_with_points(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows that have points, and where in `points` each one's begin."""
        rows, starts = np.unique(self.point_rows, return_index=True)
        return rows, starts

    def running(self, days: int, start: int | None, end: int | None) -> tuple[np.ndarray, np.ndarray]:
        """Return which rows have one session on one of `days` within the minutes, and which state sessions at all.

        Day and time must be of the same session. A session that states no hours, or no day, does not fit a wish for them.
        """
        weekdays, opens, closes = self.sessions
        fits = np.ones(len(weekdays), bool)
        says = np.ones(len(weekdays), bool)
        if days:
            fits &= (weekdays & days) != 0
            says &= weekdays != 0
        if start is not None or end is not None:
            begins = opens >= 0
            ends = np.where(closes >= 0, closes, opens + 60)
            fits &= begins & (ends > (start or 0)) & (opens < (end if end is not None else 24 * 60))
            says &= begins
        running, stated = np.zeros(len(self), bool), np.zeros(len(self), bool)
        rows, starts = self._rows_with_sessions
        if len(rows):
            running[rows] = np.logical_or.reduceat(fits, starts)
            stated[rows] = np.logical_or.reduceat(says, starts)
        return running, stated

    @cached_property
    def _rows_with_sessions(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows that have sessions, and where in `sessions` each one's begin."""
        rows, starts = np.unique(self.session_rows, return_index=True)
        return rows, starts


def load_catalogue(connection: Connection, revision: tuple[int, int]) -> Catalogue:
    """Read all documents and their vectors."""
    document = SearchDocument
    rows = connection.execute(
        select(
            document.service_key, document.minimum_age, document.maximum_age, document.needs, document.kinds,
            document.suitabilities, document.accessibility, document.is_free, document.visible_from, document.visible_to,
            document.is_shown, document.covers, document.sessions, document.points,
        ).order_by(document.service_key)
    ).all()  # fmt: skip
    columns = list(zip(*rows)) if rows else [()] * 14
    count = len(rows)
    sessions = [np.frombuffer(packed, np.int16).reshape(-1, 3) for packed in columns[12]]
    points = [np.frombuffer(packed, np.float32).reshape(-1, 2) for packed in columns[13]]
    of_row = np.arange(count)
    words = words_known(connection)
    return Catalogue(
        revision=revision,
        keys=np.array(columns[0], np.int64),
        minimum_age=np.array(columns[1], np.float32),
        maximum_age=np.array(columns[2], np.float32),
        needs=np.array(columns[3], np.int64),
        kinds=np.array(columns[4], np.int64),
        suitabilities=np.array(columns[5], np.int64),
        accessibility=np.array(columns[6], np.int64),
        is_free=np.array([-1 if free is None else int(free) for free in columns[7]], np.int8),
        visible_from=np.array([0 if day is None else day.toordinal() for day in columns[8]], np.int32),
        visible_to=np.array([2**31 - 1 if day is None else day.toordinal() for day in columns[9]], np.int32),
        is_shown=np.array(columns[10], bool),
        covers=np.array([_COVERS[covers] for covers in columns[11]], np.int8),
        session_rows=np.repeat(of_row, [len(some) for some in sessions]) if count else of_row,
        sessions=np.ascontiguousarray(np.concatenate([np.zeros((0, 3), np.int16), *sessions]).T),
        point_rows=np.repeat(of_row, [len(some) for some in points]) if count else of_row,
        points=_on_sphere(np.concatenate([np.zeros((0, 2), np.float32), *points])),
        vectors=load_vectors(connection, np.array(columns[0], np.int64)),
        words=words,
        stems=load_stems(connection, words),
    )


def load_vectors(connection: Connection, keys: np.ndarray) -> VectorIndex:
    """Read the vectors of the documents with these keys."""
    pairs = connection.execute(
        select(SearchDocument.service_key, SearchVector.vector)
        .join(SearchVector, SearchVector.text_hash == SearchDocument.text_hash)
        .order_by(SearchDocument.service_key)
        .execution_options(yield_per=5000)
    )
    row_of = {int(key): row for row, key in enumerate(keys)}
    return VectorIndex(len(keys), ((row_of[key], vector) for key, vector in pairs if key in row_of))


def load_stems(connection: Connection, words: Iterable[str]) -> StemIndex:
    """Read the stems of all documents; `words` are all that there are."""
    statement = select(SearchDocument.stems, SearchDocument.title_stems).order_by(SearchDocument.service_key)
    rows = connection.execute(statement.execution_options(yield_per=5000))
    return StemIndex(((stems, title_stems) for stems, title_stems in rows), words, common_from=POSTINGS)


def _on_sphere(degrees: np.ndarray) -> np.ndarray:
    """Return points of latitude and longitude as three coordinates each, an axis a row, on a sphere of radius 1."""
    latitude, longitude = np.radians(degrees.astype(np.float64)).T
    across = np.cos(latitude)
    return np.stack([across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)]).astype(np.float32)
