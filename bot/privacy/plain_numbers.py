"""Numbers of digits only: telephone, NHS, payment card and bank account.

Digits are read in one run, however they are grouped; check digits and the words before them tell one kind from another
and from counts, dates and times, which the caller takes out of sight first.

Telephone numbers are read here and not by `phonenumbers`: of 168 numbers in the tests' and the attacks' messages, put into
numbers in use in place of those kept for drama, its matcher misses 23 (separate digits, stars, underscores, a 0 left out) and
finds none that is missed here. Asked for what is merely possible, it misses 3, and takes 709 years, dates and references.
A number with a wrong digit is a telephone number here too: it may be somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache

from stdnum import luhn
from stdnum.gb import nhs

from bot.guidance.contacts import phones
from bot.privacy.found import Found

PHONE, NHS, CARD, BANK = "phone number", "NHS number", "card number", "bank details"

_RUN = re.compile(r"\d+(?:[\s.,/*_+()\[\]:;|\\~=-]{1,3}\d+){0,60}")
_GROUP = re.compile(r"\d+")
_EXTENSION = re.compile(r"\s?(?:ext(?:ension)?|x)\.?\s?\d{1,5}\b", re.I)
_FILLER = r"[\s.:#(-]{0,3}(?:(?:number|num|no|nr|is|its|it's|on|my|the|me|us|him|her|at|his|dad|mam|mum)\b[\s.:#(-]{0,3}){0,4}"
_CUES = {
    PHONE: re.compile(
        r"\b(?:ring|call|phone|text|tele?|telephone|mobile|mob|landline|whatsapp|cell)\b" + _FILLER, re.I
    ),
    NHS: re.compile(r"\bnhs\b" + _FILLER, re.I),
    CARD: re.compile(r"\b(?:debit|credit|card|visa|mastercard)\b" + _FILLER, re.I),
    BANK: re.compile(r"\b(?:account|acct?|sort(?:\s?code)?)\b" + _FILLER, re.I),
}
_MOST_DIGITS = 19
_MOST_ABROAD = 15  # of a number with its country's code, by E.164
_NOTHING: Set[str] = frozenset()
_ANY_LENGTH = frozenset(range(6, _MOST_DIGITS + 1))
# An NHS number has 10 digits, a sort code with its account 14, a card 13 to 19 of which the first tells the kind.
_NHS_LENGTH = frozenset((10, 14))
_BY_LEAD = {
    "0": frozenset(range(10, 16)),
    "7": frozenset((10, 14)),
    **dict.fromkeys("2356", frozenset((10, *range(13, 20)))),
    "4": frozenset((10, *range(12, 20))),
}
_YEAR = re.compile(r"(?:19|20)\d\d")


def find_plain_numbers(text: str) -> Iterator[Found]:
    """Find them in the figures form of a text."""
    cues: dict[int, set[str]] = {}
    for kind, cue in _CUES.items():
        for match in cue.finditer(text):
            cues.setdefault(match.end(), set()).add(kind)
    for run in _RUN.finditer(text):
        groups = [
            (match[0], run.start() + match.start(), run.start() + match.end()) for match in _GROUP.finditer(run[0])
        ]
        first = 0
        while first < len(groups):
            start = groups[first][1]
            read = _longest(groups, first, text[max(0, start - 2) : start], cues.get(start, _NOTHING))
            if read is None:
                first += 1
                continue
            kind, last = read
            end = groups[last][2]
            if kind == PHONE and (more := _EXTENSION.match(text, end)):
                end = more.end()
            digits = "".join(group[0] for group in groups[first : last + 1])
            if kind != PHONE or digits not in _given_by_the_guide():
                yield Found(start - (text[start - 1 : start] == "+"), end, kind)
            first = last + 1


def _longest(groups: Sequence[tuple[str, int, int]], first: int, before: str, cued: Set[str]) -> tuple[str, int] | None:
    """Return the kind of the longest number that begins with a group, and its last group."""
    lengths = _ANY_LENGTH if cued or before[-1:] == "+" else _BY_LEAD.get(groups[first][0][0], _NHS_LENGTH)
    most = max(lengths)
    digits, best = "", None
    for last in range(first, len(groups)):
        digits += groups[last][0]
        if len(digits) > most:
            break
        if len(digits) in lengths:
            kind = _kind(digits, [group[0] for group in groups[first : last + 1]], before, cued)
            best = (kind, last) if kind else best
    return None if best is None or _counts_on([group[0] for group in groups[first : best[1] + 1]]) else best


def _kind(digits: str, groups: Sequence[str], before: str, cued: Set[str]) -> str | None:
    """Return what a number is, by its digits, how they are grouped, the two characters before it and what it was called."""
    length = len(digits)
    goes_before = before[-1:].isalnum() or (before[:1].isalnum() and before[1:] in ("-", "_", ".", ",", "/"))
    attached = goes_before or before[-1:] in ("£", "$", "€", "_")
    if _is_phone(digits, before) and not (attached and length != 11):
        return PHONE
    if length == 10 and NHS in cued:
        return NHS
    if attached:
        return None
    if length == 10 and not any(map(_YEAR.fullmatch, groups)) and nhs.is_valid(digits):
        return NHS
    if length >= 13 and (CARD in cued or _is_card(digits)):
        return CARD
    if length == 14 and [*map(len, groups)] == [2, 2, 2, 8]:
        return BANK
    if length in (6, 8) and BANK in cued:
        return BANK
    is_short = length in (6, 7) and len(groups) < 3
    if PHONE in cued and (is_short or (9 <= length <= 12 and digits[0] == "0")):
        return PHONE
    return None


def _is_phone(digits: str, before: str) -> bool:
    """Tell whether digits are a telephone number as it is dialled here, from abroad, or of another country."""
    if before.endswith(("+", "+(")):
        return 8 <= len(digits) <= _MOST_ABROAD
    if len(digits) > 11:
        national = digits.removeprefix("00").removeprefix("44").removeprefix("0")
        return len(digits) > len(national) + 1 and len(national) == 10 and national[0] in "12378"
    if len(digits) == 11:
        return digits[0] == "0" and digits[1] in "123578"
    return len(digits) == 10 and (digits[:2] in ("01", "08") or (digits[0] == "7" and digits[1] in "1345789"))


def _counts_on(groups: Sequence[str]) -> bool:
    """Tell whether the groups are a list of ages, years or steps, none smaller (or none larger) than the one before."""
    if len(groups) < 5:
        return all(_YEAR.fullmatch(group) for group in groups)
    values = [int(group) for group in groups]
    return len(set(values)) > 3 and values in (sorted(values), sorted(values, reverse=True))


@lru_cache(maxsize=1)
def _given_by_the_guide() -> frozenset[str]:
    return frozenset(re.sub(r"\D", "", phone) for phone in phones())


def _is_card(digits: str) -> bool:
    """Tell whether this is a payment card's number: its first digits and its check digit (Luhn) are right."""
    return digits[0] in "23456" and not digits.startswith(("20", "21")) and luhn.is_valid(digits)
