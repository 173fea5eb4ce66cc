"""Ages in a request: years, months, spans, school years and words like "toddler"."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.directory.search.words import cut, search_words, words_of
from bot.reading.vocabulary import load_vocabulary

OLDEST = 30
_NO_AGE_AFTER = (
    r"(?!\s*(?:%|miles?|mins?|minutes?|hours?|hrs?|days?|weeks?\s+(?:ago|wait)|pm|am|o'?clock|times|people|kids|children|other|"
    r"of\s+us|years?\s+ago|years?\s+(?:on|wait)|sessions?|services?|more|different|problems?|:|\.\d|pounds?|quid|kg|kilos?|stone|/|-\s*\d))"
)
_UNIT = r"(?:[\s-]*(?P<unit>years?|yrs?|yr|y\.?o|yo|months?|mths?|mos?|weeks?|wks?)\b(?:[\s-]*(?:olds?\b|of\s+age))?)"
_NUMBER = r"(?P<number>\d{1,2}|{words})"
# School years in England: a child in year 1 is 5 or 6.
_SCHOOL_YEAR = re.compile(r"\b(?:year|yr)\s?(\d{1,2})\b(?!\s*(?:old|check|olds))", re.IGNORECASE)
_A_WAIT = re.compile(r"\b(?:wait\w*|after|last|past|took|been)(?:\s+(?:for|over|about|nearly|almost))?\s*$", re.I)
_LONGEST_WAIT = 60  # letters before an age in which it may be said to be a wait: "waited for nearly"
_PHRASE_BANDS = (
    (re.compile(r"\bpre[- ]school\b", re.I), (2, 4)),
    (re.compile(r"\bprimary(?:[- ]school)?[- ]age\w*\b|\bat primary\b", re.I), (4, 11)),
    (re.compile(r"\bsecondary(?:[- ]school)?[- ]age\w*\b|\bat secondary\b|\bat comp\b", re.I), (11, 16)),
    (re.compile(r"\byoung adults?\b", re.I), (16, 25)),
)
_NOT_ADULTS = re.compile(
    r"\b(?:move|moving|transition|transfer|turn\w*)\s+(?:in)?to\s+adult|\badult\s+(?:services?|care|social)", re.I
)


def take_age(text: str) -> tuple[str, float | None, float | None]:
    """Return the text without its age, and the age (and the end of a span) in years."""
    school = _SCHOOL_YEAR.search(text)
    if school and int(school[1]) <= 13:
        return cut(text, school), int(school[1]) + 4.0, int(school[1]) + 5.0
    for pattern in _age_patterns():
        for match in pattern.finditer(text):
            if _A_WAIT.search(text, max(0, match.start() - _LONGEST_WAIT), match.start()) and not re.search(
                r"old|\byo\b", match[0], re.I
            ):
                continue
            low, high = _years(match)
            if low is not None and 0 <= low <= OLDEST:
                return cut(text, match), low, high
    for pattern, (first, last) in _PHRASE_BANDS:
        found = pattern.search(text)
        if found:
            return cut(text, found), float(first), float(last)
    adults_too = not _NOT_ADULTS.search(text)
    bands = search_words().ages
    for word in words_of(text):
        if word in bands and (adults_too or not word.startswith("adult")):
            return text, *bands[word]
    return text, None, None


@lru_cache(maxsize=1)
def _age_patterns() -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted(load_vocabulary().number_words, key=len, reverse=True))
    number = _NUMBER.replace("{words}", names)
    cue = (
        r"(?:aged?|is|he's|she's|hes|shes|they're|i'm|im|i am|turned|turning|turns|nearly|almost|just|now"
        r"|\w+'s|ds|dd|son|daughter|lad|lass|boy|girl|only)"
    )
    return (
        re.compile(rf"\bunder[- ]?\s*(?P<under>\d{{1,2}}|{names})s?\b(?:\s*(?:years?|yrs?))?", re.I),
        re.compile(
            r"\b(?P<low>\d{1,2})\s*(?:-|to|–|and)\s*(?P<high>\d{1,2})(?:[\s-]*(?:years?|yrs?|yo)\b(?:[\s-]*olds?)?)",
            re.I,
        ),
        re.compile(r"\bages?d?\s+(?P<low>\d{1,2})\s*(?:-|to|–|and)\s*(?P<high>\d{1,2})\b", re.I),
        re.compile(r"\b(?:over|above)\s+(?P<over>\d{1,2})s\b", re.I),
        re.compile(rf"\b{number}{_UNIT}", re.I),
        re.compile(rf"\b{cue}\s+{number}\b{_NO_AGE_AFTER}", re.I),
        re.compile(rf"\b(?:lad|lass|boy|girl|child|bairn|son|daughter)\s+of\s+{number}\b{_NO_AGE_AFTER}", re.I),
    )


def _years(match: re.Match[str]) -> tuple[float | None, float | None]:
    parts = match.groupdict()
    if parts.get("under"):
        under = _number(parts["under"])
        return (0.0, float(under - 1)) if under else (None, None)
    if parts.get("low"):
        low, high = float(parts["low"]), float(parts["high"])
        return (low, high) if low <= high else (None, None)
    if parts.get("over"):
        return float(parts["over"]), float(OLDEST)
    number = _number(parts["number"])
    if number is None:
        return None, None
    unit = (parts.get("unit") or "").lower()
    if unit.startswith(("mo", "mth")):
        return float(number // 12), None
    if unit.startswith(("we", "wk")):
        old = re.search(r"olds?$|of\s+age$", match[0], re.I)
        return (float(number // 52), None) if old else (None, None)
    return float(number), None


def _number(written: str | None) -> int | None:
    if written is None:
        return None
    if written.isdigit():
        return int(written)
    numbers = load_vocabulary().number_words
    return numbers.index(written.lower()) + 1 if written.lower() in numbers else None
