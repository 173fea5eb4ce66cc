"""A misspelt word is read as the known word it is nearest to."""

from __future__ import annotations

import pytest

from bot.reading.spelling import Near, Spelling

KNOWN = Spelling({"bruised": 3, "hunting": 2, "hurting": 5, "health": 9}, most_slips=2)


@pytest.mark.parametrize("written", ["bruisd", "bruiised", "bruized", "burised"])
def test_a_letter_lost_added_changed_or_swapped_is_one_slip(written):
    assert KNOWN.near(written) == [Near("bruised", 1)]
    assert KNOWN.near(written, 0) == []


def test_the_nearest_comes_first_and_of_two_as_near_the_likelier():
    assert KNOWN.near("hutting") == [Near("hurting", 1), Near("hunting", 1)]
    assert KNOWN.near("hunting") == [Near("hunting", 0), Near("hurting", 1)]


def test_a_near_word_begins_with_the_same_letter_and_a_repaired_one_need_not():
    assert KNOWN.near("ealth") == []
    assert KNOWN.repaired("ealth") == "health"


def test_what_is_near_nothing_stays_as_it_is():
    assert KNOWN.repaired("paperwork") == "paperwork"
    assert KNOWN.near("paperwork") == []
