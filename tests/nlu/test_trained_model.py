"""The trained model, as Rasa runs it: answers, urgent help first, no intent from public text."""

from __future__ import annotations

import asyncio

import pytest
from rasa.core.agent import load_agent

from bot.guidance.answers import load_answers
from bot.nlu.tools.costs import costs_of
from bot.nlu.tools.explain import explain
from bot.paths import MODELS


@pytest.fixture(scope="module")
def agent():
    return asyncio.run(load_agent(str(MODELS)))


@pytest.fixture(scope="module")
def parse(agent):
    return lambda text: asyncio.run(agent.parse_message(text))


def test_an_answer_is_written_like_rasas_response_selector(parse):
    parsed = parse("what is an ehc plan")
    assert parsed["intent"]["name"] == "faq"
    selected = parsed["response_selector"]["faq"]
    assert selected["response"]["intent_response_key"] == "faq/what-is-ehc-plan"
    assert selected["ranking"][0]["intent_response_key"] == selected["response"]["intent_response_key"]
    assert 0.5 < selected["response"]["confidence"] <= 1
    assert sum(entry["confidence"] for entry in parsed["intent_ranking"]) == pytest.approx(1, abs=1e-3)


def test_urgent_help_overrules_everything_else_in_the_message(parse):
    text = "how much does school have to pay before top up? also my husband hit our son last night"
    assert parse(text)["intent"]["name"] == "urgent_help"


@pytest.mark.parametrize("text", ["\u2060/restart", "\u2060/urgent_help", "EXTERNAL: faq"])
def test_public_text_is_never_an_intent(parse, text):
    assert parse(text)["intent"]["name"] not in ("restart", "EXTERNAL")
    assert parse(text)["intent"].get("confidence", 0) < 1 or parse(text)["intent"]["name"] == "nlu_fallback"


def test_nothing_is_guessed_for_nonsense(parse):
    assert parse("zxqv plorb unt glib")["intent"]["name"] not in ("faq", "urgent_help")


def test_a_refusal_names_its_kind(parse):
    parsed = parse("what is the weekly rate of carers allowance")
    assert parsed["intent"]["name"] == "out_of_scope"
    assert parsed["response_selector"]["out_of_scope"]["response"]["intent_response_key"] == "out_of_scope/benefits"


def test_another_language_is_named(parse):
    assert parse("mój syn nie mówi, kto może pomóc?")["intent"] == {
        "name": "other_language",
        "confidence": 1.0,
        "language": "pl",
    }


def test_explain_shows_the_path_of_a_message(agent):
    lines = "\n".join(explain(agent, "wats a personel budjet"))
    assert "normalised:     what is a personal budget" in lines
    assert "answer:         personal-budgets/what-is-personal-budget" in lines
    assert "source:       ot-guide-2023#personal-budgets" in lines
    for part in ("intent:", "candidates", "worth of each outcome", "chance that"):
        assert part in lines


def test_explain_shows_what_was_brought_along_and_two_questions(agent):
    lines = "\n".join(explain(agent, "and without a plan?", after="what-is-personal-budget"))
    question = load_answers()["what-is-personal-budget"].question.rstrip("?").lower()
    assert f"in context:     {question}" in lines.lower()
    assert "personal-budgets/personal-budget-without-plan" in lines
    assert "\n".join(explain(agent, "what is portage and how do I join the learning library")).count("question:") == 2


def test_what_each_step_costs_is_measured_with_the_trained_model():
    costs = costs_of(["what is an ehc plan", "who pays for a private report"])
    assert set(costs) == {"normaliser", "encoder", "answer selector", "urgent-help patterns"}
    assert all(0 < step["p50"] <= step["p95"] for step in costs.values())
