"""Wishes for a person are recognised by their form; questions that only speak of people are not."""

from __future__ import annotations

import pytest

from bot.reading.person import wants_person


@pytest.mark.parametrize(
    "text",
    [
        "Any chance of getting a human on this thing?",
        "connect me to one of your advisers",
        "I want my case passed on to someone, can you pass my details to sendiass",
        "could an advocate sit in with us at the panel",
        "somebody to go through his report with me would be good",
        "is there anybody who would help me fill in the form",
        "get sendiass to give us a bell",
        "can one of your team phone my husband",
        "I'd sooner talk than type",
        "I am fed up with robots, I need somebody real",
        "would somebody come to mediation with me",
        "I want to complain about the SEN casework officers",
        "do you have an adviser I could message",
    ],
)
def test_a_wish_for_a_person_is_heard(text):
    assert wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "who is SENDIASS",
        "when can a parent talk to SENDIASS",
        "does SENDIASS go to tribunals",
        "who should I speak to at nursery about her speech",
        "can a teacher speak to the therapist",
        "am I talking to a real person",
        "what happens when somebody looks at the plan",
        "do I have to talk to the therapist before I complain",
        "how do I complain about the EHC team",
        "are there groups where he can meet someone his age",
        "my son needs someone to teach him to swim",
    ],
)
def test_what_only_speaks_of_people_is_not_a_wish(text):
    assert not wants_person(text)
