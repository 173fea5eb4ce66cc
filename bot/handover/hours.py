"""When somebody at SENDIASS is there: `knowledge/opening-hours.yml` and the bank holidays of England.

The list of bank holidays comes with the package `govuk-bank-holidays`; nothing is asked of a network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from govuk_bank_holidays.bank_holidays import BankHolidays

from bot.guidance.dates import day_in_words
from bot.guidance.wording import wording
from bot.paths import KNOWLEDGE

HOURS_FILE = KNOWLEDGE / "opening-hours.yml"
HERE = ZoneInfo("Europe/London")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_CLOSED_DAYS = 60
_TIMES = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


class BadHours(ValueError):
    """The file of opening hours cannot be read; the message says which entry and what it should look like."""


@dataclass(frozen=True)
class OpeningHours:
    """The hours of each weekday (from, until) and further days that are closed. Times are this country's."""

    days: Mapping[str, tuple[time, time]]
    also_closed: frozenset[date]

    def is_open(self, at: datetime) -> bool:
        """Tell whether somebody is there at a moment (with its zone)."""
        here = at.astimezone(HERE)
        hours = self._of(here.date())
        return hours is not None and hours[0] <= here.time() < hours[1]

    def opens_next(self, at: datetime) -> datetime | None:
        """Return when somebody is there next after a moment, or None where that is more than two months away."""
        here = at.astimezone(HERE)
        for ahead in range(LONGEST_CLOSED_DAYS):
            day = here.date() + timedelta(days=ahead)
            hours = self._of(day)
            if hours and (opens := datetime.combine(day, hours[0], HERE)) > here:
                return opens
        return None

    def _of(self, day: date) -> tuple[time, time] | None:
        if day in self.also_closed or _is_bank_holiday(day):
            return None
        return self.days.get(WEEKDAYS[day.weekday()])


@lru_cache(maxsize=2)
def opening_hours(file: Path = HOURS_FILE) -> OpeningHours | None:
    """Return when SENDIASS answers, or None where nobody has supplied it; raise BadHours for what cannot be read."""
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["sendiass"]
    if content["days"] is None:
        return None
    closed = content.get("also_closed") or []
    wrong = [entry for entry in closed if not isinstance(entry, date)]
    if wrong:
        raise BadHours(f"{file.name}: also_closed holds {wrong[0]!r}; write a day as 2026-12-24")
    return OpeningHours({day: _times(file, day, text) for day, text in content["days"].items()}, frozenset(closed))


def when_somebody_is_there(at: datetime, hours: OpeningHours | None) -> str | None:
    """Return a sentence that tells a family when SENDIASS will see what it sent; None where that is not known."""
    if hours is None:
        return None
    if hours.is_open(at):
        return wording("hours.now")
    opens = hours.opens_next(at)
    if opens is None:
        return None
    weekday = WEEKDAYS[opens.weekday()].capitalize()
    return wording("hours.next", day=f"{weekday} {day_in_words(opens.date())}", time=f"{opens:%H:%M}")


def _times(file: Path, day: str, text: object) -> tuple[time, time]:
    found = _TIMES.fullmatch(str(text))
    try:
        if day not in WEEKDAYS or not found:
            raise ValueError
        start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
        if start >= end:
            raise ValueError
    except ValueError as error:
        raise BadHours(f'{file.name}: {day}: {text!r} should look like  monday: "09:00-16:30"') from error
    return start, end


@lru_cache(maxsize=1)
def _holidays() -> BankHolidays:
    return BankHolidays(locale="en", use_cached_holidays=True)


def _is_bank_holiday(day: date) -> bool:
    return bool(_holidays().is_holiday(day, division=BankHolidays.ENGLAND_AND_WALES))
