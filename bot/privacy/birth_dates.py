"""Dates of birth, told from the dates of plans, letters and appointments, which an answer may turn on."""

from __future__ import annotations

import re

from bot.privacy.found import Found, found
from bot.privacy.one_form import MONTHS

BIRTH = "date of birth"

_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_SEP = r"\s?[/.-]\s?"
_FULL_DATE = re.compile(
    r"(?<![\w£$€])(?<!\d[./-])(?:"
    rf"(?P<day>\d{{1,2}}){_SEP}(?P<month>\d{{1,2}}){_SEP}(?P<year>(?:19|20)\d\d)"
    r"|(?P<day2>\d{1,2})/(?P<month2>\d{1,2})/(?P<year2>\d\d)"
    r"|(?P<year3>(?:19|20)\d\d)[/.-](?P<month3>\d\d)[/.-](?P<day3>\d\d)"
    rf"|{_DAY}[\s-]{{1,2}}(?:of\s)?{MONTHS}[,\s-]{{1,2}}(?P<year4>(?:19|20)\d\d)"
    rf"|{MONTHS}\s{{1,2}}{_DAY},?\s{{1,2}}(?P<year5>(?:19|20)\d\d)"
    r")(?![\d/]|[.-]\d)",
    re.I,
)
_BIRTH_WORD = r"(?:\bd\.?\s?o\.?\s?b\b\.?|\bdate\s+of\s+birth\b|\bbirth\s?(?:date|day)\b|\bb-?day\b|\bborn\b|\bborned\b|\bb\.(?!\w*@))"
_BIRTH_NEAR = re.compile(_BIRTH_WORD, re.I)
# What may stand between the word and the date: "dob is the", "born at home on", "born in".
_UP_TO_THE_DATE = r"(?:'?s\b)?[\s:=,.(-]{0,3}(?:(?:is|was|on|the|in|back|of|about|around)\b[\s:=,-]{0,3}){0,4}"
_BORN_SOMEWHERE = r"(?:\bborn\s(?:[a-z']{1,14}\s){1,4}?(?:on|in)|\bturn(?:ed|s)\s\d{1,2}\son)\s(?:the\s)?"
_NUMBER_SEP = r"(?:\s?[/.,-]\s?|\s)"
_DATE_THEN = (
    rf"(?P<at>\d{{1,2}}{_NUMBER_SEP}(?:0\s)?\d{{1,2}}{_NUMBER_SEP}(?:\d{{4}}|\d{{2}})"
    r"|(?:19|20)\d\d[/.-]\d{1,2}[/.-]\d{1,2}|\d{8}|\d{6}|\d{1,2}/\d{1,2}"
    rf"|{_DAY}[\s-]?(?:of\s)?{MONTHS}(?:[,\s-]{{1,2}}'?(?:\d{{4}}|\d{{2}}))?"
    rf"|{_DAY}\s(?:of\s)?(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)(?:[,\s-]{{1,2}}(?:of\s)?\d{{4}})?"
    rf"|{MONTHS}\s\d{{4}}"
    rf"|{MONTHS}\s(?:the\s)?{_DAY}(?:,?\s\d{{4}})?(?!\s*(?:weeks?|months?|days?|years?|hours?))"
    r"|(?:christmas|boxing|new\syear'?s|valentine'?s)\s(?:day|eve)(?:\s\d{4})?)(?![\w/]|[.-]\d)"
)
_AFTER_BIRTH_WORD = re.compile(rf"{_BIRTH_WORD}{_UP_TO_THE_DATE}{_DATE_THEN}", re.I)
_AFTER_BORN_SOMEWHERE = re.compile(_BORN_SOMEWHERE + _DATE_THEN, re.I)
_BEFORE_BIRTH_WORD = re.compile(
    rf"(?<![\w/.-]){_DATE_THEN}\s?(?:(?:is|was)\s)?(?:(?:his|her|my|their|the|when|he|she|they|was|were)\s){{0,3}}[(,]?\s?{_BIRTH_WORD}",
    re.I,
)
# A date beside one of these is the date of something that happened or will happen.
_EVENT_NEAR = re.compile(
    r"\b(?:review\w{0,3}|tribunal|hearing|meets?|meetings?|met|appointments?|assess\w{0,6}|issued?|letters?|plans?|ehcp?|since|"
    r"until|till|starts?|started|starting|terms?|dated|publish\w{0,3}|updated?|diagnos\w{0,4}|applied|application|appeal\w{0,3}|"
    r"decision|report|sent|asked|request\w{0,3}|referr\w{0,3}|weeks?|months?|within|after|before|ends?|ended|expires?|due|valid|"
    r"law|act|version|annual|holidays?|inspect\w{0,4}|ofsted|held|attend\w{0,4}|strategy|panel|deadline|moved?|complain\w{0,3}|"
    r"exclu\w{0,5}|suspen\w{0,5}|off|opens?|opened|closed?|came|come|visit\w{0,3}|rang|called|told|said|agreed|refused|"
    r"hear|heard|wait\w{0,3}|form|forms|school\syear|launch\w{0,2}|consult\w{0,6}|course|training|session|event|trip)\b",
    re.I,
)
# Before the date of an event; what somebody was born "on" stands after a word of birth.
_WHEN_BEFORE = re.compile(
    r"\b(?:by|on|since|until|till|from|before|after|of|in|to|for|at|around|between|during|dated|and|was|were|be)\s(?:the\s)?$",
    re.I,
)
_GOES_ON_TO = re.compile(r"\s?(?:to|until|till|and|through|-)\s?(?:the\s)?\d", re.I)
_NEAR = 40
_JUST_BEFORE = 16


def find_dates(text: str, this_year: int) -> tuple[list[Found], list[Found]]:
    """Find dates of birth in the figures form of a text, and other full dates: digits of these are no other number."""
    births = [
        found(match, BIRTH, "at")
        for pattern in (_AFTER_BIRTH_WORD, _AFTER_BORN_SOMEWHERE, _BEFORE_BIRTH_WORD)
        for match in pattern.finditer(text)
    ]
    others = []
    for match in _FULL_DATE.finditer(text):
        if _is_of_birth(text, match, this_year):
            births.append(found(match, BIRTH))
        elif _is_day(match):
            others.append(found(match, "date"))
    return births, others


def _is_of_birth(text: str, match: re.Match[str], this_year: int) -> bool:
    around = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
    if _BIRTH_NEAR.search(around):
        return True
    if not _is_day(match) or _year(match) > this_year or _EVENT_NEAR.search(around):
        return False
    if _GOES_ON_TO.match(text, match.end()):
        return False
    return not _WHEN_BEFORE.search(text[max(0, match.start() - _JUST_BEFORE) : match.start()])


def _year(match: re.Match[str]) -> int:
    """Return the year of a date; 0 where it has two figures."""
    return next((int(match[name]) for name in ("year", "year3", "year4", "year5") if match[name]), 0)


def _is_day(match: re.Match[str]) -> bool:
    """Tell whether the figures of a date can be a day and a month, either first."""
    month, day = match["month"] or match["month2"] or match["month3"], match["day"] or match["day2"] or match["day3"]
    if not (month and day):
        return True
    low, high = sorted((int(month), int(day)))
    return 1 <= low <= 12 and 1 <= high <= 31
