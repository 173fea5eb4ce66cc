"""Redaction is measured on sentences as people type them; what it finds and what it spoils may not get worse.

`forms_mended.txt` was at hand while the patterns were written. `forms_held.txt` was written before them, whole, and they
were not changed for it. The figures stand in docs/decisions/0025.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.privacy.forms import FILES, measure, sentences

# The least share of details of which nothing is left, by kind where a kind is one number that cannot be mistaken.
LEAST = {"mended against": 0.99, "held back": 0.95}
MOST_SPOILT = 0.01
NUMBERS = ("phone", "nhs", "upn", "ni", "card", "bank")


@pytest.fixture(scope="module", params=FILES)
def part(request):
    return request.param, measure(FILES[request.param]), measure(FILES[request.param], as_staff_read=True)


def test_the_share_of_personal_details_taken_out_does_not_fall(part):
    name, chat, _ = part
    assert chat.recall >= LEAST[name], chat.left


def test_numbers_of_people_are_taken_out_however_they_are_typed(part):
    _, chat, _ = part
    missed = Counter({kind: chat.marked[kind] - chat.found[kind] for kind in NUMBERS})
    assert missed.total() <= 1, chat.left


def test_sentences_without_personal_details_stay_as_they_are(part):
    _, chat, staff = part
    assert len(chat.spoilt) <= MOST_SPOILT * chat.harmless, chat.spoilt
    assert len(staff.spoilt) <= MOST_SPOILT * staff.harmless, staff.spoilt


def test_little_beside_a_detail_goes_with_it(part):
    _, chat, _ = part
    assert len(chat.too_much) <= 4, chat.too_much


def test_the_files_are_large_and_have_no_sentence_in_common():
    mended, held = (sentences(file) for file in FILES.values())
    assert not {each.text for each in mended} & {each.text for each in held}
    both = [*mended, *held]
    assert sum(len(each.details) for each in both) >= 500
    assert sum(each.kind == "harmless" for each in both) >= 200
