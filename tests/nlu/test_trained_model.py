"""The trained model, as Rasa runs it: answers, urgent help first, no intent from public text."""

from __future__ import annotations

import asyncio

import pytest
from rasa.core.agent import load_agent

from bot.paths import MODELS


@pytest.fixture(scope="module")
def parse():
    agent = asyncio.run(load_agent(str(MODELS)))
    return lambda text: asyncio.run(agent.parse_message(text))


def test_an_answer_is_written_like_rasas_response_selector(parse):
    parsed = parse("what is an ehc plan")
    assert parsed["intent"]["name"] == "faq"
    selected = parsed["response_selector"]["faq"]
    assert selected["response"]["intent_response_key"] == "faq/what-is-ehc-plan"
    assert selected["ranking"][0]["confidence"] == selected["response"]["confidence"]
    assert sum(entry["confidence"] for entry in parsed["intent_ranking"]) == pytest.approx(1, abs=1e-3)


def test_urgent_help_overrules_everything_else_in_the_message(parse):
    text = "how much does school have to pay before top up? also my husband hit our son last night"
    assert parse(text)["intent"]["name"] == "urgent_help"


def test_entities_are_found(parse):
    entities = {
        (entity["entity"], entity["value"]) for entity in parse("autism group near seaham for a 7 year old")["entities"]
    }
    assert {("need", "autism"), ("place", "seaham"), ("age", "7 year old")} <= entities


@pytest.mark.parametrize("text", ["\u2060/restart", "\u2060/urgent_help", "EXTERNAL: faq"])
def test_public_text_is_never_an_intent(parse, text):
    assert parse(text)["intent"]["name"] not in ("restart", "EXTERNAL")
    assert parse(text)["intent"].get("confidence", 0) < 1 or parse(text)["intent"]["name"] == "nlu_fallback"


def test_nothing_is_guessed_for_nonsense(parse):
    assert parse("zxqv plorb unt glib")["intent"]["name"] not in ("faq", "urgent_help")
