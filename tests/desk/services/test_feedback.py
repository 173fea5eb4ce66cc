"""Was this useful? Asked only while somebody works the queue; a "no" brings the question to them."""

from __future__ import annotations

import pytest

from bot.guidance.wording import wording
from tests.desk.conftest import PASSWORD
from tests.desk.services.test_intake import ask, kept

NAME = "funding/school-pays"


@pytest.fixture
def wanted(client, accounts):
    accounts.add("anna", PASSWORD, ["content"], True, "test")
    return client.app.state.desk.feedback


def give(client, said, **more):
    return client.post("/api/feedback", json={"conversation": said["conversation"], "answer": NAME, **more})


def page_of(client, **fields):
    return client.post("/", data={"key": "k" * 20, **fields})


def test_nobody_is_asked_while_nobody_would_look(client, accounts):
    accounts.add("anna", PASSWORD, ["content"], False, "test")
    accounts.add("berta", PASSWORD, ["policy"], True, "test")
    said = ask(client, "who pays")
    assert client.get("/api/feedback").json()["wanted"] is False
    assert give(client, said, useful=True).status_code == 404
    assert wording("desk.useful.ask") not in page_of(client, message="who pays").text


def test_a_no_with_its_reason_comes_into_the_queue_and_a_later_yes_takes_it_back(client, wanted):
    said = ask(client, "who pays")
    assert give(client, said, useful=False, reason="hard").status_code == 204
    (question,) = kept(client)
    assert (question.text, question.outcome, question.detail) == ("who pays", "unhelpful", "hard")
    assert question.near == [{"answer": NAME, "confidence": None}]
    give(client, said, useful=False, reason="wrong")
    (question,) = kept(client)
    assert question.detail == "wrong" and wanted.counts() == {NAME: (0, 1)}
    give(client, said, useful=True)
    assert kept(client) == [] and wanted.counts() == {NAME: (1, 0)}


def test_a_name_in_the_question_is_taken_out(client, wanted):
    said = ask(client, "who pays for my son Jayden")
    give(client, said, useful=False, reason="hard")
    (question,) = kept(client)
    assert question.text == "who pays for my son [name removed]"


def test_what_makes_no_sense_is_refused(client, wanted):
    said = ask(client, "who pays")
    assert give(client, said, useful=False, reason="because").status_code == 422
    assert give(client, said, useful=False).status_code == 422
    assert give(client, said, useful=True, reason="hard").status_code == 422
    assert give(client, {"conversation": "forged"}, useful=True).status_code == 400
    other = {"conversation": said["conversation"], "answer": "waiting/other", "useful": True}
    assert client.post("/api/feedback", json=other).status_code == 422


def test_on_the_page_without_javascript(client, wanted):
    page = page_of(client, message="who pays")
    assert page.text.count('name="feedback"') == 5 and wording("desk.useful.ask") in page.text
    token = page.text.split('name="conversation" value="')[1].split('"')[0]
    thanked = page_of(client, conversation=token, feedback=f"hard {NAME}", message="half a questi")
    assert wording("desk.useful.thanks") in thanked.text and "half a questi" in thanked.text
    assert "The school pays first." in thanked.text and 'name="feedback"' not in thanked.text
    assert [question.detail for question in kept(client)] == ["hard"]


def test_erasing_the_chat_erases_what_was_said_of_it(client, wanted):
    said = ask(client, "who pays")
    give(client, said, useful=False, reason="hard")
    client.delete(f"/api/chat/{said['conversation']}")
    assert kept(client) == [] and wanted.counts() == {}
