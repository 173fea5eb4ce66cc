"""Dates and times as people here read them."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/London")


def month_in_words(year_month: str) -> str:
    """Return "2024-04" as "April 2024"; a year alone stays."""
    year, _, month = year_month.partition("-")
    return f"{calendar.month_name[int(month)]} {year}" if month else year


def day_in_words(day: date) -> str:
    """Return 2024-04-05 as "5 April 2024"."""
    return f"{day.day} {month_in_words(f'{day.year}-{day.month:02}')}"


def moment_in_words(moment: datetime) -> str:
    """Return a time as people here read it: "25 November 2026, 3:05 pm"."""
    local = moment.astimezone(LOCAL)
    return f"{local.day} {local:%B %Y}, {time_in_words(local.time())}"


def time_in_words(at: time) -> str:
    """Return 15:05 as "3:05 pm"."""
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"
