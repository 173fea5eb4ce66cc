"""From the views' scores to probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.ranking.fusion import fit_weights, label_constants, softmax, with_constants


def test_only_labels_without_an_answers_text_have_constants():
    constants = label_constants(["faq/a", "out_of_scope/far", "urgent_help", "greet"])
    np.testing.assert_array_equal(constants, [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert with_constants(np.zeros((4, 14)), constants).shape == (4, 17)


def test_shares_add_up_to_one_however_large_the_values():
    shares = softmax(np.array([1000.0, 999.0, -1000.0]))
    assert shares.sum() == pytest.approx(1)
    assert shares[0] > shares[1] > shares[2]


def test_the_view_that_tells_gets_the_weight():
    random = np.random.default_rng(1)
    truths = random.integers(5, size=300).tolist()
    scores = [random.normal(size=(5, 2)) for _ in truths]
    for score, truth in zip(scores, truths):
        score[truth, 0] += 2
    telling, chatter = fit_weights(scores, truths)
    assert telling > 1
    assert abs(chatter) < 0.2
