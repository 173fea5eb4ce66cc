"""Custom actions: each gives one kind of message, and a failure becomes a kind sentence and a log line without text."""

from __future__ import annotations

import logging

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import answers
from actions.answers import ActionAnswer, ActionClarify, ActionFallback, ActionOutOfScope
from actions.conversation import ActionSmalltalk, ActionStartAgain
from actions.directory import ActionFindService
from actions.handover import ActionHandover
from actions.urgent_help import ActionUrgentHelp
from bot.guidance.answers import load_answers

SOME = list(load_answers())[:4]


def tracker(
    text: str = "a question", ranking=(), entities=(), intent: str = "faq", audience: str = "parent", events=()
) -> Tracker:
    latest = {
        "text": text,
        "intent": {"name": intent},
        "entities": list(entities),
        "metadata": {"audience": audience},
        "response_selector": {
            "faq": {
                "ranking": [{"intent_response_key": f"faq/{ident}", "confidence": share} for ident, share in ranking]
            }
        },
    }
    return Tracker("sender", {}, latest, list(events), False, None, {}, "action_listen")


def say(action, of: Tracker) -> list[dict]:
    dispatcher = CollectingDispatcher()
    action.run(dispatcher, of, {})
    return [message["custom"] for message in dispatcher.messages]


def test_the_best_answer_is_given_with_close_ones_as_buttons():
    (message,) = say(ActionAnswer(), tracker(ranking=[(SOME[0], 0.6), (SOME[1], 0.2), (SOME[2], 0.01)]))
    assert message["custom"]["kind"] == "answer" and message["custom"]["answer"].endswith(f"/{SOME[0]}")
    assert message["custom"]["confidence"] == 0.6
    assert message["buttons"][0]["payload"] == f'/faq{{"answer": "{SOME[1]}"}}'
    assert not any(
        SOME[2] in button["payload"] for button in message["buttons"] if SOME[2] not in load_answers()[SOME[0]].related
    )


def test_a_chosen_answer_is_given():
    (message,) = say(ActionAnswer(), tracker(entities=[{"entity": "answer", "value": SOME[3]}]))
    assert message["custom"]["answer"].endswith(f"/{SOME[3]}")


def test_an_answer_withdrawn_since_is_admitted():
    (message,) = say(ActionAnswer(), tracker(entities=[{"entity": "answer", "value": "no-such-answer"}]))
    assert message["custom"]["kind"] == "fallback"


def test_readings_are_offered_once_and_not_twice_in_a_row():
    ranking = [(SOME[0], 0.3), (SOME[1], 0.3), (SOME[2], 0.2)]
    (message,) = say(ActionClarify(), tracker(ranking=ranking))
    assert message["custom"]["kind"] == "clarify" and len(message["buttons"]) == 4
    asked = [
        {"event": "action", "name": "action_clarify"},
        {"event": "action", "name": "action_listen"},
        {"event": "user"},
    ]
    (message,) = say(ActionClarify(), tracker(ranking=ranking, events=asked))
    assert message["custom"]["kind"] == "fallback"


@pytest.mark.parametrize("action", [ActionFallback(), ActionOutOfScope()])
def test_refusals_say_who_knows_and_state_no_fact(action):
    (message,) = say(action, tracker(ranking=[(SOME[0], 0.2)]))
    assert message["custom"]["kind"] == "fallback"
    assert message["custom"]["links"][0]["url"] == "https://durhamsendiass.info/"
    assert "sources" not in message["custom"]


def test_urgent_help_handover_and_small_talk():
    assert say(ActionUrgentHelp(), tracker())[0]["custom"]["kind"] == "safeguarding"
    assert say(ActionHandover(), tracker())[0]["custom"]["kind"] == "handoff"
    assert say(ActionSmalltalk(), tracker(intent="thank"))[0]["custom"]["kind"] == "smalltalk"
    assert say(ActionStartAgain(), tracker())[0]["custom"]["kind"] == "smalltalk"


def test_records_say_what_was_looked_for():
    entities = [{"entity": "need", "value": "sensory"}, {"entity": "service_kind", "value": "borrow"}]
    (message,) = say(
        ActionFindService(), tracker("where can i borrow sensory toys", entities=entities, intent="find_service")
    )
    assert message["custom"]["kind"] == "records"
    assert [record["name"] for record in message["custom"]["records"]] == ["Learning Library"]
    assert "sensory" in message["custom"]["filters"]


@pytest.mark.parametrize(
    "action",
    [
        ActionAnswer(),
        ActionClarify(),
        ActionFallback(),
        ActionUrgentHelp(),
        ActionHandover(),
        ActionSmalltalk(),
        ActionFindService(),
    ],
)
def test_every_failure_is_kind_and_logged_without_the_text(action, monkeypatch, caplog):
    def fail(self, of: Tracker):
        raise ValueError(of.latest_message["text"])

    monkeypatch.setattr(type(action), "messages", fail)
    with caplog.at_level(logging.ERROR):
        (message,) = say(action, tracker("my son Jayden said"))
    assert message["custom"]["kind"] == "error" and message["custom"]["links"]
    assert action.name() in caplog.text and "Jayden" not in caplog.text


def test_a_missing_wording_is_caught_too(monkeypatch):
    monkeypatch.setattr(answers, "fallback_message", lambda near=(): (_ for _ in ()).throw(KeyError("gone")))
    (message,) = say(ActionFallback(), tracker())
    assert message["custom"]["kind"] == "error"
