"""What a message is taken for is judged as the answer gate judges a reply."""

from __future__ import annotations

from bot.evaluation.answers.worth import count
from bot.guidance.answers import load_answers

ANSWER = next(iter(load_answers().values()))
ASKS = {"group": "parent", "kind": "answer", "message": "who pays", "sources": [ANSWER.sources[0]]}


def test_answers_are_judged_by_what_they_cite_and_the_rest_by_its_kind():
    taken = [
        [{"intent": "faq", "answers": [ANSWER.id]}],
        [{"intent": "urgent_help", "answers": []}],
        [{"intent": "ambiguous", "answers": []}],
    ]
    assert count([ASKS] * 3, taken) == {"right": 1, "wrong": 1, "refused": 1}


def test_what_the_ranking_does_not_settle_is_not_counted():
    look_alike = {"group": "urgent", "kind": "answer", "message": "a calm one"}
    handoff = {**ASKS, "kind": "handoff"}
    assert not count([look_alike, handoff], [[{"intent": "faq", "answers": [ANSWER.id]}]] * 2)
