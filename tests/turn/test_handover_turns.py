"""An answer of a handover never reaches Rasa nor the chat's history; what is no answer does."""

from __future__ import annotations

import pytest

from bot.guidance.wording import wording
from bot.handover.form import replies
from bot.handover.form.chat_draft import ChatHandover
from bot.handover.referrals.bounds import sender_of
from bot.privacy.encryption import new_key
from bot.settings import Settings

ANSWER = {"kind": "answer", "answer": "a/b", "topic": "a", "confidence": 0.9, "sources": [], "links": []}


@pytest.fixture
def keys():
    return new_key()


@pytest.fixture
def open_client(make_open_client, keys):
    return make_open_client(encryption_keys=keys)


@pytest.fixture
def handover(open_client, keys, tmp_path):
    return ChatHandover(
        Settings(
            referrals_url=f"sqlite:///{tmp_path / 'referrals.db'}",
            encryption_keys=keys,
            referral_email="inbox@sendiass.example",
            smtp_host="mail.example",
            secret_key="test key that is long enough to sign",
        )
    )


@pytest.fixture
def chat(open_client, rasa):
    """Give a function that says something, with Rasa replying with these messages."""
    token: dict[str, str] = {}

    def say(message: str | None = None, *messages: dict, payload: str | None = None) -> dict:
        if messages:
            rasa.reply = [{"recipient_id": "x", "custom": each} for each in messages]
        body = {"message": message} if payload is None else {"payload": payload}
        answer = open_client.post("/api/chat", json={**body, **token})
        assert answer.status_code == 200, answer.text
        token["conversation"] = answer.json()["conversation"]
        return answer.json()

    return say


def sent_to_rasa(rasa) -> list[str]:
    return [body["message"] for body in rasa.received]


def conversation_of(rasa) -> str:
    return next(body["sender"] for body in rasa.received if not body["sender"].startswith("dry-run-"))


def answer(text: str = "words", **custom) -> dict:
    return {"text": text, "buttons": [], "custom": {**ANSWER, **custom}}


def test_an_answer_is_put_into_the_draft_and_rasa_hears_only_that_there_is_one(chat, rasa, handover, open_client):
    chat("i want a person", replies.offer_message(None, True))
    chat("yes please", replies.question_message("name"))
    body = chat("Wilhelmina Zottmann", replies.question_message("contact"))
    assert sent_to_rasa(rasa) == ["i want a person", "/handover_start", "/handover_answer"]
    assert handover.draft(conversation_of(rasa))["typed"] == "Wilhelmina Zottmann"
    history = open_client.get(f"/api/chat/{body['conversation']}").text
    assert "Zottmann" not in history and "not shown here" in history


def test_the_bytes_of_the_chats_database_hold_no_answer(chat, rasa, tmp_path):
    chat("person", replies.offer_message(None, True))
    chat("aye", replies.question_message("child"))
    chat("Xanthippe", replies.question_message("age"))
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    assert b"aye" in stored and b"Xanthippe" not in stored


def test_a_question_in_the_middle_is_asked_and_not_swallowed(chat, rasa):
    chat("person", replies.question_message("name"))
    body = chat("what is an EHC plan?", answer(), replies.question_message("name", again=True))
    assert sent_to_rasa(rasa)[-1] == "what is an EHC plan?"
    assert [m["custom"]["kind"] for m in body["messages"]] == ["answer", "handoff"]
    chat("Wilhelmina", replies.question_message("contact"))
    assert sent_to_rasa(rasa)[-1] == "/handover_answer"


@pytest.mark.parametrize(
    ("reading", "sent"),
    [
        (answer(confidence=0.9), "how long does a plan take?"),
        (answer(confidence=0.3), "/handover_answer"),
        ({"text": "?", "buttons": [], "custom": {"kind": "clarify"}}, "/handover_answer"),
        ({"text": "999", "buttons": [], "custom": {"kind": "safeguarding"}}, "how long does a plan take?"),
    ],
)
def test_what_it_is_about_is_looked_at_before_it_is_taken_for_an_answer(chat, rasa, tracked, reading, sent):
    chat("person", replies.question_message("about"))
    chat("how long does a plan take?", reading)
    assert sent_to_rasa(rasa)[-1] == sent
    assert not [sender for sender in tracked() if sender.startswith("dry-run-")]


