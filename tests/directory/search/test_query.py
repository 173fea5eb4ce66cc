"""What requests in people's own words ask for."""

from __future__ import annotations

import pytest

from bot.directory.search.query import wanted_from_text
from bot.directory.search.times import WEEKEND
from bot.directory.search.wanted import Wanted


@pytest.mark.parametrize(
    ("text", "age", "age_to"),
    [
        ("for a 7 year old", 7, None),
        ("my seven yr old", 7, None),
        ("14 months old", 1, None),
        ("10 weeks old", 0, None),
        ("aged 15", 15, None),
        ("12yo", 12, None),
        ("our lad's 11", 11, None),
        ("a lad of 13", 13, None),
        ("a lonely girl of twelve", 12, None),
        ("ds is 17", 17, None),
        ("i'm 20", 20, None),
        ("she turned 16", 16, None),
        ("newborn baby", 0, 0),
        ("a baby who cries", 0, 1),
        ("toddler group", 1, 3),
        ("teenagers", 13, 19),
        ("under 5s", 0, 4),
        ("ages 8-12", 8, 12),
        ("11 to 16 year olds", 11, 16),
        ("he is in year 5", 9, 10),
        ("young adults", 16, 25),
    ],
)
def test_ages_are_read_in_years(text, age, age_to):
    wanted = wanted_from_text(text)
    assert (wanted.age, wanted.age_to) == (age, age_to)


@pytest.mark.parametrize(
    "text",
    [
        "i have 3 kids",
        "within 5 miles",
        "we waited 2 years",
        "at 7 pm",
        "moving to adult services",
        "just 2 sessions",
        "is 5 miles too far",
        "a child of 2 people who care",
        "what dose for a child of 25 kg",
    ],
)
def test_other_numbers_are_no_age(text):
    assert wanted_from_text(text).age is None


def test_days_and_times_are_read():
    assert wanted_from_text("anything on Saturdays").days == 32
    assert wanted_from_text("clubs at the weekend").days == WEEKEND
    assert wanted_from_text("group on sat morning").days == 32
    assert wanted_from_text("group on tues").days == 2
    assert wanted_from_text("he sat in the morning").days == 0
    after = wanted_from_text("swimming after 5pm")
    assert (after.from_minute, after.to_minute) == (17 * 60, None)
    morning = wanted_from_text("a mum and baby morning group")
    assert (morning.from_minute, morning.to_minute) == (0, 12 * 60)
    assert wanted_from_text("club before 11").to_minute == 11 * 60


def test_free_is_read_but_not_free_school_meals():
    assert wanted_from_text("free groups").is_free
    assert wanted_from_text("somewhere that doesn't cost").is_free
    assert not wanted_from_text("who does free school meals").is_free
    assert not wanted_from_text("gluten free cooking").is_free
    assert not wanted_from_text("what to do in his free time").is_free


def test_needs_kinds_and_access_are_the_taxonomys_terms():
    wanted = wanted_from_text("autisim club with wheelchair access for deaf bairns")
    assert set(wanted.needs) >= {"autism", "hearing"}
    assert wanted.kinds == ("club",)
    assert wanted.accessibility == ("wheelchair",)


def test_what_is_left_is_the_subject():
    assert wanted_from_text("horse riding for disabled kids in Barnard Castle").text == "horse riding"
    assert wanted_from_text("is there anything for my son please").subject == ()
    assert "speech" in wanted_from_text("speech therapist").subject


def test_what_is_not_wanted_is_no_subject():
    assert wanted_from_text("a group that is not a church").subject == ()
    assert wanted_from_text("a group without seeing the doctor").subject == ()


def test_it_is_said_in_words():
    said = wanted_from_text("autism group near Seaham for my 7 year old on a Saturday, free").in_words()
    assert said == "support group, for autism, near Seaham, age 7, on Saturday, free of charge"
    assert Wanted().in_words() == "any kind of help"


def test_a_condition_is_left_out_by_name():
    wanted = wanted_from_text("autism group near Seaham for my 7 year old")
    assert wanted.without("age").age is None
    assert wanted.without("place").within_miles == 25
    assert wanted.without("place").without("place").place is None
    assert wanted.without("needs").needs == ()
    with pytest.raises(KeyError):
        wanted.without("colour")
