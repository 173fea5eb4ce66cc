"""Searches that found nothing, counted by week, need, age band and place: evidence for commissioners, and of nobody.

No words of a search are kept, no conversation, and no time finer than a week. A report leaves out every group smaller than
the least size and rounds the rest, so that no small number can be had from the difference of two others.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import Date, Delete, String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.directory.records.models import Base
from bot.directory.records.store import directory_engine
from bot.directory.records.taxonomy import our_taxonomy
from bot.directory.search.directory import Found
from bot.settings import settings

log = logging.getLogger(__name__)

# The first and last year of each band; the last band is open.
AGE_BANDS = ((0, 4), (5, 10), (11, 15), (16, 18), (19, 25), (26, None))
NOT_SAID = ""
_LONGEST_PLACE = 80
_MOST_REMEMBERED = 50_000


class Gap(Base):
    """How often a search with these conditions found nothing in the week that began on `week`, a Monday.

    `needs` are the ids of our taxonomy, sorted and joined by "+"; an empty text is "not said".
    """

    __tablename__ = "gap"
    week: Mapped[date] = mapped_column(Date, primary_key=True)
    needs: Mapped[str] = mapped_column(String(200), primary_key=True)
    age_band: Mapped[str] = mapped_column(String(10), primary_key=True)
    place: Mapped[str] = mapped_column(String(_LONGEST_PLACE), primary_key=True)
    searches: Mapped[int]


@dataclass(frozen=True)
class Line:
    """A line of the report: a group and about how many searches of it found nothing; None where it is too small."""

    need: str | None
    age_band: str | None
    place: str | None
    searches: int | None


@dataclass(frozen=True)
class Report:
    """The gaps of some weeks: all together, by each condition alone and by the three together."""

    first_week: date
    last_week: date
    least: int
    total: int | None
    by_need: tuple[Line, ...]
    by_age_band: tuple[Line, ...]
    by_place: tuple[Line, ...]
    together: tuple[Line, ...]


class Gaps:
    """Counts searches that found nothing."""

    def __init__(self, engine: Engine, keep_weeks: int, failed: Callable[[], None] = lambda: None) -> None:
        """Count in the directory's store, and keep counts `keep_weeks` weeks; `failed` is told of a count that was lost."""
        self._engine = engine
        self._keep_weeks = keep_weeks
        self._failed = failed
        self._salt = secrets.token_bytes(16)
        self._counted: set[bytes] = set()
        self._counted_week: date | None = None
        self._lock = threading.Lock()

    def note(self, found: Found, asker: str | None = None) -> bool:
        """Count a search if it found nothing in the county, and tell whether it was counted; see `record`."""
        if found.total or found.is_outside:
            return False
        return self.record(found.wanted.needs, found.wanted.age, found.wanted.place, asker)

    def record(
        self,
        needs: Iterable[str] = (),
        age: float | None = None,
        place: str | None = None,
        asker: str | None = None,
        today: date | None = None,
    ) -> bool:
        """Count a search that found nothing, and tell whether it was counted. A store that fails loses the count only.

        `needs` are ids of our taxonomy (others are dropped), `age` is in years, `place` is a place's name as our own list
        of places has it, never what somebody typed. `asker` (a conversation) is not kept: it is only remembered, hashed,
        until the week ends or the process stops, so that one family asking twice counts once.
        """
        week = week_of(today or date.today())
        known = {term.id for term in our_taxonomy().of_facet("need")}
        needs_text = "+".join(sorted(set(needs) & known))
        row = {"week": week, "needs": needs_text, "age_band": age_band(age), "place": coarse_place(place)}
        if asker is not None and not self._is_first(week, asker, row):
            return False
        insert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        statement = insert(Gap).values(**row, searches=1)
        statement = statement.on_conflict_do_update(
            index_elements=[Gap.week, Gap.needs, Gap.age_band, Gap.place], set_={"searches": Gap.searches + 1}
        )
        try:
            with self._engine.begin() as connection:
                connection.execute(statement)
                connection.execute(_older_than(week, self._keep_weeks))
        except SQLAlchemyError as error:
            log.error("a search that found nothing was not counted: %s", type(error).__name__)
            self._failed()
            return False
        return True

    def delete_old(self, today: date | None = None) -> dict[str, int]:
        """Delete counts past their time; return how many, for retention. Raises SQLAlchemyError."""
        with self._engine.begin() as connection:
            return {"gap": connection.execute(_older_than(week_of(today or date.today()), self._keep_weeks)).rowcount}

    def _is_first(self, week: date, asker: str, row: dict[str, object]) -> bool:
        said = "\0".join([asker, *map(str, row.values())]).encode()
        mark = hashlib.blake2b(said, key=self._salt, digest_size=12).digest()
        with self._lock:
            if week != self._counted_week or len(self._counted) >= _MOST_REMEMBERED:
                self._counted, self._counted_week = set(), week
            first = mark not in self._counted
            self._counted.add(mark)
        return first