def test_a_story_with_danger_in_it_is_urgent_and_not_an_answer(chat, rasa):
    chat("person", replies.question_message("about"))
    body = chat("he has been hurting her again", replies.question_message("name"))
    assert [message["custom"]["kind"] for message in body["messages"]] == ["safeguarding"]
    assert sent_to_rasa(rasa)[-1] == "person"  # the gateway knows by itself what to say
    chat("Jo", answer())
    assert sent_to_rasa(rasa)[-1] == "Jo"  # after urgent help nothing is open


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("stop", "/handover_stop"), ("skip", "/handover_skip"), ("carry on", "/handover_carry_on")],
)
def test_words_for_buttons_are_understood(chat, rasa, typed, sent):
    chat("person", replies.question_message("school"))
    chat(typed, replies.question_message("school"))
    assert sent_to_rasa(rasa)[-1] == sent


def test_a_time_picked_by_a_button_is_an_answer_too(chat, rasa, handover, open_client):
    chat("person", replies.question_message("name"))
    body = chat("Jo", replies.question_message("when"))
    button = body["messages"][0]["buttons"][1]
    body = chat(payload=button["payload"])
    assert sent_to_rasa(rasa)[-1] == "/handover_answer"
    assert handover.draft(conversation_of(rasa))["typed"] == button["title"]
    said = [
        m["text"]
        for m in open_client.get(f"/api/chat/{body['conversation']}").json()["messages"]
        if m["from"] == "user"
    ]
    assert button["title"] not in said


def test_an_old_button_of_a_handover_that_is_gone_offers_a_person_again(chat, rasa, handover):
    chat("person", replies.question_message("name"))
    body = chat("Jo", replies.question_message("when"))
    handover.drop(conversation_of(rasa))
    chat(payload=body["messages"][0]["buttons"][0]["payload"])
    assert sent_to_rasa(rasa)[-1] == "/ask_for_person"


def test_the_check_shows_what_would_be_sent_and_keeps_none_of_it(chat, rasa, handover, open_client, tmp_path):
    chat("person", replies.question_message("name"))
    chat("Wilhelmina <b>Zottmann</b>", replies.question_message("contact"))
    ident = conversation_of(rasa)
    assert handover.take(ident, "name")
    check = replies.check_message(["name"], False, handover.consent, handover.shown(ident))
    body = chat("carry on", check)
    (message,) = body["messages"]
    assert "Name: Wilhelmina <b>Zottmann</b>" in message["text"] and handover.consent.splitlines()[0] in message["text"]
    assert message["custom"]["step"] == "check" and message["custom"]["consent"]
    token = body["conversation"]
    assert "Zottmann" in open_client.get(f"/api/chat/{token}").text
    page = open_client.post("/", data={"key": "k" * 16, "conversation": token, "resume": "1"}).text
    assert "Wilhelmina &lt;b&gt;Zottmann&lt;/b&gt;" in page
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    assert b"Zottmann" not in stored
    handover.drop(ident)
    assert "Zottmann" not in open_client.get(f"/api/chat/{token}").text


def test_consent_is_given_by_the_button_alone(chat, rasa, handover):
    chat("person", replies.question_message("name"))
    chat("Jo", replies.check_message([], False, handover.consent, "v"))
    chat("yes send it", replies.check_message([], False, handover.consent, "v"))
    assert sent_to_rasa(rasa)[-1] == "/handover_carry_on"


@pytest.mark.parametrize("step", ["sent", "stopped"])
def test_rasa_forgets_the_conversation_when_it_is_sent_or_stopped(chat, rasa, tracked, step):
    chat("person", replies.question_message("name"))
    assert tracked()
    chat("stop", {"text": "done", "buttons": [], "custom": {"kind": "handoff", "step": step}})
    assert tracked() == []


