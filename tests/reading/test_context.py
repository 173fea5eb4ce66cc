"""What a message brings along from the turn before, and two questions in one."""

from __future__ import annotations

import pytest

from bot.reading.context import (
    CORRECTION,
    STRONG,
    WEAK,
    Previous,
    follow_up_of,
    in_context,
    lacks_context,
    previous_turn,
    questions_in,
)


@pytest.mark.parametrize(
    ("message", "kind", "rest"),
    [
        ("and without a plan?", STRONG, "and without a plan?"),
        ("ok who pays for it then", STRONG, "who pays for it then"),
        ("what about secondary", STRONG, "what about secondary"),
        ("nursery school", WEAK, "nursery school"),
        ("no i meant secondary", CORRECTION, "secondary"),
        ("sorry i meant the nhs one", CORRECTION, "the nhs one"),
        ("not that one, the council one", CORRECTION, "the council one"),
    ],
)
def test_messages_that_follow_on(message, kind, rest):
    found = follow_up_of(message)
    assert found is not None and (found.kind, found.text) == (kind, rest)


@pytest.mark.parametrize(
    "message",
    [
        "thanks very much",
        "ok thanks",
        "yes",
        "my son is seven and school say that he cannot have a wobble cushion in his class this year",
    ],
)
def test_messages_that_stand_by_themselves(message):
    assert follow_up_of(message) is None


def test_a_follow_up_stands_after_the_question_answered_and_a_correction_after_the_persons_own_words():
    previous = Previous(answer="what-is-personal-budget", message="can we have money for a carer")
    follow_up, correction = follow_up_of("who pays for it"), follow_up_of("no i meant for nursery")
    assert in_context(follow_up, previous, "What is a personal budget?") == "What is a personal budget? who pays for it"
    assert in_context(correction, previous, "What is a personal budget?").startswith("can we have money for a carer")


def test_the_turn_before_comes_from_the_gateway_or_from_a_training_example():
    assert previous_turn({"previous": {"answer": "a", "message": "b"}}) == Previous("a", "b")
    assert previous_turn({"intent": {"previous": "a"}}) == Previous("a")
    assert previous_turn({"audience": "parent"}) is None and previous_turn(None) is None
    assert previous_turn({"previous": 7}) is None and previous_turn({"previous": {}}) is None


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        (
            "What is Portage, and how do I join the learning library?",
            ["What is Portage", "how do I join the learning library"],
        ),
        ("who pays for it? can he have it at home?", ["who pays for it", "can he have it at home"]),
        ("Can I get a personal budget?", []),
        ("he is five and does not talk. what can I do?", []),
        ("bread and butter", []),
    ],
)
def test_questions_of_a_message(message, questions):
    assert questions_in(message) == questions


def test_what_goes_on_from_nothing_lacks_context():
    assert lacks_context("and without a plan?") and lacks_context("or for nursery")
    assert not lacks_context("what is portage")
    assert not lacks_context("and what can i do when the school says no to an assessment for him")
