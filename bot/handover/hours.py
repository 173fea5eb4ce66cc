"""When somebody at SENDIASS is there: `knowledge/opening-hours.yml` and the bank holidays of England.

The list of bank holidays comes with the package `govuk-bank-holidays`; nothing is asked of a network. Of days after its
last one nothing is said.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.guidance.dates import LOCAL, day_in_words, time_in_words
from bot.guidance.wording import wording
from bot.paths import KNOWLEDGE

log = logging.getLogger(__name__)

HOURS_FILE = KNOWLEDGE / "opening-hours.yml"
SERVICE = "sendiass"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_CLOSED_DAYS = 60
_TIMES = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


class BadHours(ValueError):
    """The file of opening hours cannot be read; `entry` is the key that is wrong, the message what it should look like."""

    def __init__(self, entry: str, message: str) -> None:
        super().__init__(message)
        self.entry = entry


@dataclass(frozen=True)
class OpeningHours:
    """The hours of each weekday (from, until) and further days that are closed. Times are this country's."""

    days: Mapping[str, tuple[time, time]]
    also_closed: frozenset[date]

    def on(self, day: date) -> tuple[time, time] | None:
        """Return from when until when somebody is there on a day, or None where nobody is or it is not known."""
        if day in self.also_closed or day in bank_holidays() or day > max(bank_holidays()):
            return None
        return self.days.get(WEEKDAYS[day.weekday()])

    def opens_next(self, at: datetime) -> datetime | None:
        """Return when somebody is there next after a moment, or None where that is not known or over two months away."""
        here = at.astimezone(LOCAL)
        for ahead in range(LONGEST_CLOSED_DAYS):
            day = here.date() + timedelta(days=ahead)
            hours = self.on(day)
            if hours and (opens := datetime.combine(day, hours[0], LOCAL)) > here:
                return opens
        return None


def when_somebody_is_there() -> str | None:
    """Return a sentence for a family that says when SENDIASS is open, or is next.

    None where the council has not filled in the hours, or nobody can tell. Hours that cannot be read are an operator's
    business (`python -m bot check`), not a family's: nothing is said then.
    """
    try:
        hours = opening_hours(HOURS_FILE)
    except (BadHours, OSError) as error:
        log.error("the opening hours cannot be read: %s", error)
        return None
    return _sentence(hours, now().astimezone(LOCAL)) if hours else None


def _sentence(hours: OpeningHours, here: datetime) -> str | None:
    today = hours.on(here.date())
    if today and today[0] <= here.time() < today[1]:
        return wording("hours.now", until=time_in_words(today[1]))
    opens = hours.opens_next(here)
    if opens is None:
        return None
    if opens.date() == here.date():
        return wording("hours.today", opens=time_in_words(opens.time()))
    day = f"{opens:%A} {day_in_words(opens.date())}"
    return wording("hours.next", day=day, opens=time_in_words(opens.time()))


@lru_cache(maxsize=2)
def opening_hours(file: Path) -> OpeningHours | None:
    """Return when SENDIASS answers, or None where nobody has filled it in; raise BadHours for what cannot be read."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BadHours("", "this is not YAML: compare it with the lines at its top") from error
    if not isinstance(content, dict) or not isinstance(content.get(SERVICE), dict):
        raise BadHours("", f"there is no {SERVICE}: with days and also_closed below it")
    days, closed = content[SERVICE].get("days"), content[SERVICE].get("also_closed")
    if days is None:
        return None
    if not isinstance(days, dict):
        raise BadHours("days", 'days should hold a line for each day, such as  monday: "09:00-16:30"')
    return OpeningHours({day: _times(day, text) for day, text in days.items()}, _days(closed))


def _times(day: Any, text: Any) -> tuple[time, time]:
    found = _TIMES.fullmatch(str(text))
    try:
        if day not in WEEKDAYS or not found:
            raise ValueError
        start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
        if start >= end:
            raise ValueError
    except ValueError as error:
        raise BadHours(str(day), f'{day}: {text!r} should look like  monday: "09:00-16:30"') from error
    return start, end


def _days(closed: Any) -> frozenset[date]:
    entries = closed if isinstance(closed, list) else [] if closed is None else [closed]
    wrong = [entry for entry in entries if type(entry) is not date]
    if wrong or not isinstance(closed, list | None):
        raise BadHours(
            "also_closed", f"also_closed holds {(wrong or entries)[0]!s}: list days as [2026-12-24, 2026-12-31]"
        )
    return frozenset(entries)


@lru_cache(maxsize=1)
def bank_holidays() -> frozenset[date]:
    """Return the bank holidays of England that are known."""
    from govuk_bank_holidays.bank_holidays import BankHolidays  # only where the hours are filled in

    listed = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return frozenset(holiday["date"] for holiday in listed)


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