def test_an_answer_given_while_a_part_fails_is_still_an_answer_when_given_again(chat, rasa, handover):
    chat("person", replies.question_message("name"))
    rasa.status = 500
    chat("Wilhelmina Zottmann")
    rasa.status = 200
    chat("Wilhelmina Zottmann", replies.question_message("contact"))
    assert sent_to_rasa(rasa)[1:] == ["/handover_answer", "/handover_answer"]


def test_erasing_the_chat_erases_what_was_begun(chat, rasa, handover, open_client):
    chat("person", replies.question_message("name"))
    body = chat("Wilhelmina", replies.question_message("contact"))
    assert handover.draft(conversation_of(rasa))
    assert open_client.delete(f"/api/chat/{body['conversation']}").status_code == 204
    assert handover.draft(conversation_of(rasa)) is None


def test_three_failures_in_a_row_offer_a_person(chat, rasa):
    fallback = {"text": "?", "buttons": [], "custom": {"kind": "fallback"}}
    clarify = {"text": "which?", "buttons": [], "custom": {"kind": "clarify"}}

    def kinds(body: dict) -> list[str]:
        return [message["custom"]["kind"] for message in body["messages"]]

    assert kinds(chat("a", fallback)) == ["fallback"]
    assert kinds(chat("b", clarify)) == ["clarify"]
    third = chat("c", fallback)
    assert kinds(third) == ["fallback", "handoff"]
    assert [button["title"] for button in third["messages"][1]["buttons"]][0].startswith("Yes")
    chat("yes", replies.question_message("about"))
    assert sent_to_rasa(rasa)[-1] == "/handover_start"
    assert kinds(chat("stop", answer())) == ["answer"]
    assert kinds(chat("d", fallback)) == ["fallback"]


def test_an_answer_to_a_person_in_distress_has_a_person_beside_it(chat):
    (message,) = chat("I'm at my wits' end, how do I get a plan", answer())["messages"]
    assert message["custom"]["kind"] == "answer" and message["buttons"][-1]["title"] == "Talk to a person"


def test_where_nobody_receives_anything_names_are_ordinary_messages(client, rasa):
    rasa.reply = [{"recipient_id": "x", "custom": replies.offer_message(None, False)}]
    token = client.post("/api/chat", json={"message": "person"}).json()["conversation"]
    client.post("/api/chat", json={"message": "yes", "conversation": token})
    assert rasa.received[-1]["message"] == "yes"


def test_too_many_begun_from_one_address_are_told_how_else_to_reach_sendiass(make_open_client, keys, rasa, handover):
    few = make_open_client(encryption_keys=keys, drafts_an_hour=1)

    def ask_for_person(word: str) -> tuple[dict, str]:
        rasa.reply = [{"recipient_id": "x", "custom": replies.offer_message(None, True)}]
        offered = few.post("/api/chat", json={"message": "a person please"}).json()
        rasa.reply = [{"recipient_id": "x", "custom": replies.question_message("about")}]
        said = {"message": word} if word else {"payload": offered["messages"][0]["buttons"][0]["payload"]}
        answer = few.post("/api/chat", json={**said, "conversation": offered["conversation"]})
        assert answer.status_code == 200
        return answer.json()["messages"][0], sent_to_rasa(rasa)[-1]

    assert ask_for_person("")[1] == "/handover_start"
    for word in ("", "yes please"):
        message, last_sent = ask_for_person(word)
        assert wording("handover_chat.too_many_begun") in message["text"] and last_sent == "a person please"
        assert message["custom"]["step"] == "how_to_reach"


def test_what_is_sent_from_the_chat_is_counted_by_its_address(chat, rasa, handover):
    chat("person", replies.offer_message(None, True))
    check = chat("yes", replies.check_message([], False, handover.consent, "1"))
    chat(None, replies.not_sent_message(), payload=check["messages"][0]["buttons"][0]["payload"])
    assert sent_to_rasa(rasa)[-1] == "/handover_send"
    assert handover.draft(conversation_of(rasa))["sender"] == sender_of(handover._settings, "unknown")
