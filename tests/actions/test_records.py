"""More services, one of those shown, the same search with a condition changed: from what the conversation's state remembers."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import directory as find
from actions import records
from actions.directory import ActionFindService
from actions.records import ActionRecordsAbout, ActionRecordsChange, ActionRecordsMore
from bot.directory.search.follow_up import read
from bot.directory.search.replies import wanted_as_json
from bot.turn.state import State, Told


class NoGaps:
    def note(self, found, asker=None) -> None:
        self.last = found


@pytest.fixture(autouse=True)
def searching(monkeypatch, starting):
    monkeypatch.setattr(find, "directory", lambda: starting)
    monkeypatch.setattr(records, "directory", lambda: starting)
    monkeypatch.setattr(find, "gaps", lambda: NoGaps())


class Talk:
    """A conversation about services: the state after one turn is what the next one's action is told."""

    def __init__(self) -> None:
        self.state = State()

    def do(self, action, text: str = "", **entities: str) -> dict:
        found = [{"entity": name, "value": value} for name, value in entities.items()]
        services = asdict(self.state.services) if self.state.services else None
        latest = {"text": text, "intent": {"name": "x"}, "entities": found, "metadata": {"services": services}}
        dispatcher = CollectingDispatcher()
        assert action.run(dispatcher, Tracker("s", {}, latest, [], False, None, {}, "action_listen"), {}) == []
        (message,) = [message["custom"] for message in dispatcher.messages]
        aside = message["custom"].pop("aside")
        told = Told(aside.get("search"), aside.get("offset", 0))
        self.state = self.state.after(text, [message["custom"]], told)
        return message

    def change(self, text: str) -> dict:
        meant = read(text, ["one"])
        entities = {"looking_for": wanted_as_json(meant.wanted), **({"nearer": "yes"} if meant.nearer else {})}
        return self.do(ActionRecordsChange(), text, **entities)


def names(message: dict) -> list[str]:
    return [record["name"] for record in message["custom"]["records"]]


def test_a_search_then_more_then_no_more():
    talk = Talk()
    seen = names(talk.do(ActionFindService(), "autism help"))
    for _ in range(40):
        message = talk.do(ActionRecordsMore())
        if message["custom"]["kind"] == "no_records":
            break
        assert not set(names(message)) & set(seen)
        seen += names(message)
    assert message["custom"]["kind"] == "no_records" and "all I found" in message["text"]


def test_another_place_keeps_the_need():
    talk = Talk()
    talk.do(ActionFindService(), "autism group in Seaham")
    message = talk.change("what about Newton Aycliffe")
    assert "autism" in message["custom"]["filters"].lower() and "Newton Aycliffe" in message["custom"]["filters"]
    assert any("Aycliffe" in name for name in names(message))


def test_nearer_without_a_place_asks_where():
    talk = Talk()
    talk.do(ActionFindService(), "where can I borrow sensory toys")
    assert talk.change("any nearer?")["text"].startswith("Where should I look")


def test_what_is_not_known_of_one_is_said_and_its_card_is_shown():
    talk = Talk()
    shown = names(talk.do(ActionFindService(), "autism group in Seaham"))
    message = talk.do(ActionRecordsAbout(), record_position="1", record_detail="phone")
    assert names(message) == shown[:1]
    known = message["custom"]["records"][0]["phone"]
    assert (known or "I do not have a phone number") in message["text"]


def test_it_asks_which_one_and_the_button_answers():
    talk = Talk()
    shown = names(talk.do(ActionFindService(), "autism help"))
    message = talk.do(ActionRecordsAbout(), record_detail="url")
    assert message["custom"]["kind"] == "clarify" and [button["title"] for button in message["buttons"]] == shown
    pressed = json.loads(message["buttons"][1]["payload"].removeprefix("/records_about"))
    assert names(talk.do(ActionRecordsAbout(), **pressed)) == shown[1:2]


@pytest.mark.parametrize("action", [ActionRecordsMore(), ActionRecordsChange(), ActionRecordsAbout()])
def test_what_was_forgotten_is_admitted(action):
    assert Talk().do(action)["custom"]["kind"] == "fallback"
