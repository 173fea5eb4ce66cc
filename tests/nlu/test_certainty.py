"""How sure is the first answer: true for what it was fitted on, and more so the clearer a ranking is."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.ranking.certainty import FEATURES, Certainty
from bot.nlu.ranking.features import VIEWS

LABELS = ["faq/a", "faq/b", "faq/kin-of-a", "out_of_scope/far", "urgent_help", "greet"]
SOURCES = {"faq/a": frozenset({"x#1"}), "faq/b": frozenset({"x#2"}), "faq/kin-of-a": frozenset({"x#1"})}
SCORES = np.zeros((len(LABELS), 2 * VIEWS))
CLEAR = np.array([0.9, 0.04, 0.02, 0.02, 0.01, 0.01])
TORN = np.array([0.4, 0.38, 0.02, 0.1, 0.05, 0.05])


def fitted() -> Certainty:
    """Return a certainty that saw clear messages be right nine times in ten, and torn ones three times in ten."""
    held_out = [(CLEAR, SCORES)] * 50 + [(TORN, SCORES)] * 50
    truths = [0] * 45 + [1] * 5 + [0] * 15 + [1] * 35
    return Certainty.fit(LABELS, SOURCES, held_out, truths)


def test_the_chance_is_how_often_such_a_message_was_right():
    certainty = fitted()
    assert certainty.chance(CLEAR, SCORES) == pytest.approx(0.9, abs=0.08)
    assert certainty.chance(TORN, SCORES) == pytest.approx(0.3, abs=0.08)


def test_an_answer_that_cites_the_right_section_counts_as_right():
    certainty = Certainty.fit(LABELS, SOURCES, [(CLEAR, SCORES)] * 4, [2] * 4)
    assert certainty.chance(CLEAR, SCORES) > 0.99


def test_the_first_is_the_likeliest_answer_whatever_else_is_likelier():
    assert fitted().first(np.array([0.1, 0.2, 0.05, 0.05, 0.5, 0.1])) == 1


def test_kin_of_the_first_answer_speak_for_it():
    features = dict(zip(FEATURES, fitted().features(np.array([0.4, 0.1, 0.35, 0.05, 0.05, 0.05]), SCORES)))
    assert features["first and kin"] > 0 > features["first"]
    assert features["lead"] == pytest.approx(np.log(0.75 / 0.1), abs=0.01)


def test_without_any_answer_nothing_is_learnt():
    certainty = Certainty.fit(["greet"], {}, [(np.array([1.0]), SCORES[:1])], [0])
    assert not certainty.weights.any()
