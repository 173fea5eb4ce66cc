"""The handover's actions: what they say, what they tell Rasa (markers only), and that no failure is silent."""

from __future__ import annotations

import asyncio
import logging

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import OperationalError

from actions import handover as actions
from bot.guidance.wording import wording
from bot.handover.form.chat_draft import ChatHandover
from bot.handover.form.steps import STEPS
from bot.turn.conversations import ConversationStore
from tests.setting_up import settings_in

CHAT = "a-chat"


@pytest.fixture
def settings(tmp_path):
    return settings_in(tmp_path, referral_email="inbox@sendiass.example", smtp_host="mail.example")


@pytest.fixture
def handover(settings, monkeypatch):
    own = ChatHandover(settings)
    monkeypatch.setattr(actions, "handover", lambda: own)
    monkeypatch.setattr(actions, "conversations", lambda: ConversationStore(settings.database_url))
    return own


@pytest.fixture
def closed(settings, monkeypatch):
    own = ChatHandover(settings.model_copy(update={"referral_email": ""}))
    monkeypatch.setattr(actions, "handover", lambda: own)
    return own


def tracker(intent: str = "handover_answer", slots=None, entities=(), loop: str | None = None, events=()) -> Tracker:
    latest = {"text": "", "intent": {"name": intent}, "entities": list(entities), "metadata": {}}
    return Tracker(
        CHAT, dict(slots or {}), latest, list(events), False, None, {"name": loop} if loop else {}, "action_listen"
    )


def run(action, of: Tracker) -> tuple[list[dict], dict]:
    dispatcher = CollectingDispatcher()
    events = action.run(dispatcher, of, {})
    messages = [message["custom"] for message in dispatcher.messages]
    return messages, {event["name"]: event["value"] for event in events if event["event"] == "slot"}


def validate(slot: str, value: str) -> dict:
    of = tracker(
        loop="handover_form",
        slots={slot: value},
        events=[
            {"event": "action", "name": "action_listen"},
            {"event": "user"},
            {"event": "slot", "name": slot, "value": value},
        ],
    )
    events = asyncio.run(actions.ValidateHandoverForm().run(CollectingDispatcher(), of, {"slots": {}, "forms": {}}))
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


@pytest.mark.parametrize(
    ("intent", "begins"),
    [
        ("distressed", "That sounds very hard"),
        ("complain_about_guide", "I am sorry"),
        ("ask_for_person", "A person can"),
    ],
)
def test_a_person_is_offered_in_words_that_fit(handover, intent, begins):
    (message,), _ = run(actions.ActionHandover(), tracker(intent))
    assert message["text"].startswith(begins) and message["custom"]["kind"] == "handoff"
    assert [button["payload"] for button in message["buttons"]] == ["/handover_start", "/handover_decline"]
    assert message["custom"]["links"] and message["custom"]["form"] == "/handover"


def test_a_handover_that_was_begun_can_be_carried_on(handover):
    handover.put(CHAT, "help")
    handover.take(CHAT, "about")
    (message,), _ = run(actions.ActionHandover(), tracker("ask_for_person"))
    assert [button["payload"] for button in message["buttons"]] == ["/handover_carry_on", "/handover_stop"]


def test_where_nobody_receives_it_the_way_to_sendiass_is_told(closed):
    (message,), _ = run(actions.ActionHandover(), tracker("ask_for_person"))
    assert message["custom"]["kind"] == "handoff" and message["buttons"] == [] and message["custom"]["links"]
    assert run(actions.ActionHandoverBegin(), tracker())[1] == {}
    assert run(actions.ActionHandoverSend(), tracker())[0][0]["custom"]["step"] == "how_to_reach"


def test_an_answer_is_told_to_rasa_as_given(handover):
    handover.put(CHAT, "Wilhelmina")
    assert validate("handover_name", "typed") == {"handover_name": "given"}
    assert handover.draft(CHAT)["answers"]["name"] == "Wilhelmina"


def test_an_answer_that_will_not_do_is_asked_for_again(handover):
    handover.put(CHAT, "facebook")
    assert validate("handover_contact", "typed") == {"handover_contact": None}
    (message,), _ = run(actions.ASKING["contact"](), tracker("handover_answer"))
    assert message["text"].startswith("Please give a phone number") and "form" not in message["custom"]
    handover.put(CHAT, "twitter")
    validate("handover_contact", "typed")
    (message,), _ = run(actions.ASKING["contact"](), tracker("handover_answer"))
    assert message["custom"]["form"] == "/handover" and message["custom"]["links"]


@pytest.mark.parametrize("value", [None, "given"])
def test_what_was_not_just_typed_or_skipped_stays_as_it_is(handover, value):
    assert validate("handover_name", value) == {}
    assert "answered" not in handover.begin(CHAT)


def test_a_child_who_is_not_named_is_not_asked_about(handover):
    assert validate("handover_child", "skipped") == {"handover_child": "skipped", "handover_age": "skipped"}
    assert {"child", "age"} <= set(handover.draft(CHAT)["answered"])


def test_what_rasa_forgot_is_taken_up_from_the_draft(handover):
    handover.put(CHAT, "help")
    handover.take(CHAT, "about")
    handover.put(CHAT, "Wilhelmina")
    _, slots = run(actions.ActionHandoverBegin(), tracker())
    assert slots["handover_about"] == "given" and slots["handover_name"] == "typed" and slots["handover_when"] is None


