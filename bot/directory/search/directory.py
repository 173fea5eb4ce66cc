"""Finding services: conditions, words and meaning together. The rules are in docs/decisions/0010-directory-search.md.

A condition that a record contradicts excludes it; one that it says nothing about does not, but ranks it lower and is told.
What remains must also be about the right thing: its kind, or the words asked for, or their meaning. Otherwise nothing is
found, and that is said.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import BindParameter, Connection, bindparam, select
from sqlalchemy.engine import Engine

from bot.directory.records.models import Service
from bot.directory.records.places import Place, gazetteer
from bot.directory.records.store import directory_engine
from bot.directory.records.visibility import shown_on
from bot.directory.search.catalogue import Catalogue, load_catalogue
from bot.directory.search.models import SearchDocument
from bot.directory.search.ranking import Ranked, Ranking
from bot.directory.search.text_index import is_behind, refresh, revisions
from bot.directory.search.vectors import Encoder
from bot.directory.search.wanted import Wanted
from bot.encoder.encoder import EncoderMissing, small_encoder

MOST_RECORDS = 5
STALE_AFTER_DAYS = 365
_LOOK_AGAIN_S = 2.0
_SMALL = 20_000
# From the least to the most telling.
_CONDITIONS = ("time", "days", "age", "is_free", "accessibility", "place", "needs", "kinds")
_KEYS: BindParameter[list[int]] = bindparam("keys", expanding=True)
_RECORDS = select(SearchDocument.service_key, SearchDocument.record).where(SearchDocument.service_key.in_(_KEYS))

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """One service found. `record` is in the form of the chat API; `unsaid` names the conditions it says nothing about."""

    key: int
    record: dict[str, Any]
    score: float
    unsaid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Looser:
    """A condition to loosen: its name, the query without it, and how many services that finds."""

    condition: str
    wanted: Wanted
    count: int


@dataclass(frozen=True)
class Found:
    """What a search found: results, best first, how many fit in all, and, where none does, what to loosen."""

    wanted: Wanted
    results: tuple[Result, ...]
    total: int
    looser: Looser | None = None
    is_outside: bool = False

    @property
    def filters(self) -> str:
        """What was searched for, in words."""
        return self.wanted.in_words()


class Directory:
    """The directory of one database, for searching. Safe to share between threads."""

    def __init__(self, engine: Engine, encoder: Callable[[], Encoder] | None = small_encoder) -> None:
        """`encoder` makes vectors of requests; without one, or where it is missing, search is by words only."""
        self._engine = engine
        # Only for reading: without a transaction there are two fewer trips to a server and back in each search.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._encoder = encoder
        self._catalogue: Catalogue | None = None
        self._looked_at = 0.0
        self._lock = threading.Lock()
        self._encoding = threading.Lock()
        self._at_work: threading.Thread | None = None

    def search(self, wanted: Wanted, limit: int = MOST_RECORDS, offset: int = 0, today: date | None = None) -> Found:
        """Return the services that fit, best first: `limit` of them from `offset` on.

        Raises sqlalchemy.exc.SQLAlchemyError where the database cannot be read.
        """
        today = today or date.today()
        place = gazetteer().named(wanted.place) if wanted.place else None
        if place and place.is_outside:
            return Found(wanted, (), 0, is_outside=True)
        with self._reading.connect() as connection:
            catalogue = self._current(connection)
            ranking = Ranking(connection, catalogue, today, self._vector)
            ranked = ranking.ranked(wanted, place)
            results = tuple(_results(connection, catalogue, ranked, slice(offset, offset + limit), today))
            looser = None if len(ranked) else _looser(ranking, wanted, place)
        return Found(wanted, results, len(ranked), looser)

    def record(self, ident: str, today: date | None = None) -> dict[str, Any] | None:
        """Return a service as it is now, in the form of the chat API, or None where it is shown no more.

        Its distance is not known here. Raises sqlalchemy.exc.SQLAlchemyError where the database cannot be read.
        """
        today = today or date.today()
        wanted = (
            select(SearchDocument.record)
            .join(Service, Service.key == SearchDocument.service_key)
            .where(Service.id == ident, shown_on(today))
        )
        with self._reading.connect() as connection:
            found: dict[str, Any] | None = connection.scalar(wanted)
        return found and {**found, "distance_miles": None, "stale": is_stale(found["last_checked"], today)}

    def catalogue(self) -> Catalogue:
        """Return the catalogue as it is now, loading it first where needed."""
        with self._reading.connect() as connection:
            return self._current(connection)

    def _current(self, connection: Connection) -> Catalogue:
        """Return the catalogue; look now and then whether the records changed, and take changes in behind the scenes.

        A small directory, and one that was never loaded, is brought up to date at once.
        """
        now = time.monotonic()
        catalogue = self._catalogue
        if catalogue is not None and now - self._looked_at < _LOOK_AGAIN_S:
            return catalogue
        with self._lock:
            self._looked_at = now
            behind = is_behind(connection)
            if self._catalogue is not None and not behind and self._catalogue.revision == revisions(connection):
                return self._catalogue
            if self._catalogue is None or len(self._catalogue) <= _SMALL:
                self._load(behind)
            elif self._at_work is None or not self._at_work.is_alive():
                self._at_work = threading.Thread(target=self._load_apart, args=[behind], daemon=True)
                self._at_work.start()
            assert self._catalogue is not None
            return self._catalogue

    def _load(self, behind: bool) -> None:
        if behind:
            refresh(self._engine)
        with self._engine.connect() as connection:
            self._catalogue = load_catalogue(connection, revisions(connection))

    def _load_apart(self, behind: bool) -> None:
        try:
            self._load(behind)
        except Exception:
            log.exception("the directory's catalogue could not be brought up to date")

    def _vector(self, looked_for: str) -> np.ndarray | None:
        """Return the vector of what is looked for, or None without an encoder."""
        if self._encoder is None:
            return None
        try:
            with self._encoding:
                vector: np.ndarray = self._encoder().encode([looked_for])[0]
            return vector
        except EncoderMissing as error:
            log.warning("searching by words only: %s", error)
            self._encoder = None
            return None


@lru_cache(maxsize=1)
def directory() -> Directory:
    """Return the directory that the settings name, for this process."""
    return Directory(directory_engine())


def is_stale(last_checked: str | None, today: date) -> bool:
    """Tell whether a record was last checked long ago, or nobody says when."""
    return last_checked is None or (today - date.fromisoformat(last_checked)).days > STALE_AFTER_DAYS


def _results(
    connection: Connection, catalogue: Catalogue, ranked: Ranked, shown: slice, today: date
) -> Iterator[Result]:
    rows = ranked.rows[shown].tolist()
    if not rows:
        return
    keys = catalogue.keys[rows].tolist()
    records = {row.service_key: row.record for row in connection.execute(_RECORDS, {"keys": keys})}
    for row, key, score in zip(rows, keys, ranked.scores[shown].tolist()):
        if key in records:
            miles = ranked.choice.miles_of(row)
            record = dict(records[key], distance_miles=None if miles is None else round(miles, 1))
            record["stale"] = is_stale(record["last_checked"], today)
            yield Result(key, record, score, ranked.unsaid(row))


def _exists(ranking: Ranking, wanted: Wanted) -> bool:
    """Tell whether anything is about what is looked for, wherever, whenever and for whomever: often not, and then all is said."""
    bare = replace(
        wanted, place=None, within_miles=None, age=None, age_to=None, days=0, from_minute=None, to_minute=None,
        is_free=False, accessibility=(),
    )  # fmt: skip
    return bare == wanted or len(ranking.ranked(bare, None)) > 0


def _looser(ranking: Ranking, wanted: Wanted, place: Place | None) -> Looser | None:
    """Return the first condition, from the least to the most telling, without which something is found.

    What is looked for itself is never given up: another thing is not what was asked for.
    """
    said = wanted.conditions_in_words()
    if len(said) < 2:
        return None
    exists = _exists(ranking, wanted)
    for name in _CONDITIONS:
        if name not in said or not (exists or name in {"kinds", "needs"}) or (name == "kinds" and not wanted.needs):
            continue
        looser = wanted.without(name)
        ranked = ranking.ranked(looser, place if looser.place else None)
        if len(ranked):
            return Looser(name, looser, len(ranked))
    return None
