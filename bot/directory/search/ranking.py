"""Ranking what the conditions leave: by words and by meaning, and only what is about what was asked for.

The rules and how the thresholds were measured are in docs/decisions/0010-directory-search.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
from sqlalchemy import Connection

from bot.directory.records.places import Place
from bot.directory.search.catalogue import Catalogue
from bot.directory.search.conditions import Choice, Conditions
from bot.directory.search.text_index import MOST, TextSearch, affordable, rarity
from bot.directory.search.wanted import Wanted
from bot.directory.search.words import meant_by, stem, words_of

COVERED = 0.6
PARTLY_COVERED = 0.3
NEAR_IN_MEANING = 0.50
PARTLY_NEAR_IN_MEANING = 0.38
_CANDIDATES = 40
_BY_MEANING = 40
_WITHIN_AT_MOST = 2_000
_RANK_OFFSET = 10.0
_UNRANKED = 1_000
_MANY = 4
_STATED_WEIGHT = {
    "needs": 1.5,
    "suitabilities": 1.0,
    "age": 0.4,
    "place": 0.3,
    "days": 0.8,
    "is_free": 0.5,
    "accessibility": 0.5,
}


@dataclass(frozen=True)
class Ranked:
    """The rows of the services that fit, best first, with their scores, and what the conditions left."""

    rows: np.ndarray
    scores: np.ndarray
    choice: Choice

    def __len__(self) -> int:
        return len(self.rows)

    def unsaid(self, row: int) -> tuple[str, ...]:
        """Return the conditions that a row says nothing about."""
        return tuple(name for name, stated in self.choice.stated.items() if not stated[row])


class Ranking:
    """Ranks a request and its looser forms; what they share is worked out once."""

    def __init__(
        self, connection: Connection, catalogue: Catalogue, today: date, encode: Callable[[str], np.ndarray | None]
    ) -> None:
        """`encode` returns the vector of a text, or None where there is no encoder."""
        self._catalogue = catalogue
        self._encode = encode
        self._text = TextSearch(connection)
        self._conditions = Conditions(catalogue, today)
        self._distances: dict[str, np.ndarray] = {}
        self._meant: dict[str, str] = {}

    def ranked(self, wanted: Wanted, place: Place | None) -> Ranked:
        """Return the services that fit; `place` is the one that `wanted` names."""
        choice = self._conditions.choose(wanted, place)
        looked_for = looked_for_in(wanted)
        vector = self._encode(looked_for) if looked_for else None
        rows, by_words, by_meaning = self._candidates(wanted, choice, looked_for, vector)
        if not len(rows):
            return Ranked(rows, np.zeros(0), choice)
        catalogue = self._catalogue
        stems = [self._meant_by(own) for own in wanted.subject]
        telling = rarity(stems, catalogue.words, len(catalogue))
        ordering = rarity(_ordering(wanted), catalogue.words, len(catalogue))
        near = catalogue.vectors.nearness(vector, rows) if vector is not None else np.zeros(len(rows), np.float32)
        covered = catalogue.stems.shares(telling, rows)
        about = _is_about(wanted, choice, rows, covered, near)
        if wanted.weak and not (stems or wanted.kinds or wanted.suitabilities or wanted.needs):
            about |= catalogue.stems.shares(dict.fromkeys(wanted.weak, 1.0), rows, in_title=True) > 0.999
        scores = (
            2.0 * covered
            + 1.5 * near.astype(np.float64)
            + 1.0 * catalogue.stems.shares({**telling, **ordering}, rows, in_title=True)
            + 0.5 * catalogue.stems.shares(ordering, rows)
            + 6.0 / (_RANK_OFFSET + _ranks(by_words, rows))
            + 4.0 / (_RANK_OFFSET + _ranks(by_meaning, rows))
            + 1.2 * choice.kind_fits[rows]
        )
        for name, stated in choice.stated.items():
            scores += _STATED_WEIGHT[name] * stated[rows]
        if choice.miles is not None:
            miles = choice.miles[rows].astype(np.float64)
            scores += np.where(np.isfinite(miles), 1 - miles / (choice.within + 1), 0.0)
        rows, scores = rows[about], scores[about]
        order = np.lexsort((rows, -scores))
        return Ranked(rows[order], scores[order], choice)

    def _candidates(
        self, wanted: Wanted, choice: Choice, looked_for: str, vector: np.ndarray | None
    ) -> tuple[np.ndarray, list[int], list[int]]:
        """Return the rows worth a closer look, and the rows best first by words and by meaning."""
        allowed = np.flatnonzero(choice.allowed)
        if not len(allowed):
            return allowed, [], []
        by_meaning: list[int] = []
        by_words = self._by_words(wanted, choice, allowed)
        if vector is not None:
            differing = partial(self._differing, looked_for, vector)
            by_meaning = self._catalogue.vectors.nearest(vector, allowed, _BY_MEANING, differing).tolist()
        fused: dict[int, float] = {}
        for ranked in (by_words, by_meaning):
            for rank, row in enumerate(ranked):
                fused[row] = fused.get(row, 0.0) + 1 / (_RANK_OFFSET + rank)
        best = sorted(fused, key=lambda row: -fused[row])[:_CANDIDATES]
        rows = np.array(list(dict.fromkeys([*best, *_by_structure(choice, allowed, wanted)])), np.int64)
        return rows, by_words, by_meaning

    def _by_words(self, wanted: Wanted, choice: Choice, allowed: np.ndarray) -> list[int]:
        """Return the allowed rows that the words find, best first: those with any rare word, or else with all common ones."""
        catalogue = self._catalogue
        meant = (self._meant_by(own) for own in (*wanted.subject, *_ordering(wanted)))
        words = {own: _searchable(own, wanted) for own in meant if own in catalogue.words}
        rare = affordable({own: catalogue.words[own] for own in words})
        if not rare:
            return catalogue.stems.having(list(words), choice.allowed, MOST).tolist() if words else []
        few = len(allowed) <= _WITHIN_AT_MOST and len(allowed) < len(catalogue)
        keys = self._text.keys([words[own] for own in rare], catalogue.keys[allowed] if few else None)
        rows = catalogue.rows_of(keys)
        found: list[int] = rows[choice.allowed[rows]][:MOST].tolist()
        return found

    def _meant_by(self, own: str) -> str:
        if own not in self._meant:
            self._meant[own] = meant_by(own, self._catalogue.words)
        return self._meant[own]

    def _differing(self, looked_for: str, vector: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return how many signs differ; for all rows at once, and once, where many are asked for."""
        vectors = self._catalogue.vectors
        if looked_for not in self._distances:
            if len(rows) * _MANY < len(self._catalogue):
                return vectors.differing(vector, rows)
            self._distances[looked_for] = vectors.differing(vector)
        distances: np.ndarray = self._distances[looked_for][rows]
        return distances


