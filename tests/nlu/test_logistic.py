"""The logistic view: what it learns, and that it learns the same each time."""

from __future__ import annotations

import numpy as np

from bot.nlu.ranking.logistic import fit_logistic, log_shares


def _clouds(labels: int = 4, each: int = 40, width: int = 32):
    random = np.random.default_rng(3)
    centres = random.normal(size=(labels, width))
    of_label = np.repeat(np.arange(labels), each)
    vectors = centres[of_label] + random.normal(scale=0.8, size=(labels * each, width))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), of_label


def test_it_tells_unseen_vectors_apart():
    vectors, of_label = _clouds()
    seen = np.arange(len(vectors)) % 2 == 0
    weights = fit_logistic(vectors[seen], of_label[seen], np.ones(seen.sum()), 4)
    found = (vectors[~seen] @ weights).argmax(axis=1)
    assert (found == of_label[~seen]).mean() > 0.9


def test_the_same_data_give_the_same_model():
    vectors, of_label = _clouds()
    first, again = (fit_logistic(vectors, of_label, np.ones(len(vectors)), 4) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_what_counts_for_nothing_is_not_learnt():
    vectors, of_label = _clouds()
    importance = (of_label != 3).astype(float)
    weights = fit_logistic(vectors, of_label, importance, 4)
    assert not ((vectors[of_label != 3] @ weights).argmax(axis=1) == 3).any()


def test_shares_of_a_row_sum_to_one():
    shares = np.exp(log_shares(np.array([[1000.0, 999.0, -5.0], [0.0, 0.0, 0.0]])))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert shares[0, 0] > shares[0, 1] > shares[0, 2]
