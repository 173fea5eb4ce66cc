"""Numbers with letters in them: National Insurance, pupil and IBAN numbers, car registrations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum.gb import upn
from stdnum.iso7064 import mod_97_10

from bot.privacy.found import Found, found

_GAP = r"[\s./-]{0,2}"
_DIGIT = r"[\doOlI]"
_NI_NUMBER = re.compile(
    rf"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z]{_GAP}[A-CEGHJ-NPR-TW-Z](?:{_GAP}{_DIGIT}){{6}}{_GAP}[A-D]\b", re.I
)
_PUPIL_NUMBER = re.compile(rf"\b[A-HJ-NP-RT-Z](?:{_GAP}{_DIGIT}){{11}}{_GAP}(?:{_DIGIT}|[A-Z])\b", re.I)
_PUPIL_WORD = re.compile(r"\bupn\b|\bpupil'?s? (?:number|no|ref)", re.I)
# Letters typed for digits. The last sign of a pupil number may be a letter, but I, O and S are never among its letters.
_AS_DIGITS = str.maketrans("OILS", "0115")
_AS_LAST_SIGN = str.maketrans("OIS", "015")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z\d]{4}){3,7}(?:\s?[A-Z\d]{1,3})?\b", re.I)
_REGISTRATION = re.compile(
    r"\b(?:[A-Z]\s?[A-Z]\s?\d\s?\d\s?[A-Z]\s?[A-Z]\s?[A-Z]|[A-Z]\d{1,3}\s?[A-Z]{3}|[A-Z]{3}\s?\d{1,3}[A-Z])\b", re.I
)
_UNBROKEN_REGISTRATION = re.compile(r"[A-Z]{2}\d{2}[A-Z]{3}", re.I)
_CAR_WORD = re.compile(
    r"\b(?:reg|regist\w{0,8}|plates?|cars?|taxis?|vans?|vehicles?|minibus|drives?|driv\w{1,4})\b", re.I
)
_NEAR = 30


def find_coded_numbers(text: str) -> Iterator[Found]:
    """Find them in the plain form of a text."""
    for match in _PUPIL_NUMBER.finditer(text):
        if _is_pupil_number(match[0]) or _PUPIL_WORD.search(text, max(0, match.start() - _NEAR), match.start()):
            yield found(match, "pupil number")
    for match in _NI_NUMBER.finditer(text):
        yield found(match, "National Insurance number")
    for match in _IBAN.finditer(text):
        if _is_iban(match[0]):
            yield found(match, "bank details")
    for match in _REGISTRATION.finditer(text):
        around = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
        if _UNBROKEN_REGISTRATION.fullmatch(match[0]) or _CAR_WORD.search(around):
            yield found(match, "car registration")


def _is_pupil_number(written: str) -> bool:
    """Tell whether the check letter of a unique pupil number is right, whichever council gave it out."""
    letters = re.sub(r"[^A-Z\d]", "", written.upper())
    code = letters[1:12].translate(_AS_DIGITS) + letters[12].translate(_AS_LAST_SIGN)
    return upn.calc_check_digit(code) == letters[0]


def _is_iban(written: str) -> bool:
    """Tell whether the check digits of an international bank account number are right (modulus 97)."""
    code = re.sub(r"\s", "", written).upper()
    return len(code) >= 15 and mod_97_10.is_valid(code[4:] + code[:4])
