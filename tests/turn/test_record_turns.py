"""Right after services were shown, follow-ups go to Rasa as intents of their own; everything else goes as it is."""

from __future__ import annotations

import pytest

RECORDS = [{"id": str(number), "name": name} for number, name in enumerate(["Learning Library", "Portage Service"])]


@pytest.fixture
def shown(say, rasa):
    rasa.says("records", "I found two places.", records=RECORDS, filters="anything")
    say("where can i borrow toys")
    rasa.says("answer", answer="x/y", sources=[], confidence=0.9)


def test_a_follow_up_becomes_an_intent(say, shown):
    assert say("tell me more about the second one") == '/records_about{"record_position": "2"}'
    assert say("any more?") == "/records_more"
    assert say("what about Peterlee").startswith('/records_change{"looking_for": ')


def test_a_follow_up_is_shown_in_the_history_as_it_was_typed(client, say, shown):
    say("any more?")
    token = client.post("/api/chat", json={"message": "hello"}).json()["conversation"]
    assert token
    assert say("thanks") == "thanks"


def test_without_services_shown_it_is_of_the_answer(say, rasa):
    rasa.says("answer", answer="x/y", sources=[], confidence=0.9)
    say("what is a plan")
    assert say("any more?") == '/faq{"answer": "y", "form": "more"}'


def test_a_search_is_remembered_for_three_turns(say, shown):
    say("what is a plan")
    assert (
        say("what's the number for the first one") == '/records_about{"record_position": "1", "record_detail": "phone"}'
    )
    say("who pays for that then")
    say("and who decides that part")
    assert say("any more?") == '/faq{"answer": "y", "form": "more"}'


def test_nothing_found_can_be_changed_but_has_no_second_one(say, rasa):
    rasa.says("no_records", "I found nothing.", filters="autism, near Crook")
    say("autism groups near crook")
    assert say("what about Bishop Auckland").startswith("/records_change")
    rasa.says("no_records", "I found nothing.", filters="autism, near Crook")
    say("autism groups near crook")
    assert say("tell me more about the second one") == "tell me more about the second one"


def test_danger_comes_before_a_follow_up(say, shown):
    sent = say("any more? he says he is going to kill himself")
    assert not sent.startswith("/records")
