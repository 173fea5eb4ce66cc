"""Members in the order of their labels: sums, the nearest of each label, and how much an example counts."""

from __future__ import annotations

import numpy as np

from bot.nlu.ranking.by_label import Members, importance, sums_of_labels

OF_LABEL = np.array([0, 0, 0, 0, 0, 2, 3, 3])
VALUES = np.array([[5.0, 1, 4, 3, 2, 7, 6, 8]], np.float32)


def test_the_nearest_of_each_label_counts_and_no_member_is_nothing():
    np.testing.assert_array_equal(Members(OF_LABEL, 4).nearest(VALUES), [[5, 0, 7, 8]])


def test_the_nearest_few_count_together_as_many_as_there_are():
    np.testing.assert_array_equal(Members(OF_LABEL, 4).nearest_few(VALUES), [[4, 0, 7, 7]])


def test_vectors_of_a_label_are_added_up():
    np.testing.assert_array_equal(sums_of_labels(VALUES.T, OF_LABEL, 4), [[15], [0], [7], [14]])


def test_an_example_of_many_counts_less():
    counts = importance(OF_LABEL, 4)
    assert counts[0] < counts[6] < counts[5]
