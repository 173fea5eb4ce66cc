"""Numbers with letters in them are told by their check signs, also where letters were typed for digits."""

from __future__ import annotations

import pytest
from stdnum.gb import upn

from bot.privacy.redaction import redact

DIGITS = "80120000500"


def _pupil_number(last: str) -> str:
    return upn.calc_check_digit(DIGITS + last) + DIGITS + last


@pytest.mark.parametrize("last", [*"0159", *"ABLZ"])
def test_a_pupil_number_goes_by_its_check_letter(last):
    right = _pupil_number(last)
    assert redact(f"its {right}").removed == {"pupil number": 1}
    wrong = ("A" if right[0] != "A" else "B") + right[1:]
    assert redact(f"its {wrong}").removed == {}


@pytest.mark.parametrize(("digit", "typed"), [("0", "O"), ("1", "I"), ("5", "S")])
def test_a_letter_typed_for_the_last_digit_of_a_pupil_number_is_read_as_the_digit(digit, typed):
    assert redact(f"its {_pupil_number(digit)[:-1]}{typed}").removed == {"pupil number": 1}


def test_a_pupil_number_of_a_council_that_the_library_does_not_list_goes_too():
    code = "940200005001"
    assert not upn.is_valid(upn.calc_check_digit(code) + code)
    assert redact(f"its {upn.calc_check_digit(code)}{code}").removed == {"pupil number": 1}


def test_an_account_number_goes_by_its_check_digits_whatever_the_country():
    assert redact("its DE89 3704 0044 0532 0130 00").removed == {"bank details": 1}
    assert redact("its DE88 3704 0044 0532 0130 00").removed == {}
