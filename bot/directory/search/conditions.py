"""Testing a request's conditions on the catalogue: which services none of them excludes, and which state that they meet them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date

import numpy as np

from bot.directory.records.places import Place
from bot.directory.search.catalogue import BEYOND, NO_PLACE, Catalogue
from bot.directory.search.documents import term_mask
from bot.directory.search.wanted import Wanted

NEAR_MILES = 10.0
CITY_AS_COUNTY_MILES = 25.0
# A place that parents say for the county as often as for the city.
_CITY_AS_COUNTY = "Durham"
# What states the condition, and what it does not exclude.
_Tested = tuple[np.ndarray, np.ndarray | None]


@dataclass(frozen=True)
class Choice:
    """The rows that no condition excludes; for each condition that is set, which rows state that they meet it.

    `miles` is each row's distance to the place asked about, infinity where it has no point; None without a place.
    """

    allowed: np.ndarray
    stated: dict[str, np.ndarray]
    kind_fits: np.ndarray
    miles: np.ndarray | None = None
    within: float = NEAR_MILES

    def miles_of(self, row: int) -> float | None:
        """Return the distance of a row in miles, or None where it has none."""
        return None if self.miles is None or not np.isfinite(self.miles[row]) else float(self.miles[row])


class Conditions:
    """Tests the conditions of a request and of its looser forms, each only once."""

    def __init__(self, catalogue: Catalogue, today: date) -> None:
        self._catalogue = catalogue
        self._shown = catalogue.shown_on(today)
        self._tested: dict[Hashable, _Tested] = {}
        self._miles: dict[tuple[float, float], np.ndarray] = {}

    def choose(self, wanted: Wanted, place: Place | None) -> Choice:
        """Return what the conditions of `wanted` leave; `place` is the one that it names."""
        rows, allowed, stated = self._catalogue, self._shown.copy(), {}
        within = wanted.within_miles or NEAR_MILES
        if place and place.name == _CITY_AS_COUNTY and wanted.within_miles is None:
            within = CITY_AS_COUNTY_MILES
        tests: list[tuple[str, Hashable, Callable[[], _Tested]]] = []
        if wanted.needs:
            tests.append(("needs", wanted.needs, lambda: _has_all(rows.needs, "need", wanted.needs)))
        if wanted.age is not None:
            oldest = wanted.age if wanted.age_to is None else wanted.age_to
            tests.append(("age", (wanted.age, oldest), lambda: self._of_age(wanted.age or 0.0, oldest)))
        session = (wanted.days, wanted.from_minute, wanted.to_minute)
        if session != (0, None, None):
            tests.append(("days", session, lambda: self._running(*session)))
        if wanted.is_free:
            tests.append(("is_free", True, lambda: (rows.is_free == 1, rows.is_free != 0)))
        if wanted.accessibility:
            access = wanted.accessibility
            tests.append(("accessibility", access, lambda: _has_all(rows.accessibility, "accessibility", access)))
        if place and (place.point or place.is_whole_county):
            tests.append(("place", (place.name, within), lambda: self._near(place, within)))
        if wanted.suitabilities:
            suitable = wanted.suitabilities
            tests.append(
                ("suitabilities", suitable, lambda: (_has_all(rows.suitabilities, "suitability", suitable)[0], None))
            )
        for name, values, test in tests:
            if (name, values) not in self._tested:
                self._tested[name, values] = test()
            stated[name], permitted = self._tested[name, values]
            if permitted is not None:
                allowed &= permitted
        kinds = term_mask("kind", wanted.kinds)
        kind_fits = (rows.kinds & kinds) != 0 if kinds else np.zeros(len(rows), bool)
        miles = self._miles_from(place.point) if place and place.point else None
        return Choice(allowed, stated, kind_fits, miles, within)

    def _of_age(self, youngest: float, oldest: float) -> _Tested:
        low, high = self._catalogue.minimum_age, self._catalogue.maximum_age
        unstated = np.isnan(low) & np.isnan(high)
        # "To 18" holds until the nineteenth birthday. An end that is not stated compares as false.
        fits = ~unstated & ~(low > oldest) & ~(np.floor(high) + 1 <= youngest)
        return fits, fits | unstated

    def _running(self, days: int, start: int | None, end: int | None) -> _Tested:
        running, says = self._catalogue.running(days, start, end)
        return running, running | ~says

    def _near(self, place: Place, within: float) -> _Tested:
        covers = self._catalogue.covers
        if place.point is None:
            return (covers != NO_PLACE) & (covers != BEYOND), None
        miles = self._miles_from(place.point)
        pointless = ~np.isfinite(miles)
        near = (miles <= within) | (pointless & (covers != NO_PLACE))
        return near, near | pointless

    def _miles_from(self, point: tuple[float, float]) -> np.ndarray:
        if point not in self._miles:
            self._miles[point] = self._catalogue.miles_from(*point)
        return self._miles[point]


def _has_all(column: np.ndarray, facet: str, terms: tuple[str, ...]) -> _Tested:
    bits = term_mask(facet, terms)
    fits = (column & bits) == bits
    return fits, fits | (column == 0)
