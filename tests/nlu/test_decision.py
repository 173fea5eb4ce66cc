"""What to do follows from the chances and from what each outcome costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.nlu.ranking.decision import Candidate, Costs, decide, worths

LABELS = [f"faq/answer-{number}" for number in range(3)]
SOURCES = {label: frozenset({f"document#section-{number}"}) for number, label in enumerate(LABELS)}
COSTS = Costs(wrong_answer=0.65, right_reading_offered=0.5, no_reading_right=0.35)


@pytest.mark.parametrize(
    ("chance", "shares", "outcome"),
    [(0.9, (0.9, 0.05, 0.02), "answer"), (0.4, (0.4, 0.4, 0.1), "clarify"), (0.1, (0.02, 0.02, 0.01), "admit")],
)
def test_the_decision_follows_the_chance(chance, shares, outcome):
    ranking = [Candidate(label, share) for label, share in zip(LABELS, shares)]
    assert decide(ranking, chance, SOURCES, COSTS) == outcome


def test_asking_is_worth_more_when_the_other_readings_are_likely():
    close = [Candidate(LABELS[0], 0.4), Candidate(LABELS[1], 0.4)]
    far = [Candidate(LABELS[0], 0.4), Candidate(LABELS[1], 0.01)]
    asking = [worths(ranking, 0.4, SOURCES, COSTS)["clarify"] for ranking in (close, far)]
    assert asking[0] > asking[1]


def test_readings_that_cite_the_same_section_are_answered_not_asked_about():
    sources = {"first": frozenset({"a#1"}), "kin": frozenset({"a#1"}), "stranger": frozenset({"a#2"})}
    ranking = [Candidate("first", 0.6), Candidate("kin", 0.39), Candidate("stranger", 0.005)]
    assert decide(ranking, 0.65, sources, COSTS) == "answer"


def test_a_dearer_wrong_answer_is_given_less_readily():
    ranking = [Candidate(label, share) for label, share in zip(LABELS, (0.6, 0.3, 0.05))]
    assert decide(ranking, 0.6, SOURCES, replace(COSTS, wrong_answer=0.1)) == "answer"
    assert decide(ranking, 0.6, SOURCES, replace(COSTS, wrong_answer=3.0)) == "clarify"


def test_admitting_costs_and_gains_nothing():
    assert worths([Candidate(LABELS[0], 0.5)], 0.5, SOURCES, COSTS)["admit"] == 0
