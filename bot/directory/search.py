"""Finding services: conditions, words and meaning together. The rules are in docs/decisions/0010-directory-search.md.

A condition that a record contradicts excludes it; one that it says nothing about does not, but ranks it lower and is told.
What remains must also be about the right thing: its kind, or the words asked for, or their meaning. Otherwise nothing is
found, and that is said.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, select
from sqlalchemy.engine import Engine

from bot.directory.catalogue import BEYOND, NO_PLACE, Catalogue, load_catalogue
from bot.directory.documents import term_mask
from bot.directory.places import Place, gazetteer
from bot.directory.query import Wanted
from bot.directory.search_models import SearchDocument
from bot.directory.text_index import found_by_words, is_behind, rarity, refresh, revisions
from bot.directory.vectors import Encoder
from bot.directory.words import meant_by, stem, words_of
from bot.nlu.encoder import EncoderMissing, small_encoder

MOST_RECORDS = 5
STALE_AFTER_DAYS = 365
NEAR_MILES = 10.0
CITY_AS_COUNTY_MILES = 25.0
# A place that parents say for the county as often as for the city.
_CITY_AS_COUNTY = "Durham"
_LOOK_AGAIN_S = 2.0
_SMALL = 20_000
_WITHIN_AT_MOST = 2_000
_CANDIDATES = 40
_BY_MEANING = 40
_RANK_OFFSET = 10.0
# When a record is about what was asked for: see the decision record for how these were measured.
COVERED = 0.6
PARTLY_COVERED = 0.3
NEAR_IN_MEANING = 0.50
PARTLY_NEAR_IN_MEANING = 0.38
_CONDITIONS = ("time", "days", "age", "is_free", "accessibility", "place", "needs", "kinds", "subject")

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


@dataclass
class _Choice:
    """The rows that no condition excludes, and what each states."""

    allowed: np.ndarray
    stated: dict[str, np.ndarray]
    miles: np.ndarray | None
    within: float
    place: Place | None = None
    kind_fits: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))


class Directory:
    """The directory of one database, for searching. Safe to share between threads."""

    def __init__(self, engine: Engine, encoder: Callable[[], Encoder] | None = small_encoder) -> None:
        """`encoder` makes vectors of requests; without one, or where it is missing, search is by words only."""
        self._engine = engine
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
        with self._engine.connect() as connection:
            catalogue = self._current(connection)
            vector = self._vector(wanted)
            ranked = self._ranked(connection, catalogue, wanted, place, vector, today)
            results = tuple(self._results(connection, catalogue, ranked[offset : offset + limit], today))
            looser = None if ranked else self._looser(connection, catalogue, wanted, place, vector, today)
        return Found(wanted, results, len(ranked), looser)

    def catalogue(self) -> Catalogue:
        """Return the catalogue as it is now, loading it first where needed."""
        with self._engine.connect() as connection:
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
                self._load(connection, behind)
            elif self._at_work is None or not self._at_work.is_alive():
                self._at_work = threading.Thread(target=self._load_apart, args=[behind], daemon=True)
                self._at_work.start()
            assert self._catalogue is not None
            return self._catalogue

    def _load(self, connection: Connection, behind: bool) -> None:
        if behind:
            connection.rollback()
            refresh(self._engine)
        self._catalogue = load_catalogue(connection, revisions(connection))

    def _load_apart(self, behind: bool) -> None:
        try:
            with self._engine.connect() as connection:
                self._load(connection, behind)
        except Exception:
            log.exception("the directory's catalogue could not be brought up to date")

    def _vector(self, wanted: Wanted) -> np.ndarray | None:
        """Return the vector of what is looked for, or None without an encoder or anything to encode."""
        looked_for = _looked_for(wanted)
        if not looked_for or self._encoder is None:
            return None
        try:
            with self._encoding:
                vector: np.ndarray = self._encoder().encode([looked_for])[0]
            return vector
        except EncoderMissing as error:
            log.warning("searching by words only: %s", error)
            self._encoder = None
            return None

    def _ranked(
        self,
        connection: Connection,
        catalogue: Catalogue,
        wanted: Wanted,
        place: Place | None,
        vector: np.ndarray | None,
        today: date,
    ) -> list[tuple[int, float, tuple[str, ...], float | None]]:
        """Return row, score, unsaid conditions and distance of each service that fits, best first."""
        choice = _choose(catalogue, wanted, place, today)
        stems = [meant_by(own, catalogue.words) for own in wanted.subject]
        groups = _text_groups(wanted, catalogue)
        rows, by_words, by_meaning = self._candidates(connection, catalogue, wanted, choice, groups, vector)
        if not len(rows):
            return []
        near = catalogue.vectors.nearness(vector, rows) if vector is not None else np.zeros(len(rows), np.float32)
        texts = _stems_of(connection, catalogue.keys[rows].tolist())
        telling = rarity(stems, catalogue.words, len(catalogue))
        ordering = rarity(_ordering(wanted), catalogue.words, len(catalogue))
        ranked = []
        for row, nearness in zip(rows.tolist(), near.tolist()):
            title, own = texts.get(int(catalogue.keys[row]), (frozenset(), frozenset()))
            covered = _share(telling, own)
            only_weak = not (stems or wanted.kinds or wanted.suitabilities or wanted.needs)
            named = bool(wanted.weak) and only_weak and set(wanted.weak) <= title
            if not named and not _is_about(wanted, choice, row, covered, nearness, bool(stems)):
                continue
            unsaid = tuple(name for name, stated in choice.stated.items() if not stated[row])
            miles = None if choice.miles is None or not np.isfinite(choice.miles[row]) else float(choice.miles[row])
            score = (
                2.0 * covered
                + 1.5 * nearness
                + 1.0 * _share({**telling, **ordering}, title)
                + 0.5 * _share(ordering, own)
                + 6.0 / (_RANK_OFFSET + by_words.get(row, 1_000))
                + 4.0 / (_RANK_OFFSET + by_meaning.get(row, 1_000))
                + (1.2 if wanted.kinds and choice.kind_fits[row] else 0.0)
                + sum(_STATED_WEIGHT[name] for name, stated in choice.stated.items() if stated[row])
                + (0.0 if miles is None else 1.0 * (1 - miles / (choice.within + 1)))
            )
            ranked.append((row, score, unsaid, miles))
        return sorted(ranked, key=lambda found: (-found[1], found[0]))

    def _candidates(
        self,
        connection: Connection,
        catalogue: Catalogue,
        wanted: Wanted,
        choice: _Choice,
        groups: Sequence[tuple[str, int]],
        vector: np.ndarray | None,
    ) -> tuple[np.ndarray, dict[int, int], dict[int, int]]:
        """Return the rows worth a closer look, with their ranks by words and by meaning."""
        allowed = np.flatnonzero(choice.allowed)
        by_words: dict[int, int] = {}
        by_meaning: dict[int, int] = {}
        if not len(allowed):
            return allowed, by_words, by_meaning
        few = len(allowed) <= _WITHIN_AT_MOST
        if groups:
            within = catalogue.keys[allowed].tolist() if few and len(allowed) < len(catalogue) else None
            keys = np.array([key for key, _ in found_by_words(connection, groups, within)], np.int64)
            rows = catalogue.rows_of(keys) if len(keys) else keys
            by_words = {int(row): rank for rank, row in enumerate(rows[choice.allowed[rows]])}
        if vector is not None:
            some = None if len(allowed) == len(catalogue) else allowed
            rows, _ = catalogue.vectors.nearest(vector, some, _BY_MEANING)
            by_meaning = {int(row): rank for rank, row in enumerate(rows)}
        fused: dict[int, float] = {}
        for ranks in (by_words, by_meaning):
            for row, rank in ranks.items():
                fused[row] = fused.get(row, 0.0) + 1 / (_RANK_OFFSET + rank)
        best = sorted(fused, key=lambda row: -fused[row])[:_CANDIDATES]
        by_structure = _by_structure(choice, allowed, wanted)
        return np.array(list(dict.fromkeys([*best, *by_structure])), np.int64), by_words, by_meaning

    def _results(
        self,
        connection: Connection,
        catalogue: Catalogue,
        ranked: Sequence[tuple[int, float, tuple[str, ...], float | None]],
        today: date,
    ) -> list[Result]:
        keys = [int(catalogue.keys[row]) for row, *_ in ranked]
        statement = select(SearchDocument.service_key, SearchDocument.record).where(
            SearchDocument.service_key.in_(keys)
        )
        records = {row.service_key: row.record for row in connection.execute(statement)}
        results = []
        for key, (_, score, unsaid, miles) in zip(keys, ranked):
            if key in records:
                record = dict(records[key], distance_miles=None if miles is None else round(miles, 1))
                record["stale"] = is_stale(record["last_checked"], today)
                results.append(Result(key, record, score, unsaid))
        return results

    def _exists(
        self, connection: Connection, catalogue: Catalogue, wanted: Wanted, vector: np.ndarray | None, today: date
    ) -> bool:
        """Tell whether anything is about what is looked for, wherever, whenever and for whomever: often not, and then all is said."""
        bare = replace(
            wanted, place=None, within_miles=None, age=None, age_to=None, days=0, from_minute=None, to_minute=None,
            is_free=False, accessibility=(),
        )  # fmt: skip
        return bare == wanted or bool(self._ranked(connection, catalogue, bare, None, vector, today))

    def _looser(
        self,
        connection: Connection,
        catalogue: Catalogue,
        wanted: Wanted,
        place: Place | None,
        vector: np.ndarray | None,
        today: date,
    ) -> Looser | None:
        """Return the first condition, from the least to the most telling, without which something is found.

        What is looked for itself is never given up: another thing is not what was asked for.
        """
        set_conditions = [name for name in _CONDITIONS if name in wanted.conditions_in_words()]
        if not self._exists(connection, catalogue, wanted, vector, today):
            set_conditions = [name for name in set_conditions if name in {"kinds", "needs"}]
        for name in set_conditions:
            if name == "subject" or (name == "kinds" and not wanted.needs) or not _is_more_than(wanted, name):
                continue
            looser = wanted.without(name)
            there = place if looser.place else None
            same = _looked_for(looser) == _looked_for(wanted)
            ranked = self._ranked(connection, catalogue, looser, there, vector if same else self._vector(looser), today)
            if ranked:
                return Looser(name, looser, len(ranked))
        return None


def _is_more_than(wanted: Wanted, condition: str) -> bool:
    """Tell whether something else was asked for than one condition."""
    return len(wanted.conditions_in_words()) > 1 and condition in wanted.conditions_in_words()


_STATED_WEIGHT = {
    "needs": 1.5,
    "suitabilities": 1.0,
    "age": 0.4,
    "place": 0.3,
    "days": 0.8,
    "is_free": 0.5,
    "accessibility": 0.5,
    "kinds": 0.0,
}


@lru_cache(maxsize=1)
def directory() -> Directory:
    """Return the directory that the settings name, for this process."""
    from bot.settings import settings
    from bot.store.engine import open_engine

    return Directory(open_engine(settings().directory_url))


def is_stale(last_checked: str | None, today: date) -> bool:
    """Tell whether a record was last checked long ago, or nobody says when."""
    return last_checked is None or (today - date.fromisoformat(last_checked)).days > STALE_AFTER_DAYS


def _choose(catalogue: Catalogue, wanted: Wanted, place: Place | None, today: date) -> _Choice:
    """Return the rows that no condition excludes; for each condition that is set, which rows state that they meet it."""
    allowed = catalogue.shown_on(today)
    stated: dict[str, np.ndarray] = {}
    if wanted.needs:
        bits = term_mask("need", wanted.needs)
        stated["needs"] = (catalogue.needs & bits) == bits
        allowed &= stated["needs"] | (catalogue.needs == 0)
    if wanted.age is not None:
        oldest = wanted.age if wanted.age_to is None else wanted.age_to
        unstated = np.isnan(catalogue.minimum_age) & np.isnan(catalogue.maximum_age)
        stated["age"] = (
            ~unstated & ~(catalogue.minimum_age > oldest) & ~(_last_year(catalogue.maximum_age) <= wanted.age)
        )
        allowed &= stated["age"] | unstated
    if wanted.days or wanted.from_minute is not None or wanted.to_minute is not None:
        running, says = catalogue.running(wanted.days, wanted.from_minute, wanted.to_minute)
        stated["days"] = running
        allowed &= running | ~says
    if wanted.is_free:
        stated["is_free"] = catalogue.is_free == 1
        allowed &= catalogue.is_free != 0
    if wanted.accessibility:
        bits = term_mask("accessibility", wanted.accessibility)
        stated["accessibility"] = (catalogue.accessibility & bits) == bits
        allowed &= stated["accessibility"] | (catalogue.accessibility == 0)
    miles, within = None, wanted.within_miles or NEAR_MILES
    if place and place.latitude is not None and place.longitude is not None:
        if place.name == _CITY_AS_COUNTY and wanted.within_miles is None:
            within = CITY_AS_COUNTY_MILES
        miles = catalogue.miles_from(place.latitude, place.longitude)
        pointless = ~np.isfinite(miles)
        stated["place"] = (miles <= within) | (pointless & (catalogue.covers != NO_PLACE))
        allowed &= stated["place"] | pointless
    elif place and place.is_whole_county:
        stated["place"] = (catalogue.covers != NO_PLACE) & (catalogue.covers != BEYOND)
    if wanted.suitabilities:
        bits = term_mask("suitability", wanted.suitabilities)
        stated["suitabilities"] = (catalogue.suitabilities & bits) == bits
    kinds = term_mask("kind", wanted.kinds)
    return _Choice(allowed, stated, miles, within, place, (catalogue.kinds & kinds) != 0)


def _last_year(maximum: np.ndarray) -> np.ndarray:
    """Return the age at which a range ends: "to 18" holds until the nineteenth birthday; 0 and not stated stay apart."""
    last: np.ndarray = np.floor(maximum) + 1
    return last


def _is_about(wanted: Wanted, choice: _Choice, row: int, covered: float, nearness: float, has_subject: bool) -> bool:
    """Tell whether a service is about what was asked for, beside not being excluded."""
    kind = bool(wanted.kinds) and bool(choice.kind_fits[row])
    if wanted.suitabilities and not choice.stated["suitabilities"][row]:
        return False
    if has_subject:
        if wanted.kinds and not kind:
            return covered >= COVERED and nearness >= PARTLY_NEAR_IN_MEANING or covered >= 0.99
        return (
            covered >= COVERED
            or nearness >= NEAR_IN_MEANING
            or (covered >= PARTLY_COVERED and nearness >= PARTLY_NEAR_IN_MEANING)
        )
    if wanted.suitabilities:
        return True
    if wanted.kinds:
        return kind or nearness >= NEAR_IN_MEANING
    if wanted.needs:
        return bool(choice.stated["needs"][row])
    if wanted.weak and nearness >= NEAR_IN_MEANING:
        return True
    return any(bool(choice.stated[name][row]) for name in choice.stated if name != "age") or (
        "age" in choice.stated and bool(choice.stated["age"][row]) and not wanted.days
    )


def _by_structure(choice: _Choice, allowed: np.ndarray, wanted: Wanted) -> list[int]:
    """Return rows that the conditions alone speak for, those that state most and lie nearest first."""
    if wanted.subject:
        return []
    points = np.zeros(len(allowed), np.float32)
    if wanted.kinds:
        points += 2.0 * choice.kind_fits[allowed]
    for name, stated in choice.stated.items():
        points += _STATED_WEIGHT[name] * stated[allowed]
    if choice.miles is not None:
        points -= np.minimum(np.nan_to_num(choice.miles[allowed], posinf=choice.within), choice.within) / (
            choice.within * 4
        )
    if len(allowed) > _CANDIDATES:
        best = np.argpartition(-points, _CANDIDATES)[:_CANDIDATES]
        best = best[np.argsort(-points[best], kind="stable")]
    else:
        best = np.argsort(-points, kind="stable")
    return [int(row) for row in allowed[best[points[best] > 0]]]


def _text_groups(wanted: Wanted, catalogue: Catalogue) -> list[tuple[str, int]]:
    """Return the words to look for in the full text, each with the number of documents it is in; unknown ones are left out."""
    groups: dict[str, int] = {}
    for own in (*wanted.subject, *_ordering(wanted)):
        meant = meant_by(own, catalogue.words)
        if meant in catalogue.words:
            groups[_searchable(meant, wanted)] = catalogue.words[meant]
    return list(groups.items())


def _searchable(meant: str, wanted: Wanted) -> str:
    """Return the form of a word to give to the database's own stemmer: as written, unless it was misspelt."""
    return next((word for word in words_of(wanted.words) if stem(word) == meant), meant)


