"""From a ranking to what the guide does: each adjustment by itself, and all of them in their order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.nlu.ranking.decision import Candidate, Costs
from bot.nlu.ranking.outcome_adjustments import (
    ADJUSTMENTS,
    Ranked,
    cheapest,
    decided,
    doubt,
    likelier_refusal,
    missing_thing,
    two_questions,
    unanchored,
    weak_intent,
)

COSTS = Costs(wrong_answer=0.65, right_reading_offered=0.5, no_reading_right=0.35)
SOURCES = {f"faq/{name}": frozenset([f"document#{name}"]) for name in "abc"}
SURE = Ranked(
    answers=[Candidate("faq/a", 0.9), Candidate("faq/b", 0.05)],
    refusals=[Candidate("out_of_scope/far", 0.02)],
    shares={"faq": 0.95, "out_of_scope": 0.02, "greet": 0.03},
    chance=0.95,
    costs=COSTS,
    sources=SOURCES,
)
TORN = replace(SURE, answers=[Candidate("faq/a", 0.45), Candidate("faq/b", 0.45)], chance=0.45)
LOST = replace(
    SURE,
    answers=[Candidate("faq/a", 0.02), Candidate("faq/b", 0.02), Candidate("faq/c", 0.9)],
    chance=0.02,
)
DOUBTED = replace(
    SURE,
    answers=[Candidate("faq/a", 0.6)],
    refusals=[Candidate("out_of_scope/far", 0.3)],
    shares={"faq": 0.65, "out_of_scope": 0.35},
)
BOTH = (Candidate("faq/a", 0.8), Candidate("faq/b", 0.7))
GREETING = replace(SURE, shares={"greet": 0.9, "faq": 0.1})


def test_a_question_ends_as_costs_the_least():
    assert [cheapest(ranked, "") for ranked in (SURE, TORN)] == ["answer", "clarify"]
    assert cheapest(replace(SURE, answers=[Candidate("faq/a", 0.01)], chance=0.01), "") == "admit"
    assert cheapest(GREETING, "") is None


def test_two_questions_are_both_answered():
    assert two_questions(replace(TORN, questions=BOTH), "clarify") == "answer"
    assert two_questions(TORN, "clarify") is None


def test_what_no_document_may_answer_is_asked_back():
    assert doubt(DOUBTED, "answer") == "clarify"
    assert doubt(DOUBTED, "admit") is None
    assert doubt(SURE, "answer") is None
    assert doubt(replace(DOUBTED, questions=BOTH), "answer") is None


def test_what_goes_on_from_nothing_is_asked_back():
    assert unanchored(replace(SURE, is_unanchored=True), "answer") == "clarify"
    assert unanchored(replace(SURE, is_unanchored=True), "admit") is None
    assert unanchored(SURE, "answer") is None


def test_a_refusal_that_is_no_less_likely_is_given():
    assert likelier_refusal(DOUBTED, "clarify") is None
    assert likelier_refusal(replace(DOUBTED, answers=[Candidate("faq/a", 0.3)]), "clarify") == "refuse"
    assert likelier_refusal(replace(SURE, answers=[Candidate("faq/a", 0.01)]), "clarify") is None


def test_what_lacks_the_thing_asked_for_is_no_answer():
    assert missing_thing(replace(SURE, missing="opening-details"), "answer") == "refuse"
    assert missing_thing(SURE, "answer") is None
    assert missing_thing(replace(GREETING, missing="opening-details"), "as it is") is None


@pytest.mark.parametrize(("share", "expected"), [(0.9, None), (0.3, None), (0.2, "admit")])
def test_another_intent_needs_some_likelihood(share, expected):
    unsure = replace(LOST, shares={"greet": share, "thank": share / 2, "faq": share / 3})
    assert weak_intent(replace(unsure, answers=[Candidate("faq/a", 0.01)], chance=0.01), "as it is") == expected


def test_danger_is_never_too_weak():
    unsure = replace(LOST, shares={"urgent_help": 0.2, "faq": 0.1})
    assert weak_intent(unsure, "as it is") is None


@pytest.mark.parametrize(
    ("ranked", "outcome", "by"),
    [
        (SURE, "answer", "cheapest"),
        (TORN, "clarify", "cheapest"),
        (replace(TORN, questions=BOTH), "answer", "two_questions"),
        (replace(TORN, questions=BOTH, is_unanchored=True), "clarify", "unanchored"),
        (DOUBTED, "clarify", "doubt"),
        (replace(DOUBTED, answers=[Candidate("faq/a", 0.3)]), "refuse", "likelier_refusal"),
        (replace(DOUBTED, missing="exact-figure"), "refuse", "missing_thing"),
        (GREETING, "as it is", "intent"),
    ],
)
def test_the_last_that_changes_it_has_decided(ranked, outcome, by):
    done = decided(ranked)
    assert (done.outcome, done.by) == (outcome, by)


def test_the_refusal_of_a_missing_thing_goes_with_it():
    assert decided(replace(SURE, missing="exact-figure")).refusal == "exact-figure"
    assert decided(replace(SURE, missing="exact-figure"), [cheapest]).refusal is None


def test_each_adjustment_says_why_it_is_there():
    assert all(adjustment.__doc__ for adjustment in ADJUSTMENTS)