@lru_cache(maxsize=1)
def gaps() -> Gaps:
    """Return the counting of gaps that the settings name, for this process."""
    return Gaps(directory_engine(), settings().gaps_weeks)


def _older_than(week: date, keep_weeks: int) -> Delete:
    return delete(Gap).where(Gap.week < week - timedelta(weeks=keep_weeks))


def report(engine: Engine, least: int, weeks: int = 52, today: date | None = None) -> Report:
    """Return the report of the last `weeks` whole weeks, today's not among them, with groups of `least` and more.

    A number is rounded to the nearest multiple of `least`. Raises ValueError for a `least` below 3 or `weeks` below 1 and
    SQLAlchemyError where the store cannot be read.
    """
    if least < 3 or weeks < 1:
        raise ValueError("the least group is 3, the shortest time a week")
    after = week_of(today or date.today())
    first = after - timedelta(weeks=weeks)
    with Session(engine) as session:
        rows = list(session.scalars(select(Gap).where(Gap.week >= first, Gap.week < after)))
    counts: Counter[tuple[str | None, str | None, str | None]] = Counter()
    for row in rows:
        # Two needs are asked for together; each of them is lacking.
        for need in row.needs.split("+"):
            counts[need, None, None] += row.searches
            counts[need, row.age_band, row.place] += row.searches
        counts[None, row.age_band, None] += row.searches
        counts[None, None, row.place] += row.searches
    return Report(
        first,
        after - timedelta(days=1),
        least,
        _rounded(sum(row.searches for row in rows), least),
        _lines(counts, least, (True, False, False)),
        _lines(counts, least, (False, True, False)),
        _lines(counts, least, (False, False, True)),
        _lines(counts, least, (True, True, True)),
    )


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def age_band(age: float | None) -> str:
    """Return the band of an age in years, such as "5-10"; empty where the age was not said."""
    if age is None:
        return NOT_SAID
    low, high = next((low, high) for low, high in AGE_BANDS if high is None or age < high + 1)
    return f"{low}+" if high is None else f"{low}-{high}"


def coarse_place(place: str | None) -> str:
    """Return a place no finer than a town or a postcode's first half, since fifteen homes share a whole postcode."""
    if not place:
        return NOT_SAID
    outward, _, inward = place.strip().rpartition(" ")
    is_postcode = len(inward) == 3 and inward[:1].isdigit() and inward[1:].isalpha() and any(map(str.isdigit, outward))
    return (outward if is_postcode else place.strip())[:_LONGEST_PLACE]


def _lines(
    counts: Counter[tuple[str | None, str | None, str | None]], least: int, shape: tuple[bool, ...]
) -> tuple[Line, ...]:
    """Return the groups of one shape, largest first; those too small are left out, not shown as a small number."""
    groups = [(key, count) for key, count in counts.items() if tuple(part is not None for part in key) == shape]
    shown = [Line(*key, rounded) for key, count in groups if (rounded := _rounded(count, least)) is not None]
    return tuple(sorted(shown, key=lambda line: (-(line.searches or 0), str(line))))


def _rounded(count: int, least: int) -> int | None:
    """Return the nearest multiple of `least`, or None for fewer than `least`."""
    return None if count < least else (count + least // 2) // least * least