def _ordering(wanted: Wanted) -> list[str]:
    """Return the stems that help to order: weak words, and those by which needs and kinds were said."""
    written = {stem(word) for word in words_of(wanted.words)}
    named = [stem(word) for term in (*wanted.needs, *wanted.kinds) for word in words_of(term)]
    return list(dict.fromkeys([*wanted.weak, *(own for own in named if own in written)]))


def _looked_for(wanted: Wanted) -> str:
    """Return the text whose meaning is compared: the subject and kinds, or else the needs."""
    kinds = [kind.replace("-", " ") for kind in wanted.kinds]
    if wanted.text:
        return " ".join([wanted.text, *kinds])
    return " ".join([*(need.replace("-", " ") for need in wanted.needs), *kinds, *wanted.weak])


def _share(telling: dict[str, float], own: frozenset[str]) -> float:
    """Return the share of what the words tell that a text's stems cover, 0 to 1."""
    total = sum(telling.values())
    return sum(weight for word, weight in telling.items() if word in own) / total if total else 0.0


@lru_cache(maxsize=20_000)
def _stem_set(stems: str) -> frozenset[str]:
    return frozenset(stems.split())


def _stems_of(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[frozenset[str], frozenset[str]]]:
    from bot.directory.words import stems_of

    statement = select(SearchDocument.service_key, SearchDocument.title, SearchDocument.stems)
    found = connection.execute(statement.where(SearchDocument.service_key.in_(keys)))
    return {key: (stems_of(title), _stem_set(stems)) for key, title, stems in found}
