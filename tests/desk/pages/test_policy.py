"""Policy questions: the professional text with sources, dates, a citation to copy, and the section's other answers."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest

from bot.desk.services.library import (
    abbreviations,
    answers_by_topic,
    citations,
    others_of_sections,
    sections,
    with_citation,
)
from bot.guidance.answers import load_answers
from bot.guidance.dates import month_in_words
from tests.desk.conftest import hidden, post
from tests.fakes import ANSWER

REAL = load_answers()["core-and-notional-funding"]


@pytest.fixture
def policy(person, rasa):
    rasa.reply = [{"custom": {**ANSWER, "custom": {**ANSWER["custom"], "answer": REAL.name}}}]
    return person("policy")


def ask(browser, **fields):
    return post(browser, "/staff/policy", "/staff/policy", **{"key": "k" * 20, **fields})


def test_an_answer_comes_with_all_that_a_letter_needs(policy, rasa):
    page = ask(policy, question="what is notional funding")
    assert page.status_code == 200 and rasa.received[-1]["metadata"]["audience"] == "professional"
    shown = unescape(page.text)
    for source in citations(REAL):
        assert month_in_words(source.document.published) in shown and source.section_title in shown
    copied = page.text.split("<textarea", 2)[2].split(">", 1)[1].split("</textarea>")[0]
    assert "Source: " in copied and REAL.reviewed in copied and "readonly" in page.text
    others = others_of_sections(REAL)
    assert others and f"/staff/answer/{others[0].id}" in page.text
    assert policy.get(f"/staff/answer/{others[0].id}").status_code == 200
    assert policy.get("/staff/answer/no-such-answer").status_code == 404


def test_a_follow_up_and_a_button_stay_in_the_conversation(policy, rasa):
    first = ask(policy, question="what is notional funding").text
    token = hidden(first, "conversation")
    ask(policy, question="and who pays it", conversation=token, key="a" * 20)
    assert rasa.received[-1]["metadata"]["previous"]["message"] == "what is notional funding"
    button = first.split('name="payload" value="')[1].split('"')[0]
    assert ask(policy, payload=button, conversation=token, key="b" * 20).status_code == 200
    assert rasa.received[-1]["message"].startswith("/faq")


def test_mistakes_are_said_and_nothing_is_lost(policy):
    assert ask(policy, question="").status_code == 422
    long = ask(policy, question="word " * 500)
    assert long.status_code == 422 and "too long" in long.text and "word word" in long.text
    assert ask(policy, question="x", conversation="forged").status_code == 400


def test_what_is_not_an_answer_is_shown_as_it_is(policy, rasa):
    rasa.says("fallback", "I do not <know>.")
    assert "I do not &lt;know&gt;." in ask(policy, question="bus").text


def test_a_citation_says_where_when_and_whether_it_is_old():
    copied = with_citation(REAL, date(2026, 11, 25))
    assert REAL.text_for("professional").splitlines()[0].replace("**", "") in copied
    assert (
        "The occupational therapy offer" in copied and "April 2023" in copied and "review was due April 2024" in copied
    )
    assert "Copied 2026-11-25" in copied and REAL.name in copied
    assert "review was due" not in with_citation(REAL, date(2024, 4, 30))


def test_answers_are_late_by_their_documents_dates():
    def late(day: date) -> set[str]:
        return {state.answer.id for states in answers_by_topic(day).values() for state in states if state.late}

    assert REAL.id in late(date(2026, 11, 25))
    assert not late(date(2016, 1, 1))


def test_every_section_is_listed_with_its_answers():
    listed = {(state.document.id, state.section): state for state in sections()}
    assert len(listed) >= 112
    assert REAL in listed["ot-guide-2023", "funding-mainstream"].answers


def test_abbreviations_are_listed():
    assert ("CAMHS", "child and adolescent mental health services") in {
        (short, long) for short, long, _ in abbreviations()
    }
