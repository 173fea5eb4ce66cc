"""Numbers of digits only: whatever telephone number a kept library knows, and its check digits, are known here too."""

from __future__ import annotations

import phonenumbers
import pytest
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher, PhoneNumberType

from bot.privacy.one_form import figures_form, plain_form
from bot.privacy.plain_numbers import find_plain_numbers
from bot.privacy.redaction import redact
from tests.privacy.forms import FILES, sentences

OURS = "GB"
COUNTRIES = (OURS, "IE", "PL", "RO", "UA", "LT", "PT", "ES", "IT", "FR", "DE", "TR", "PK", "IN", "CN", "NG", "US")
FORMS = {
    "national": PhoneNumberFormat.NATIONAL,
    "international": PhoneNumberFormat.INTERNATIONAL,
    "E.164": PhoneNumberFormat.E164,
}
ABROAD = ("international", "E.164")  # what can be read without knowing the country
# Nobody is rung at home by a number that costs extra.
COSTS_EXTRA = PhoneNumberType.PREMIUM_RATE


def _as_written(country: str, form: str) -> list[str]:
    """Return an example of each kind of number that a country has, as the library writes it."""
    kinds = phonenumbers.supported_types_for_region(country) - {COSTS_EXTRA}
    examples = [phonenumbers.example_number_for_type(country, kind) for kind in sorted(kinds)]
    return [phonenumbers.format_number(number, FORMS[form]) for number in examples if number]


@pytest.mark.parametrize(
    ("country", "form"), [(OURS, "national"), *((each, form) for each in COUNTRIES for form in ABROAD)]
)
def test_every_kind_of_number_that_the_library_knows_is_taken_out(country, form):
    written = _as_written(country, form)
    assert written
    assert [redact(f"its {number} ta").text for number in written] == ["its [phone number removed] ta"] * len(written)


def test_the_library_finds_no_number_that_is_missed_here():
    found = 0
    for sentence in (each for file in FILES.values() for each in sentences(file)):
        text = figures_form(plain_form(sentence.text)).text
        ours = [(detail.start, detail.end) for detail in find_plain_numbers(text)]
        for match in PhoneNumberMatcher(text, OURS, leniency=Leniency.VALID):
            found += 1
            assert any(start < match.end and match.start < end for start, end in ours), sentence.text
    assert found > 20


@pytest.mark.parametrize(
    ("right", "wrong", "kind"),
    [
        ("943 476 5919", "943 476 5918", "NHS number"),
        ("999 000 0050", "999 000 0051", "NHS number"),
        ("5555 5555 5555 4444", "5555 5555 5555 4443", "card number"),
        ("4111 1111 1111 1111", "4111 1111 1111 1112", "card number"),
    ],
)
def test_a_right_check_digit_tells_a_number_without_a_word_for_it(right, wrong, kind):
    assert redact(f"its {right}").removed == {kind: 1}
    assert redact(f"its {wrong}").text == f"its {wrong}"
