"""Right after services were shown: more, something about one, a changed search; everything else is left alone."""

from __future__ import annotations

import pytest

from bot.directory.search.follow_up import AboutOne, Change, More, changed, read
from bot.directory.search.query import wanted_from_text

NAMES = ["Learning Library", "Portage Service", "Autism Support Group, Seaham", "eXtreme Group"]


@pytest.mark.parametrize(
    "text",
    [
        "more",
        "any more?",
        "show me more please",
        "what else is there",
        "anything else?",
        "more like that",
        "is that it",
        "next",
    ],
)
def test_more(text):
    assert read(text, NAMES) == More()


@pytest.mark.parametrize(
    ("text", "position", "detail"),
    [
        ("tell me more about the second one", 2, None),
        ("whats the number for the second one", 2, "phone"),
        ("how do i ring the first one", 1, "phone"),
        ("email for number 3", 3, "email"),
        ("where is the last one", 4, "place"),
        ("what ages is the third one for", 3, "ages"),
        ("have they got a website", None, "url"),
        ("what's their number", None, "phone"),
        ("tell me more about Portage", 2, None),
        ("whats the phone number for the learning library", 1, "phone"),
        ("the 2nd one", 2, None),
    ],
)
def test_one_of_those_shown(text, position, detail):
    assert read(text, NAMES) == AboutOne(position, detail)


def test_with_one_shown_it_is_the_one():
    assert read("what's their number", NAMES[:1]) == AboutOne(1, "phone")
    assert read("where is it", NAMES[:1]) == AboutOne(1, "place")


def test_a_place_in_the_list_that_there_is_not_is_left_alone():
    assert read("tell me about the fifth one", NAMES) is None


@pytest.mark.parametrize(
    "text", ["any nearer?", "anything closer to us", "is there one nearer", "thats too far", "closer please"]
)
def test_nearer(text):
    found = read(text, NAMES)
    assert isinstance(found, Change) and found.nearer


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("what about Peterlee", "place", "Peterlee"),
        ("and in Consett?", "place", "Consett"),
        ("Seaham", "place", "Seaham"),
        ("what about for teenagers", "age", 13.0),
        ("for a 7 year old", "age", 7.0),
        ("any free ones", "is_free", True),
        ("on a saturday?", "days", 32),
        ("what about autism", "needs", ("autism",)),
    ],
)
def test_a_changed_condition(text, field, value):
    found = read(text, NAMES)
    assert isinstance(found, Change) and getattr(found.wanted, field) == value


@pytest.mark.parametrize(
    "text",
    [
        "what about funding for a plan",
        "who pays for the second assessment",
        "how do I complain",
        "can I get a personal budget in Peterlee",
        "thanks",
        "my son is 7 and school say he needs a plan, what should I ask them for first do you think",
        "what is a plan",
        "how long does it take",
        "I want to talk to a person",
        "he hit his sister again",
        "what time does term start",
    ],
)
def test_other_messages_are_left_alone(text):
    assert read(text, NAMES) is None


def test_a_change_keeps_what_it_does_not_name():
    before = wanted_from_text("autism group near Seaham for my 7 year old")
    after = changed(before, read("what about Peterlee", NAMES))
    assert (after.place, after.needs, after.age) == ("Peterlee", before.needs, 7.0)
    older = changed(after, read("what about for teenagers", NAMES))
    assert (older.place, older.age, older.age_to) == ("Peterlee", 13.0, wanted_from_text("teenagers").age_to)


def test_nearer_halves_the_distance_and_stops_at_a_mile():
    wanted = wanted_from_text("groups near Seaham")
    seen = []
    for _ in range(6):
        wanted = changed(wanted, read("any nearer", NAMES))
        seen.append(wanted.within_miles)
    assert seen == [5.0, 2.5, 1.25, 1.0, 1.0, 1.0]
