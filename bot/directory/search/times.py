"""Days and times of day in a request, and how they are said again."""

from __future__ import annotations

import re

from bot.directory.search.words import cut, words_of
from bot.guidance.wording import wording

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS, WEEKEND = 31, 96
_DAY_WORDS = {
    **{day.lower(): 1 << number for number, day in enumerate(DAYS)},
    **{f"{day.lower()}s": 1 << number for number, day in enumerate(DAYS)},
    "weekend": WEEKEND, "weekends": WEEKEND, "weekday": WEEKDAYS, "weekdays": WEEKDAYS,
}  # fmt: skip
_SHORT_DAYS = re.compile(
    r"\b(?:on|every|this|next)\s+(mon|tues?|wed|thurs?|fri|sat|sun)\b"
    r"|\b(mon|tues?|wed|thurs?|fri|sat|sun)\s+(?:morning|afternoon|night|evening|am|pm)",
    re.I,
)
_PARTS = (
    (re.compile(r"\bmornings?\b", re.I), (0, 12 * 60)),
    (re.compile(r"\bafter[- ]school\b(?!\s+club)", re.I), (15 * 60, 18 * 60)),
    (re.compile(r"\bafternoons?\b|\bafter dinner\b", re.I), (12 * 60, 17 * 60)),
    (re.compile(r"\bevenings?\b|\bafter (?:work|tea)\b|\bat night\b", re.I), (17 * 60, 24 * 60)),
)
_CLOCK = re.compile(r"\b(after|from|before|by|at|around)\s+(\d{1,2})(?::(\d\d))?\s*(am|pm|o'?clock)?(?=\W|$)", re.I)


def take_days(text: str) -> tuple[str, int]:
    """Return the text without its short days, and the days it names as a sum of bits (Monday 1 ... Sunday 64)."""
    days = 0
    for word in words_of(text):
        days |= _DAY_WORDS.get(word, 0)
    for match in _SHORT_DAYS.finditer(text):
        short = (match[1] or match[2]).lower()[:3]
        days |= next(bit for day, bit in _DAY_WORDS.items() if day.startswith(short))
    return _SHORT_DAYS.sub(lambda match: match[0].split()[-1] if match[2] else " , ", text), days


def take_time(text: str) -> tuple[str, int | None, int | None]:
    """Return the text without its time of day, and from when and to when, in minutes after midnight."""
    for match in _CLOCK.finditer(text):
        hour, minute, half = int(match[2]), int(match[3] or 0), (match[4] or "").lower()
        if hour > 23 or (not half and match[1].lower() in {"at", "around", "by", "from"}):
            continue
        if half == "pm" and hour < 12 or (half != "am" and 1 <= hour <= 7):
            hour += 12
        at = hour * 60 + minute
        rest = cut(text, match)
        word = match[1].lower()
        return (
            (rest, None, at)
            if word in {"before", "by"}
            else (rest, at, None)
            if word in {"after", "from"}
            else (rest, at, at + 1)
        )
    for pattern, (start, end) in _PARTS:
        found = pattern.search(text)
        if found:
            return cut(text, found), start, end
    return text, None, None


def days_in_words(days: int) -> str:
    """Return days for people: "the weekend", or "Monday or Friday"."""
    if days == WEEKEND:
        return wording("directory_search.weekend")
    if days == WEEKDAYS:
        return wording("directory_search.weekdays")
    return " or ".join(day for number, day in enumerate(DAYS) if days & (1 << number))


def time_in_words(start: int | None, end: int | None) -> str:
    """Return a time of day for people: "after 5 pm"."""

    def clock(minute: int) -> str:
        hour, rest = divmod(minute, 60)
        shown = f"{(hour - 1) % 12 + 1}" + (f":{rest:02}" if rest else "")
        return f"{shown} {'am' if hour < 12 or hour == 24 else 'pm'}"

    if start is not None and end == start + 1:
        return wording("directory_search.time_at", time=clock(start))
    if not start:
        return wording("directory_search.time_before", time=clock(end or 0))
    if end is None or end == 24 * 60:
        return wording("directory_search.time_after", time=clock(start))
    return wording("directory_search.time_between", start=clock(start), end=clock(end))