def test_a_question_that_was_interrupted_says_that_it_goes_on(handover):
    (message,), _ = run(actions.ASKING["name"](), tracker("faq", loop="handover_form"))
    assert message["text"].startswith("Now back to")
    (message,), _ = run(actions.ASKING["name"](), tracker("handover_answer", loop="handover_form"))
    assert message["text"].startswith("What is your name")


def test_the_check_holds_no_answer_and_a_button_to_change_each(handover):
    handover.put(CHAT, "Wilhelmina")
    handover.take(CHAT, "name")
    (message,), _ = run(actions.ActionAskCheck(), tracker())
    assert "Wilhelmina" not in str(message) and message["custom"]["consent"] == handover.draft(CHAT)["consent"]
    titles = {button["title"] for button in message["buttons"]}
    assert "Change your name" in titles and "Name the school" in titles
    assert sum(button["payload"].startswith("/handover_change") for button in message["buttons"]) == len(STEPS)


def test_one_answer_is_opened_again(handover):
    handover.put(CHAT, "Wilhelmina")
    handover.take(CHAT, "name")
    change = tracker("handover_change", entities=[{"entity": "handover_field", "value": "name"}])
    assert run(actions.ActionHandoverChange(), change)[1] == {"handover_name": None}
    assert "name" not in handover.draft(CHAT)
    unknown = tracker("handover_change", entities=[{"entity": "handover_field", "value": "nonsense"}])
    assert run(actions.ActionHandoverChange(), unknown)[1] == {}


def test_the_chat_goes_along_only_while_it_is_ticked(handover, settings):
    store = ConversationStore(settings.database_url)
    ident = store.begin("parent")
    answer = {"text": "A plan.", "buttons": [], "custom": {"kind": "answer"}}
    step = {"text": "Your name?", "buttons": [], "custom": {"kind": "handoff", "step": "name"}}
    store.add_turn(ident, "what is a plan", [answer], [])
    store.add_turn(ident, "(not shown)", [step], [])
    store.add_turn(ident, "and who pays", [answer, step], [])
    of = tracker()
    of.sender_id = ident
    run(actions.ActionHandoverIncludeChat(), of)
    assert handover.draft(ident)["conversation"] == [
        ["user", "what is a plan"],
        ["guide", "A plan."],
        ["user", "and who pays"],
        ["guide", "A plan."],
    ]
    run(actions.ActionHandoverIncludeChat(), of)
    assert not handover.draft(ident)["conversation"]


def test_what_cannot_be_sent_is_not_lost_and_told(handover, caplog):
    handover.put(CHAT, "Wilhelmina Zottmann")
    handover.take(CHAT, "name")
    with caplog.at_level(logging.ERROR):
        (message,), _ = run(actions.ActionHandoverSend(), tracker())
    assert message["custom"]["step"] == "not_sent" and message["buttons"] and message["custom"]["links"]
    assert handover.draft(CHAT)["answers"]["name"] == "Wilhelmina Zottmann"
    assert "Incomplete" in caplog.text and "Zottmann" not in caplog.text


@pytest.mark.parametrize(
    "action", [actions.ASKING["name"](), actions.ActionHandoverSend(), actions.ActionHandoverStop()]
)
def test_a_store_that_fails_is_told_kindly(handover, action, monkeypatch, caplog):
    name = "Zottmann"

    def fail(*args: object) -> None:
        raise OperationalError(name, {}, Exception(name))

    for method in ("problem", "send", "drop"):
        monkeypatch.setattr(type(handover), method, fail)
    with caplog.at_level(logging.ERROR):
        (message,), _ = run(action, tracker())
    assert message["custom"]["kind"] in ("error", "handoff") and message["custom"]["links"]
    assert "OperationalError" in caplog.text and name not in caplog.text


def test_an_answer_that_cannot_be_checked_leaves_the_question_open(handover, monkeypatch):
    def fail(*args: object) -> None:
        raise OperationalError("SELECT", {}, Exception())

    monkeypatch.setattr(type(handover), "take", fail)
    assert validate("handover_name", "typed") == {"handover_name": None}


def test_too_many_from_one_address_are_told_so_and_nothing_typed_is_lost(handover, settings, monkeypatch):
    few = ChatHandover(
        settings.model_copy(update={"referrals_an_hour": 1, "secret_key": "test key that is long enough to sign"})
    )
    monkeypatch.setattr(actions, "handover", lambda: few)
    for conversation in ("one", "another"):
        few.begin_from(conversation, "203.0.113.5")
        for step, typed in {"about": "the plan", "name": "Jo", "contact": "0191 498 0123"}.items():
            few.put(conversation, typed)
            assert few.take(conversation, step)
        few.skip(conversation, "when", "child", "age", "school")
        few.shown(conversation)
    assert few.send("one")
    of = tracker("handover_send")
    of.sender_id = "another"
    ((message,), slots) = run(actions.ActionHandoverSend(), of)
    assert wording("handover_chat.too_many_sent") in message["text"] and set(slots.values()) == {None}
    assert few.draft("another")["answers"]["about"] == "the plan"
