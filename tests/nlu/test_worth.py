"""Each adjustment is left out once, and nothing else is."""

from __future__ import annotations

from dataclasses import astuple

from rasa.shared.nlu.training_data.message import Message

from bot.nlu.components.answer_selector import Adjustments
from bot.nlu.tools.worth import WHOLE_LIST, taken_for, without_each


def test_each_adjustment_is_left_out_once():
    found = dict(without_each(Adjustments()))
    whole = [adjustment for kind in astuple(found.pop(WHOLE_LIST)) for adjustment in kind]
    assert list(found) == [adjustment.__name__ for adjustment in whole]
    for name, adjustments in found.items():
        kept = [adjustment.__name__ for kind in astuple(adjustments) for adjustment in kind]
        assert kept == [adjustment.__name__ for adjustment in whole if adjustment.__name__ != name]


def test_a_message_is_taken_for_its_first_answer_or_for_each_of_two():
    ranking = [{"intent_response_key": "faq/a"}, {"intent_response_key": "faq/b"}]
    for questions, answers in (([], ["a"]), (ranking, ["a", "b"])):
        selected = {"faq": {"questions": questions, "ranking": ranking}}
        faq, other = (
            Message(data={"intent": {"name": name}, "response_selector": selected}) for name in ("faq", "ambiguous")
        )
        assert taken_for(faq)["answers"] == answers
        assert taken_for(other)["answers"] == []
