"""Reading when a session is: days of the week as bits, times of day as minutes."""

from __future__ import annotations

import re
from typing import Any

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (1 << day for day in range(7))
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS = MONDAY | TUESDAY | WEDNESDAY | THURSDAY | FRIDAY
WEEKEND = SATURDAY | SUNDAY
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*([ap])?\.?(?:m\.?)?(?:Z|[+-]\d{2}:?\d{2})?", re.I)


def days_of(byday: Any) -> int | None:
    """Return the days named in "TH,FR", "Monday", ["MO", "WE"] or "1MO" (first Monday of the month), or None."""
    parts = byday if isinstance(byday, list) else re.split(r"[,;&/\s]+", byday) if isinstance(byday, str) else []
    found = 0
    for part in parts:
        letters = re.sub(r"[^a-z]", "", str(part).lower())
        if letters in ("weekdays", "weekday"):
            found |= WEEKDAYS
        elif letters in ("weekends", "weekend"):
            found |= WEEKEND
        elif len(letters) >= 2:
            found |= sum(
                1 << day
                for day, name in enumerate(DAY_NAMES)
                if name.lower().startswith(letters.removesuffix("s") if len(letters) > 3 else letters)
            )
    return found or None


def minute_of(time: Any) -> int | None:
    """Return minutes after midnight for "10:00:00", "9.30am" or "17:00"; None for what is no time of day."""
    found = _TIME.fullmatch(time.strip()) if isinstance(time, str) else None
    if not found or (found[2] is None and found[3] is None):
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return hour * 60 + minute if hour < 25 and minute < 60 and hour * 60 + minute <= 1440 else None
