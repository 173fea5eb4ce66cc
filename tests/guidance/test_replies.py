"""What the guide says: sources with their dates, warnings where they are old, and never an invented number."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from bot.guidance import replies
from bot.guidance.answers import FORMS, load_answers
from bot.guidance.contacts import contact
from bot.guidance.sources import UnknownSection, cite, load_documents

TODAY = date(2026, 11, 23)


@pytest.fixture
def answer():
    return next(a for a in load_answers().values() if a.sources[0].startswith("ot-guide-2023#"))


def test_an_answer_names_its_document_month_and_passed_review(answer):
    message = replies.answer_message(answer, "parent", 0.9, today=TODAY)
    assert "April 2023" in message["text"]
    assert "due a check by April 2024" in message["text"]
    source = message["custom"]["sources"][0]
    assert source["published"] == "2023-04" and source["review_due"] == "2024-04" and source["stale"] is True


def test_before_the_review_date_there_is_no_warning(answer):
    text = replies.answer_message(answer, "parent", 0.9, today=date(2024, 4, 30))["text"]
    first_source_only = text.split("From: ")[1]
    assert "may have changed" not in first_source_only


def test_the_facts_do_not_depend_on_the_audience(answer):
    parent = replies.answer_message(answer, "parent", 0.9, today=TODAY)["custom"]
    staff = replies.answer_message(answer, "professional", 0.9, today=TODAY)["custom"]
    assert parent["sources"] == staff["sources"] and parent["links"] == staff["links"]


def test_every_answer_can_be_said_to_both_audiences():
    for each in load_answers().values():
        for audience in ("parent", "professional"):
            message = replies.answer_message(each, audience, 0.5, today=TODAY)
            assert message["custom"]["sources"], each.id
            assert len(message["buttons"]) <= replies.MOST_RELATED + len(FORMS)


def test_clarify_offers_none_of_these_last():
    some = list(load_answers().values())[:5]
    buttons = replies.clarify_message(some)["buttons"]
    assert len(buttons) == 4
    assert buttons[-1] == {"title": "None of these", "payload": "/none_of_these"}
    assert re.fullmatch(r'/faq\{"answer": "[a-z0-9-]+"\}', buttons[0]["payload"])


def test_urgent_help_says_999_and_first_contact_first():
    message = replies.urgent_help_message("parent")
    assert message["custom"]["kind"] == "safeguarding"
    assert message["text"].index("999") < message["text"].index("First Contact")
    assert message["custom"]["sources"][0]["section"] == "first-contact"
    assert "safeguarding lead" in replies.urgent_help_message("professional")["text"]


def test_what_the_council_has_not_supplied_is_not_shown():
    assert contact("first-contact").phone is None
    text = replies.urgent_help_message("parent")["text"]
    assert "None" not in text and "null" not in text and "You can also talk to someone here" not in text


def test_an_unknown_section_is_refused():
    with pytest.raises(UnknownSection, match="no-such"):
        cite("ot-guide-2023#no-such", load_documents())


def test_an_answer_offers_its_other_forms_first_and_tells_them():
    answer = load_answers()["what-is-ehc-plan"]
    usual = replies.answer_message(answer, "parent", 1.0)
    assert [button["title"] for button in usual["buttons"]][:2] == ["Say it more simply", "Tell me more"]
    assert json.loads(usual["buttons"][0]["payload"].removeprefix("/faq")) == {"answer": answer.id, "form": "simpler"}
    simpler = replies.answer_message(answer, "parent", 1.0, form="simpler")
    assert simpler["text"].startswith(answer.simpler) and simpler["text"] != usual["text"]
    assert [button["title"] for button in simpler["buttons"]][0] == "Tell me more"
    assert simpler["custom"]["sources"] == usual["custom"]["sources"]


def test_an_answer_without_another_form_comes_as_usual():
    answer = next(answer for answer in load_answers().values() if not (answer.simpler or answer.more))
    assert replies.answer_message(answer, "parent", 1.0, form="simpler") == replies.answer_message(
        answer, "parent", 1.0
    )


@pytest.mark.parametrize("form", ["simpler", "more", replies.STILL_HARD])
def test_where_there_is_no_other_form_a_person_and_the_links_are_offered(form):
    answer = next(a for a in load_answers().values() if a.links and a.related and not (a.simpler or a.more))
    message = replies.retold_message(answer, "parent", form)
    assert message["custom"]["kind"] == "smalltalk"
    urls = [link["url"] for link in message["custom"]["links"]]
    assert (
        answer.links[0]["url"] in urls and contact("sendiass").as_link()["url"] in urls and len(urls) == len(set(urls))
    )
    assert message["buttons"][-1] == replies.person_button()
    assert (len(message["buttons"]) > 1) == (form == "more")


def test_an_answer_in_another_form_says_which():
    answer = load_answers()["what-is-ehc-plan"]
    assert replies.retold_message(answer, "parent", "more")["custom"]["form"] == "more"
    assert replies.retold_message(answer, "parent", "more")["text"].startswith(answer.more)
    assert "form" not in replies.answer_message(answer, "parent", 1.0)["custom"]
    assert replies.retold_message(answer, "parent", replies.STILL_HARD)["custom"]["kind"] == "smalltalk"