def looked_for_in(wanted: Wanted) -> str:
    """Return the text whose meaning is compared: the subject and kinds, or else the needs."""
    kinds = [kind.replace("-", " ") for kind in wanted.kinds]
    if wanted.text:
        return " ".join([wanted.text, *kinds])
    return " ".join([*(need.replace("-", " ") for need in wanted.needs), *kinds, *wanted.weak])


def _ranks(ranked: Sequence[int], rows: np.ndarray) -> np.ndarray:
    place = {row: rank for rank, row in enumerate(ranked)}
    return np.array([place.get(row, _UNRANKED) for row in rows.tolist()], np.float64)


def _is_about(wanted: Wanted, choice: Choice, rows: np.ndarray, covered: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Tell which services are about what was asked for, beside not being excluded."""
    about: np.ndarray
    if wanted.subject:
        is_covered, near_by_part = covered >= COVERED, near >= PARTLY_NEAR_IN_MEANING
        about = is_covered | (near >= NEAR_IN_MEANING) | ((covered >= PARTLY_COVERED) & near_by_part)
        if wanted.kinds:
            about = np.where(choice.kind_fits[rows], about, (is_covered & near_by_part) | (covered >= 0.99))
    elif wanted.suitabilities:
        about = np.ones(len(rows), bool)
    elif wanted.kinds:
        about = choice.kind_fits[rows] | (near >= NEAR_IN_MEANING)
    elif wanted.needs:
        about = choice.stated["needs"][rows]
    else:
        about = (near >= NEAR_IN_MEANING) & bool(wanted.weak)
        for name, stated in choice.stated.items():
            if name != "age" or not wanted.days:
                about |= stated[rows]
    if wanted.suitabilities:
        about &= choice.stated["suitabilities"][rows]
    return about


def _by_structure(choice: Choice, allowed: np.ndarray, wanted: Wanted) -> list[int]:
    """Return rows that the conditions alone speak for, those that state most and lie nearest first."""
    if wanted.subject:
        return []
    points = 2.0 * choice.kind_fits[allowed].astype(np.float32)
    for name, stated in choice.stated.items():
        points += np.float32(_STATED_WEIGHT[name]) * stated[allowed]
    if choice.miles is not None:
        points -= np.minimum(choice.miles[allowed], choice.within) / (choice.within * 4)
    if len(allowed) > _CANDIDATES:
        best = np.argpartition(-points, _CANDIDATES)[:_CANDIDATES]
        best = best[np.argsort(-points[best], kind="stable")]
    else:
        best = np.argsort(-points, kind="stable")
    return [int(row) for row in allowed[best[points[best] > 0]]]


def _searchable(meant: str, wanted: Wanted) -> str:
    """Return the form of a word to give to the database's own stemmer: as written, unless it was misspelt."""
    return next((word for word in words_of(wanted.words) if stem(word) == meant), meant)


def _ordering(wanted: Wanted) -> list[str]:
    """Return the stems that help to order: weak words, and those by which needs and kinds were said."""
    written = {stem(word) for word in words_of(wanted.words)}
    named = [stem(word) for term in (*wanted.needs, *wanted.kinds) for word in words_of(term)]
    return list(dict.fromkeys([*wanted.weak, *(own for own in named if own in written)]))
