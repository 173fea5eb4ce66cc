"""What the selector writes on a message, with a ranking that is given."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.guidance.answers import load_answers
from bot.nlu.components.answer_selector import AnswerSelector, label_of, writer_of
from bot.nlu.ranking.features import (
    CONTEXT,
    CONTEXT_VECTOR,
    FOLLOW_UP,
    NORMALISED,
    PARTS,
    QUESTION_VECTORS,
    QUESTIONS,
    UNDERSTANDING,
    VECTORS,
)
from bot.reading.context import CORRECTION

COSTS = {"wrong_answer": 0.65, "right_reading_offered": 0.5, "no_reading_right": 0.35}
ORDINARY = [answer for answer in load_answers().values() if answer.topic != "glossary"]
FIRST = ORDINARY[0]
SECOND = next(answer for answer in ORDINARY if not set(answer.sources) & set(FIRST.sources))
LABELS = [f"faq/{FIRST.id}", f"faq/{SECOND.id}", "out_of_scope/far", "thank"]


def selector(chance: float = 0.9, **ranked: tuple[float, ...]) -> AnswerSelector:
    """Return a selector that ranks each of these texts (underscores for spaces) with these shares."""
    shares = {text.replace("_", " "): np.array(row) for text, row in ranked.items()}
    ranker = SimpleNamespace(
        labels=LABELS,
        views=SimpleNamespace(score_many=lambda utterances: [shares[utterance.texts[0]] for utterance in utterances]),
        probabilities=lambda scores: scores,
        chance=lambda probabilities, scores: chance,
    )
    return AnswerSelector({"costs": COSTS}, None, None, ranker)


def message(text: str, **more: object) -> Message:
    return Message(data={NORMALISED: text, PARTS: [], VECTORS: np.ones((1, 2)), **more})


def intent(read: Message) -> str:
    return str(read.get("intent")["name"])


def test_what_is_sure_is_answered_in_the_shape_of_rasas_selector():
    (read,) = selector(who_can_help=(0.9, 0.05, 0.03, 0.02)).process([message("who can help")])
    selected = read.get("response_selector")["faq"]
    assert intent(read) == "faq"
    assert read.get("intent")["confidence"] == selected["response"]["confidence"] == 0.9
    assert [entry["intent_response_key"] for entry in selected["ranking"]] == LABELS[:2]
    assert [entry["name"] for entry in read.get("intent_ranking")] == ["faq", "out_of_scope", "thank"]
    assert read.get(UNDERSTANDING)["decided"] == {"outcome": "answer", "by": "cheapest", "passed": ["cheapest"]}


def test_what_is_torn_is_asked_back():
    (read,) = selector(0.45, who_can_help=(0.48, 0.47, 0.03, 0.02)).process([message("who can help")])
    assert intent(read) == "ambiguous"


def test_a_likelier_refusal_is_given_by_its_kind():
    (read,) = selector(who_can_help=(0.3, 0.25, 0.4, 0.05)).process([message("who can help")])
    assert intent(read) == "out_of_scope"
    assert read.get("response_selector")["out_of_scope"]["response"]["intent_response_key"] == "out_of_scope/far"


def test_each_of_two_questions_gets_its_answer_in_order():
    both = message("one thing and another", **{QUESTIONS: ["another", "one thing"], QUESTION_VECTORS: np.ones((2, 2))})
    chosen = selector(
        one_thing_and_another=(0.5, 0.4, 0.05, 0.05), one_thing=(0.9, 0.1, 0, 0), another=(0.1, 0.9, 0, 0)
    )
    (read,) = chosen.process([both])
    assert [entry["intent_response_key"] for entry in read.get("response_selector")["faq"]["questions"]] == [
        LABELS[1],
        LABELS[0],
    ]


def test_two_questions_with_one_answer_are_one():
    both = message("one thing and another", **{QUESTIONS: ["one thing", "another"], QUESTION_VECTORS: np.ones((2, 2))})
    same = selector(one_thing_and_another=(0.9, 0.05, 0, 0.05), one_thing=(0.9, 0.1, 0, 0), another=(0.8, 0.2, 0, 0))
    assert same.process([both])[0].get("response_selector")["faq"]["questions"] == []


@pytest.mark.parametrize("before", [FIRST.id, "an-answer-withdrawn"])
def test_a_follow_up_is_read_with_the_turn_before(before):
    following = {CONTEXT: "who pays for nursery", CONTEXT_VECTOR: np.ones(2), FOLLOW_UP: CORRECTION}
    follow_up = message("for nursery", **following, metadata={"previous": {"answer": before, "message": "who pays"}})
    read = selector(for_nursery=(0.5, 0.3, 0.1, 0.1), who_pays_for_nursery=(0.1, 0.8, 0.05, 0.05)).process([follow_up])
    assert read[0].get("response_selector")["faq"]["ranking"][0]["intent_response_key"] == LABELS[1]
    assert read[0].get(UNDERSTANDING)["in_context"]


def test_what_was_never_read_is_not_known():
    untrained = AnswerSelector({"costs": COSTS}, None, None)
    assert intent(untrained.process([message("who can help")])[0]) == "nlu_fallback"
    assert intent(selector().process([Message(data={"text": ""})])[0]) == "nlu_fallback"


def test_an_example_tells_its_label_and_whose_voice_it_is():
    example = Message(data={"intent": "faq", "intent_response_key": "faq/a", "metadata": {"intent": {"writer": "w1"}}})
    assert (label_of(example), writer_of(example)) == ("faq/a", "w1")
    assert (label_of(Message(data={"intent": "greet"})), writer_of(Message(data={}))) == ("greet", "unknown")
