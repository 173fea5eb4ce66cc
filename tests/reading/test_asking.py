"""An answer about the right subject is no answer where it lacks the very thing that was asked for."""

from __future__ import annotations

import pytest

from bot.reading.asking import asks_for_service, missing_thing


@pytest.mark.parametrize(
    ("message", "answer", "missing"),
    [
        ("how much does the course cost", "It is a course of three sessions.", "price"),
        ("how much does the course cost", "The course is free.", None),
        ("how much should school pay", "School must pay up to £6,000.", None),
        ("what time is the drop in", "There are drop-ins at the hubs.", "opening time"),
        ("how many weeks does the council have to decide", "An assessment can be asked for.", "time limit"),
        ("how many weeks does the council have to decide", "It must decide within 6 weeks.", None),
        ("what is the address of the centre", "Young people meet there.", "address"),
        ("what is the address of the centre", "The Local Offer website can help.", "address"),
        ("what is the email address of the team", "Write to help@example.org.", None),
        ("how many children have a plan on the latest return", "In 2016 there were 1,200.", "latest figure"),
        ("what is the top-up worth this financial year", "The council pays the top-up.", "latest figure"),
        ("what is the latest inspection report", "Inspectors came in 2024.", None),
        ("what is the rate per pupil", "The school pays up to £6,000.", "rate"),
        ("how much is paid per pupil", "The school pays up to £6,000.", None),
        ("how much does it cost", "The guide does not say what it costs.", "price"),
        ("who pays for the course", "The school pays.", None),
        ("our opening hours on the site are out of date, who changes them", "Each provider sends in changes.", None),
        ("they charge by the hour, how can i tell who is good", "Here is a guide to quality.", None),
        ("do they charge by the hour", "Here is a guide to quality.", "price"),
    ],
)
def test_what_is_asked_must_be_said(message, answer, missing):
    found = missing_thing(message, answer)
    assert (found.name if found else None) == missing


@pytest.mark.parametrize(
    "message",
    [
        "find me a choir",
        "is there a club he could join",
        "which team looks after wheelchairs",
        "where can we borrow a trike",
        "baby group stanley",
        "somewhere for her to meet friends",
        "course for parents about sleep",
        "signing lessons for grandparents",
        "reading support she can go to after tea",
    ],
)
def test_a_service_is_asked_for(message):
    assert asks_for_service(message)


@pytest.mark.parametrize(
    "message",
    [
        "what is top-up funding",
        "how long is the wait for an assessment",
        "can i teach my child at home",
        "support for the appeal they lost",
    ],
)
def test_no_service_is_asked_for(message):
    assert not asks_for_service(message)
