"""The checks of each answer that a family gives, for the chat and the web form alike. Nothing is asked of a network.

An answer that will not do raises NotUsable, whose message is a kind sentence that says what to do instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.guidance.wording import wording
from bot.reading.typed_text import cleaned

REGION = "GB"
# Mobile numbers that Ofcom gives to nobody, for films and training: whoever shows or learns the guide needs one.
_FOR_TRYING_OUT = re.compile(r"7700900\d{3}")
OLDEST_YEARS = 25  # a young person's rights to this help end then


class NotUsable(ValueError):
    """An answer that will not do; the message is the sentence to show."""


@dataclass(frozen=True)
class Answer:
    """One thing that a family may tell, named as in `Details`: how many characters it may have, how it is checked."""

    name: str
    limit: int
    check: Callable[[str], str] = str

    def checked(self, typed: str) -> str | None:
        """Return what was typed, tidied, or None where nothing was; raise NotUsable."""
        text = cleaned(typed)
        if not text:
            return None
        if len(text) > self.limit:
            raise NotUsable(wording("details.too_long", limit=self.limit))
        return self.check(text)


def phone_number(text: str) -> str:
    """Return a telephone number as people here write it, with its country where that is another; raise NotUsable."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as error:
        raise NotUsable(wording("details.phone")) from error
    if not phonenumbers.is_valid_number(number) and not _FOR_TRYING_OUT.fullmatch(str(number.national_number)):
        raise NotUsable(wording("details.phone"))
    ours = number.country_code == phonenumbers.country_code_for_region(REGION)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if ours else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def email_address(text: str) -> str:
    """Return an e-mail address in its usual form; raise NotUsable."""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise NotUsable(wording("details.email")) from error


def age_in_years(text: str) -> str:
    """Return a whole number of years, from 0 to 25; raise NotUsable."""
    number = text.lower().removesuffix("years old").removesuffix("years").removesuffix("year").strip()
    if not (number.isascii() and number.isdecimal() and int(number) <= OLDEST_YEARS):
        raise NotUsable(wording("details.age", oldest=OLDEST_YEARS))
    return str(int(number))
