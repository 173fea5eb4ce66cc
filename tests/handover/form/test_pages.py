"""The web form's pages come from the same list as the chat's steps, and so does all that is sent."""

from __future__ import annotations

from dataclasses import fields

from bot.handover.form.pages import BY_NAME, CHAT, PAGES, first_unanswered, page_after, page_before, pages_for, take
from bot.handover.form.steps import ANSWERS, CHECK, STEPS
from bot.handover.referrals.store import Details
from tests.handover.conftest import DETAILS

FROM_CHAT = {"conversation_id": "a chat"}


def test_every_answer_that_is_sent_is_asked_for_once_in_the_chat_and_once_on_a_page_in_one_order():
    sent = [each.name for each in fields(Details) if each.name != "conversation"]
    assert list(ANSWERS) == sent
    assert [field for step in STEPS.values() for field in step.fields] == sent
    assert [field for page in PAGES for field in page.answers] == sent
    assert list(DETAILS.answers()) == sent


def test_what_was_left_out_is_not_among_the_answers():
    assert list(Details(about="a", name="b", email="c@example.org").answers()) == ["about", "name", "email"]


def test_the_pages_follow_each_other_and_the_chat_is_asked_about_only_where_there_was_one():
    names = [page.name for page in pages_for({})]
    assert names == ["about", "name", "reach", "when", "child", "school"]
    assert [page.name for page in pages_for(FROM_CHAT)] == [*names, CHAT]
    assert page_before("about", {}) is None and page_after("about", {}) == "name"
    assert page_after("school", {}) == CHECK and page_after("school", FROM_CHAT) == CHAT
    assert page_before(CHECK, {}) == "school" and page_before(CHECK, FROM_CHAT) == CHAT


def test_one_way_to_reach_somebody_is_enough_and_a_wrong_one_is_told_beside_the_right():
    assert take(BY_NAME["reach"], {"phone": "0191 498 0123"}).errors == {}
    assert list(take(BY_NAME["reach"], {"phone": " ", "email": ""}).errors) == ["phone"]
    both = take(BY_NAME["reach"], {"phone": "12", "email": "jo@example.org"})
    assert list(both.errors) == ["phone"] and both.answers == {"email": "jo@example.org"}


def test_a_page_of_two_questions_takes_one_without_the_other():
    taken = take(BY_NAME["child"], {"child_first_name": "", "child_age": "seven"})
    assert taken.answers == {"child_first_name": None} and list(taken.errors) == ["child_age"]


def test_the_first_page_that_lacks_an_answer_is_where_somebody_must_go():
    assert first_unanswered({"answers": {}}) == "about"
    assert first_unanswered({"answers": {"about": "a", "name": "b", "phone": None}}) == "reach"
    assert first_unanswered({"answers": {"about": "a", "name": "b", "email": "c@example.org"}}) is None
