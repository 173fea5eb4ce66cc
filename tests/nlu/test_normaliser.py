"""What the first component writes on a message: plain words, sentences of a story, questions, and what it leans on."""

from __future__ import annotations

from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.guidance.answers import load_answers
from bot.nlu.components.normaliser import MessageNormaliser
from bot.nlu.ranking.features import CONTEXT, FOLLOW_UP, NORMALISED, PARTS, QUESTIONS
from bot.reading.context import CORRECTION, STRONG

GIVEN = next(iter(load_answers().values()))


def read(text: str, **previous: str) -> Message:
    message = Message(data={"text": text, "metadata": {"previous": previous} if previous else {}})
    return MessageNormaliser().process([message])[0]


def test_a_short_message_is_one_whole():
    message = read("Wats a EHCP??")
    assert message.get(NORMALISED).startswith("what is a ehcp")
    assert message.get(PARTS) == []
    assert message.get(CONTEXT) is None


def test_a_story_is_cut_into_its_sentences():
    story = "We moved here in May and he is seven years old now. " * 3 + "How do I ask for a plan for him at school?"
    assert read(story).get(PARTS)[-1].startswith("how do i ask for a plan")


def test_two_questions_are_told_apart():
    assert len(read("what is portage and how do I join the learning library").get(QUESTIONS)) == 2
    assert read("what is portage").get(QUESTIONS) == []


def test_a_follow_up_brings_the_question_of_the_answer_before():
    message = read("how long does it take", answer=GIVEN.id, message="hello")
    assert message.get(FOLLOW_UP) == STRONG
    assert message.get(CONTEXT).endswith("how long does it take")
    assert len(message.get(CONTEXT).split()) > len(GIVEN.question.split())


def test_a_correction_brings_what_the_person_asked():
    message = read("no, i meant for nursery", answer=GIVEN.id, message="who pays for a helper")
    assert message.get(FOLLOW_UP) == CORRECTION
    assert message.get(CONTEXT).startswith("who pays for a helper")


def test_an_example_that_follows_on_is_learnt_with_the_answer_before():
    example = Message(data={"text": "how long does it take", "metadata": {"intent": {"previous": GIVEN.id}}})
    MessageNormaliser().process_training_data(TrainingData([example]))
    assert example.get(NORMALISED).endswith("how long does it take")
    assert example.get(PARTS) == ["how long does it take"]
    assert example.get(CONTEXT) is None


def test_a_message_without_words_is_left():
    assert read("").get(NORMALISED) is None
