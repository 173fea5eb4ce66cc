"""Take personal details out of a message before it is sent on, stored or logged.

Removed: e-mail addresses, UK telephone numbers, NHS and National Insurance numbers, payment card numbers, dates of
birth, and postcodes that stand with a house number. A postcode by itself stays: it says where to look for help.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

_EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_NI_NUMBER = re.compile(
    r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b", re.I
)
_LONG_NUMBER = re.compile(r"(?<![\d£.,])\d(?:[ -]?\d){9,18}(?![\d])")
_PHONE = re.compile(r"(?<![\d£])(?:\+44\s?\(?0?\)?\s?|\(?0)(?:\d[\s()-]{0,2}){8,9}\d(?!\d)")
_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}"
_HOUSE = r"(?:flat\s+\d{1,4}[a-z]?,?\s+)?\b\d{1,4}[a-z]?\b"
_ADDRESS = re.compile(rf"{_HOUSE}(?:,?\s+[\w'.-]{{1,30}}){{0,8}}?,?\s+{_POSTCODE}\b", re.I)
_STREET = re.compile(
    rf"{_HOUSE},?\s+(?:[A-Z][\w'-]{{1,20}}\s+){{1,3}}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Terrace|Close|Drive|Crescent|Court|Gardens|Grove|Place|Square|Way|View|Walk)\b"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_FULL_DATE = rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}})"
_BIRTH = re.compile(
    rf"\b((?:d\.?\s?o\.?\s?b\.?|date of birth|birthday|born)\b(?:\s+(?:is|was|on|the))*\s*:?\s*)"
    rf"({_FULL_DATE}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH})",
    re.I,
)


@dataclass(frozen=True)
class Redacted:
    """A message without personal details, and how many of each kind were taken out."""

    text: str
    removed: Counter[str]


def redact(text: str) -> Redacted:
    """Return `text` with each personal detail replaced by a readable placeholder such as "[phone number removed]"."""
    removed: Counter[str] = Counter()

    def take(kind: str) -> Callable[[re.Match[str]], str]:
        def replace(_: re.Match[str]) -> str:
            removed[kind] += 1
            return f"[{kind} removed]"

        return replace

    def long_number(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match[0])
        if 13 <= len(digits) <= 19 and _luhn(digits):
            return take("card number")(match)
        if len(digits) == 10 and _nhs(digits):
            return take("NHS number")(match)
        return match[0]

    def birth(match: re.Match[str]) -> str:
        removed["date of birth"] += 1
        return f"{match[1]}[date of birth removed]"

    text = _EMAIL.sub(take("e-mail address"), text)
    text = _BIRTH.sub(birth, text)
    text = _LONG_NUMBER.sub(long_number, text)
    text = _PHONE.sub(take("phone number"), text)
    text = _NI_NUMBER.sub(take("National Insurance number"), text)
    text = _ADDRESS.sub(take("address"), text)
    text = _STREET.sub(take("address"), text)
    return Redacted(text, removed)


def _luhn(digits: str) -> bool:
    """Tell whether the check digit of a payment card number is right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _nhs(digits: str) -> bool:
    """Tell whether the check digit of an NHS number is right (modulus 11)."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1))) % 11
    return check != 10 and int(digits[9]) == check % 11
