"""Right after an answer, a typed wish for easier words or for more goes to Rasa as the button's intent message."""

from __future__ import annotations

import pytest


def answers(rasa, *idents: str, form: str | None = None, beside: dict | None = None) -> None:
    """Let Rasa reply with answers, and something beside them."""
    of = {"kind": "answer", "sources": [], "confidence": 0.9, **({"form": form} if form else {})}
    customs = [{**of, "answer": f"funding/{ident}"} for ident in idents] + ([beside] if beside else [])
    rasa.reply = [{"recipient_id": "x", "custom": {"text": "words", "buttons": [], "custom": c}} for c in customs]


def test_it_does_what_the_button_does(say, rasa):
    answers(rasa, "school-pays")
    say("who pays for help in school")
    assert say("can you say that in easier words") == '/faq{"answer": "school-pays", "form": "simpler"}'
    assert say("tell me more about that") == '/faq{"answer": "school-pays", "form": "more"}'


def test_it_is_shown_in_the_history_as_it_was_typed(client, rasa):
    answers(rasa, "school-pays")
    token = client.post("/api/chat", json={"message": "who pays"}).json()["conversation"]
    client.post("/api/chat", json={"message": "i dont get it", "conversation": token})
    said = client.get(f"/api/chat/{token}").json()["messages"]
    assert [message["text"] for message in said if message["from"] == "user"] == ["who pays", "i dont get it"]


def test_two_answers_are_both_told_otherwise(say, rasa):
    answers(rasa, "school-pays", "top-up")
    say("who pays and what is top up")
    assert say("simpler please") == '/faq{"answer": ["school-pays", "top-up"], "form": "simpler"}'


def test_what_was_already_told_simply_is_not_told_again(say, rasa):
    answers(rasa, "school-pays", form="simpler")
    say("who pays")
    assert say("i still dont get it") == '/faq{"answer": "school-pays", "form": "still_hard"}'
    assert say("tell me more") == '/faq{"answer": "school-pays", "form": "more"}'


def test_small_talk_between_is_passed_over(say, rasa):
    answers(rasa, "school-pays")
    say("who pays")
    rasa.says("smalltalk")
    say("thanks")
    assert say("can you make that shorter").startswith("/faq")


@pytest.mark.parametrize("kind", ["safeguarding", "records"])
def test_where_no_answer_was_just_given_it_is_an_ordinary_message(say, rasa, kind):
    answers(rasa, "school-pays")
    say("who pays")
    rasa.says(kind, **({"records": [], "filters": "anything"} if kind == "records" else {}))
    say("something else")
    assert say("i dont get it") == "i dont get it"


@pytest.mark.parametrize("kind", ["fallback", "clarify"])
def test_where_nothing_was_answered_yet_the_guide_says_what_it_can_do(say, rasa, kind):
    rasa.says("smalltalk")
    assert say("i dont get it") == "/ask_what_can_you_do"
    rasa.says(kind)
    say("something else")
    assert say("eh?") == "/ask_what_can_you_do"


@pytest.mark.parametrize("offer", [{"step": "offer"}, {"step": "how_to_reach"}], ids=["open", "not open"])
def test_where_a_person_was_offered_one_is_offered_again(say, rasa, offer):
    answers(rasa, "school-pays")
    say("who pays")
    rasa.says("handoff", **offer)
    say("i want to talk to somebody")
    assert say("i dont get it") == "/ask_for_person"


def test_the_questions_of_a_handover_are_answered_as_such(say, rasa):
    rasa.says("handoff", step="name")
    say("yes please")
    assert say("i dont get it") != "/ask_for_person"


def test_a_question_is_left_alone(say, rasa):
    answers(rasa, "school-pays")
    say("who pays")
    assert say("what does EHCP mean") == "what does EHCP mean"
    assert say("tell me more about short breaks") == "tell me more about short breaks"


def test_while_services_are_remembered_more_alone_means_more_of_them(say, rasa):
    services = {"kind": "records", "records": [{"id": "1", "name": "Learning Library"}], "filters": "anything"}
    answers(rasa, "school-pays", beside=services)
    say("where can we borrow toys")
    assert say("any more?") == "/records_more"
    answers(rasa, "school-pays", beside=services)
    say("where can we borrow toys")
    assert say("can you tell me more in detail") == '/faq{"answer": "school-pays", "form": "more"}'
    answers(rasa, "school-pays", beside=services)
    say("where can we borrow toys")
    assert say("i dont get it").endswith('"form": "simpler"}')


def test_danger_comes_first(say, rasa):
    answers(rasa, "school-pays")
    say("who pays")
    assert not say("i dont get it, i want to kill myself").startswith("/faq")
