"""What a text covers of a request, told from memory."""

from __future__ import annotations

import numpy as np
import pytest

from bot.directory.search.stem_index import StemIndex

INDEX = StemIndex(
    [("autism club for", "club"), ("", ""), ("club swim", "club swim")], ["autism", "club", "for", "swim"]
)
EVERY = np.arange(3)


@pytest.mark.parametrize(
    ("weights", "in_title", "expected"),
    [
        ({"autism": 3.0, "swim": 1.0}, False, [0.75, 0.0, 0.25]),
        ({"club": 1.0}, True, [1.0, 0.0, 1.0]),
        ({"autism": 1.0, "club": 1.0}, True, [0.5, 0.0, 0.5]),
        ({"horse": 1.0, "club": 1.0}, False, [0.5, 0.0, 0.5]),
        ({"horse": 1.0}, False, [0.0, 0.0, 0.0]),
        ({}, False, [0.0, 0.0, 0.0]),
    ],
)
def test_the_share_is_of_the_weight_of_all_words_known_or_not(weights, in_title, expected):
    assert INDEX.shares(weights, EVERY, in_title).tolist() == expected


def test_rows_may_come_in_any_order_and_be_none():
    assert INDEX.shares({"swim": 1.0}, np.array([2, 0])).tolist() == [1.0, 0.0]
    assert INDEX.shares({"swim": 1.0}, np.zeros(0, np.int64)).tolist() == []
    assert StemIndex([], []).shares({"swim": 1.0}, np.zeros(0, np.int64)).tolist() == []


def test_rows_that_have_all_common_stems_come_with_titles_and_short_texts_first():
    index = StemIndex(
        [("club for", ""), ("club for swim", ""), ("club for swim toy", "club"), ("for", "for"), ("club", "club")],
        ["club", "for", "swim", "toy"],
        common_from=2,
    )
    every = np.ones(5, bool)
    assert index.having(["club"], every, 9).tolist() == [4, 2, 0, 1]
    assert index.having(["club", "for"], every, 9).tolist() == [2, 0, 1]
    assert index.having(["club", "for"], every, 2).tolist() == [2, 0]
    assert index.having(["club"], np.array([True, True, False, True, False]), 9).tolist() == [0, 1]
    assert index.having(["toy"], every, 9).tolist() == [] and index.having(["horse"], every, 9).tolist() == []
    assert every.all()
