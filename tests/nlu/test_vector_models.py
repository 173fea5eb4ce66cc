"""What is learnt from sentence vectors."""

from __future__ import annotations

import numpy as np

from bot.nlu.ranking.examples import Passage
from bot.nlu.ranking.vector_models import logistic, ridge, similarity, unit

RANDOM = np.random.default_rng(2)
OF_LABEL = np.repeat(np.arange(3), 40)
CENTRES = RANDOM.normal(size=(3, 12))
# The first direction is noise that all labels share.
VECTORS = CENTRES[OF_LABEL] + RANDOM.normal(scale=0.3, size=(120, 12))
VECTORS[:, 0] = RANDOM.normal(scale=5, size=120)


def test_least_squares_find_the_label():
    linear = ridge(VECTORS, OF_LABEL, 3)
    assert ((VECTORS @ linear[:-1] + linear[-1]).argmax(axis=1) == OF_LABEL).mean() > 0.95


def test_directions_in_which_like_messages_differ_are_shrunk():
    projection = similarity(VECTORS, OF_LABEL, 3)
    lengths = np.linalg.norm(projection, axis=0)
    assert lengths.argmin() == 0 and lengths[0] < lengths[1:].min() / 2


def test_an_answer_without_examples_is_learnt_from_its_own_words():
    labels = {"faq/a": 0, "faq/b": 1, "faq/c": 2, "faq/new": 3}
    alone = np.zeros(12, np.float32)
    alone[5] = 1
    passages = [Passage(alone, "own words", "faq/new")] * 8
    weights = logistic(unit(VECTORS), OF_LABEL, passages, labels)
    assert (alone @ weights).argmax() == 3


def test_rows_get_unit_length_and_nothing_stays_nothing():
    lengths = np.linalg.norm(unit(np.array([[3.0, 4.0], [0.0, 0.0]])), axis=1)
    np.testing.assert_allclose(lengths, [1, 0])
