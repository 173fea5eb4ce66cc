"""A wish for easier words or for more is told from a question, by the words alone."""

from __future__ import annotations

import pytest

from bot.reading.retelling import read

SIMPLER = [
    "can you say that in easier words",
    "i dont get it",
    "too long",
    "eh? plainer please",
    "whats that mean in normal english",
    "Say it more simply",
    "I don't understand what you mean",
    "that's too complicated for me",
    "what do you mean by that",
    "dumb it down for me",
    "explain like im five",
    "i'm dyslexic can you make it shorter",
    "you've lost me there",
    "thats way too long to read",
    "i divvent understand that pet",
    "can you put that more simply? my english is not very good",
    "I don\u2019t get it. can you say it in easier words?",
    "that was a lot, can you sum it up",
    "not sure what you mean",
    "my head is mashed, say it simpler",
    "sorry im shattered can you put that in easier words",
]
MORE = [
    "tell me more about that",
    "Tell me more",
    "more info please",
    "is there more to it",
    "anything else I should know about that?",
    "could you elaborate",
    "ok thanks, tell me more",
    "interesting, go on",
    "is that all?",
    "gan on then",
    "in more detail please",
]
QUESTIONS = [
    "what does EHCP mean",
    "tell me more about short breaks",
    "can you explain what an EHC plan is",
    "I don't understand the letter from school",
    "i dont understand why they said no",
    "how long is too long to wait",
    "is there an easier way to apply",
    "can i get more money",
    "what is a personal budget in simple terms",
    "i want to talk to a person",
    "could i talk to a real human being please",
    "let me speak to a proper person",
    "that was simple thanks",
    "no it was easy to understand",
    "what does that mean for our nursery place",
    "more groups near crook",
    "my child does not understand words",
    "my son is confused and lost at school",
    "im worried about school can you tell me more",
    "im lost i dont know where to turn",
    "what else can i do if school says no",
    "is there an easy read version of the EHC plan",
    "we dont get any help",
    "they never explain anything to us",
    "i dont know",
    "thats not what i asked",
    "does that mean we have to pay",
    "he needs simple instructions",
    "it takes too long",
    "thats too long to wait",
    "its been too long",
    "can i get more",
    "what do i do now",
    "is that all the money they get",
    "can you help me with the form",
    "i dont get on with the senco",
    "",
]


@pytest.mark.parametrize("text", SIMPLER)
def test_easier_words_are_wanted(text):
    assert read(text) == "simpler"


@pytest.mark.parametrize("text", MORE)
def test_more_is_wanted(text):
    assert read(text) == "more"


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_of_its_own_is_left_alone(text):
    assert read(text) is None


def test_a_long_message_is_read_at_once():
    assert read("please can you say that again more more more and more " * 40) is None
