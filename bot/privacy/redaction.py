"""Take personal details out of a message before it is sent on, stored or logged.

Removed: e-mail addresses, telephone numbers, NHS and National Insurance numbers, payment card numbers, dates of birth,
and a house number or a street with what belongs to it. A postcode by itself stays: it says where to look for help.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

Replacement = Callable[[re.Match[str]], str]

# Marks that are not seen: a number copied from an address book often carries them, and they must not hide it.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_JOINER_BETWEEN_LETTERS = re.compile("(?<=\\w)\u200d(?=\\w)")

_GAP = r"[\s.\-\u2010-\u2015]?"
_NOT_INSIDE = r"(?<![\w£$€])(?<!\d[.,/-])"
_NOT_GOING_ON = r"(?!\d|[.,/-]\d)"

_EMAIL = re.compile(
    r"[\w.+'-]{1,64}\s?(?:@|[(\[]at[)\]])\s?[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[^\W\d_]{2,24}"
    r"|[\w.+'-]{1,64}\s(?:@|at)\s[\w-]{1,63}(?:\s?dot\s?[a-z]{2,6}){1,2}\b"
    r"|[\w.+'-]{1,64}\sat\s(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|live|btinternet|aol|sky)\.(?:com|co\.uk)\b",
    re.I,
)
_CARD = re.compile(
    rf"(?<![\d£$€])(?<!\d[.,/-])(?:\d{{13,19}}|\d{{4}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{3}})?"
    rf"|\d{{4}}{_GAP}\d{{6}}{_GAP}\d{{4,5}}){_NOT_GOING_ON}"
)
_CARD_STARTS = ("2", "3", "4", "5", "6")
_NHS_NUMBER = re.compile(rf"(?<![\d£$€])(?<!\d[.,/-])\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{4}}{_NOT_GOING_ON}")
_NI_NUMBER = re.compile(
    rf"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:{_GAP}\d{{2}}){{3}}{_GAP}[A-D]\b", re.I
)
_PHONE = re.compile(
    r"(?<![\w£$€+])(?<!\d[.,/-])(?:"
    r"(?:\+|00)\s?44[\s.-]?(?:\(?0\)?)?(?:[\s().-]{0,2}\d){9,10}"  # from abroad
    r"|\+[1-9](?:[\s().-]{0,2}\d){8,13}"  # of another country
    r"|44\s?7\d{3}\s?\d{3}\s?\d{3}"
    r"|\(?0[1-9](?:[\s().\-\u2010-\u2015]{0,2}\d){8,9}"
    rf"|7\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{3}}"  # a mobile number without its 0
    r")(?!\d)"
)
_LOCAL_PHONE = re.compile(
    r"\b((?:ring|call|phone|text|tel|telephone|mobile|mob|landline|whatsapp)\b[\s:]*(?:(?:me|us|him|her|number|no|is|on|my|at)\b[\s.:]*){0,4})"
    r"(\d{3}[ -]?\d{3,4})(?![\d\w])",
    re.I,
)

_POSTCODE = r"(?i:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b)"
_ANY_POSTCODE = re.compile(rf"\b{_POSTCODE}")
# Words that cannot be part of an address: what stands before them is a count, an age or a time.
_ORDINARY = (
    "in|near|at|on|of|for|an?|and|or|to|with|from|by|around|about|is|are|was|were|has|have|had|lives?|living|down|up|off|"
    "along|across|over|under|that|this|my|our|his|her|their|its|your|we|he|she|they|it|not|no|year|years|yr|yrs|yo|old|"
    "months?|weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|miles?|km|kids?|children|child|boys?|girls?|sons?|daughters?|"
    "people|pupils?|students?|schools?|times|sessions?|groups?|places|long|different|other|more|less|half|per|nights?|am|pm|"
    "bus|buses|who|which|what|when|where|if|can|do|does|need|needs|close|way"
)
_NAME_WORD = rf"(?!(?i:{_ORDINARY})\b)[^\W\d_][\w'’.-]{{0,24}}"
_HOUSE = r"(?i:(?:flat|apartment|unit)\s+\d{1,4}[a-z]?,?\s+)?(?<![\w£$€./-])\d{1,4}(?i:[a-z])?"
_CLEAR_STREET = r"(?i:street|road|avenue|lane|terrace|crescent|drive|(?:st|rd|ave|ln|tce|cres)\b\.?(?!\w))(?!\w)"
_OTHER_STREET = "Close|Court|Gardens|Grove|Place|Square|Way|View|Walk|Park|Green|Row|Mews|Hill|Rise|Villas|Cottages|Bank|Garth|Mount"
_TOWN = rf"(?:,?\s+{_NAME_WORD}){{0,4}}?,?\s+{_POSTCODE}"
_STREET_AT = (
    rf"(?:(?:{_NAME_WORD}\s+){{1,3}}?{_CLEAR_STREET}"
    rf"|(?:[A-Z][\w'’-]{{1,24}}\s+){{1,3}}?(?:{_OTHER_STREET})\b)"
)
_ADDRESS = re.compile(rf"{_HOUSE},?\s+{_STREET_AT}(?:{_TOWN})?")
_HOME = re.compile(
    rf"\b((?i:liv(?:e|es|ed|ing)|stay(?:s|ing)?|moved?|address)\s+(?:(?:is|are|at|in|on|to|number|no\.?)\s+){{0,3}})"
    rf"{_HOUSE},?\s+(?:{_NAME_WORD}\s+){{1,3}}?(?i:{_OTHER_STREET})\b(?:{_TOWN})?"
)
_STREET_WITH_POSTCODE = re.compile(rf"\b(?:[A-Z][\w'’-]{{1,24}}\s+){{1,3}}?{_CLEAR_STREET}{_TOWN}")
_HOUSE_WITH_POSTCODE = re.compile(
    rf"(?:(?P<before>\b[^\W\d_]+|[&,])[^\S\n]+)?(?P<address>{_HOUSE}(?:,?\s+{_NAME_WORD}){{0,5}}?,?\s+{_POSTCODE})"
)
_POSTCODE_WITH_HOUSE = re.compile(
    rf"\b{_POSTCODE},?\s+(?:house\s+)?(?:number|no\.?|house|flat)\s+\d{{1,4}}[a-z]?\b", re.I
)
_COUNT_BEFORE = re.compile(
    r"ag(?:e|ed|es)|years?|yrs?|under|over|section|page|tier|band|grade|class|within|about|around|and|or|to|than|is|am|"
    r"turned|nearly|almost|key|stage|ks|[&,]",
    re.I,
)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_FULL_DATE = re.compile(
    r"(?<![\w£$€])(?<!\d[./-])(?:"
    r"(?P<day>\d{1,2})\s?[/.-]\s?(?P<month>\d{1,2})\s?[/.-]\s?(?P<year>(?:19|20)\d\d)"
    r"|(?P<day2>\d{1,2})/(?P<month2>\d{1,2})/(?P<year2>\d\d)"
    r"|(?P<year3>(?:19|20)\d\d)[/.-](?P<month3>\d\d)[/.-](?P<day3>\d\d)"
    rf"|{_DAY}\s+(?:of\s+)?{_MONTH},?\s+(?P<year4>(?:19|20)\d\d)"
    rf"|{_MONTH}\s+{_DAY},?\s+(?P<year5>(?:19|20)\d\d)"
    r")(?![\d/]|[.-]\d)",
    re.I,
)
_BIRTH_WORD = r"(?:\bd\.?\s?o\.?\s?b\b\.?|\bdate\s+of\s+birth\b|\bbirth\s?(?:date|day)\b|\bb-?day\b|\bborn\b)"
_AFTER_BIRTH_WORD = re.compile(
    rf"({_BIRTH_WORD}(?:['’]?s\b)?(?:[\s:=,-]*\b(?:is|was|on|the|in|back)\b)*[\s:=,-]*)"
    r"(\d{1,2}[\s/.-]\d{1,2}[\s/.-](?:\d{4}|\d{2})|\d{8}|\d{6}"
    rf"|{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+['’]?(?:\d{{4}}|\d{{2}}))?"
    rf"|{_MONTH}\s+\d{{4}}"
    rf"|{_MONTH}\s+{_DAY}(?:,?\s+\d{{4}})?(?!\s*(?:weeks?|months?|days?|years?|hours?)))(?![\w/]|[.-]\d)",
    re.I,
)
_BIRTH_NEAR = re.compile(_BIRTH_WORD, re.I)
# A date beside one of these is the date of something that happened, which an answer may turn on.
_EVENT_NEAR = re.compile(
    r"\b(?:review\w*|tribunal|hearing|meeting|met|appointment|assess\w*|issued?|letter|plan|ehcp?|since|until|till|"
    r"starts?|started|starting|term|dated|publish\w*|updated?|diagnos\w*|applied|application|appeal\w*|decision|report|sent|"
    r"asked|request\w*|referr\w*|weeks?|months?|within|after|before|ends?|ended|expires?|due|valid|law|act|version|annual|holiday|"
    r"inspect\w*|ofsted|held|attend\w*|strategy)\b",
    re.I,
)
_NEAR = 40


@dataclass(frozen=True)
class Redacted:
    """A message without personal details, and how many of each kind were taken out."""

    text: str
    removed: Counter[str]


def redact(text: str, today: date | None = None) -> Redacted:
    """Return `text` with each personal detail replaced by a readable placeholder such as "[phone number removed]".

    A full date counts as a date of birth unless it lies after `today` or stands beside an event, such as a meeting.
    """
    removed: Counter[str] = Counter()
    this_year = (today or date.today()).year

    def take(
        kind: str, unless: Callable[[re.Match[str]], bool] = lambda _: False, keep: int | None = None
    ) -> Replacement:
        """Replace a match, all but its group `keep`, by the placeholder of `kind`."""

        def replace(match: re.Match[str]) -> str:
            if unless(match):
                return match[0]
            removed[kind] += 1
            return f"{match[keep] if keep else ''}[{kind} removed]"

        return replace

    def not_of_birth(match: re.Match[str]) -> bool:
        around = match.string[max(0, match.start() - _NEAR) : match.end() + _NEAR]
        return not _BIRTH_NEAR.search(around) and (
            bool(_EVENT_NEAR.search(around)) or not _is_past_day(match, this_year)
        )

    def house(match: re.Match[str]) -> str:
        before = match["before"]
        if before and _COUNT_BEFORE.fullmatch(before):
            return match[0]
        removed["address"] += 1
        return f"{match[0][: match.start('address') - match.start()]}[address removed]"

    text = _JOINER_BETWEEN_LETTERS.sub("", _UNSEEN.sub("", text))
    text = _EMAIL.sub(take("e-mail address"), text)
    text = _AFTER_BIRTH_WORD.sub(take("date of birth", keep=1), text)
    text = _CARD.sub(take("card number", unless=lambda match: not _is_card(_digits(match))), text)
    text = _NHS_NUMBER.sub(take("NHS number", unless=lambda match: not _is_nhs_number(_digits(match))), text)
    text = _PHONE.sub(take("phone number", unless=lambda match: bool(_FULL_DATE.match(match[0]))), text)
    text = _LOCAL_PHONE.sub(take("phone number", keep=1), text)
    text = _FULL_DATE.sub(take("date of birth", unless=not_of_birth), text)
    text = _NI_NUMBER.sub(take("National Insurance number"), text)
    text = _ADDRESS.sub(take("address"), text)
    text = _HOME.sub(take("address", keep=1), text)
    text = _STREET_WITH_POSTCODE.sub(take("address"), text)
    text = _HOUSE_WITH_POSTCODE.sub(house, text)
    text = _POSTCODE_WITH_HOUSE.sub(take("address"), text)
    if removed["address"]:
        # Beside a street or a house number, a postcode elsewhere in the message says where someone lives.
        text = _ANY_POSTCODE.sub("[address removed]", text)
    return Redacted(text, +removed)


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match[0])


def _is_past_day(match: re.Match[str], this_year: int) -> bool:
    """Tell whether a date could be somebody's day of birth: a real day and month, in a year up to this one."""
    parts = match.groupdict()
    month, day = parts["month"] or parts["month2"] or parts["month3"], parts["day"] or parts["day2"] or parts["day3"]
    if month and day and not (1 <= min(int(month), int(day)) <= 12 and 1 <= max(int(month), int(day)) <= 31):
        return False
    year = next((int(parts[name]) for name in ("year", "year3", "year4", "year5") if parts[name]), None)
    return year is None or year <= this_year


def _is_card(digits: str) -> bool:
    """Tell whether this is a payment card's number: its first digit and its check digit (Luhn) are right."""
    if not digits.startswith(_CARD_STARTS) or digits.startswith(("20", "21")):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_nhs_number(digits: str) -> bool:
    """Tell whether the check digit of an NHS number is right (modulus 11)."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1))) % 11
    return check != 10 and int(digits[9]) == check % 11
