"""What we change in Rasa, and what Rasa must go on doing the way we rely on."""

from __future__ import annotations

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.action_schema import check_schema_once

GOOD = {"events": [], "responses": [{"custom": {"text": "hello"}}]}


@pytest.fixture
def action():
    check_schema_once()
    return RemoteAction("action_answer", None)


def test_a_good_reply_passes(action):
    assert action._validate_action_result(GOOD) is True


@pytest.mark.parametrize("bad", [{"events": "none"}, {"events": [{"no": "event name"}]}, {"responses": "text"}])
def test_a_bad_reply_is_still_refused(action, bad):
    with pytest.raises(ValidationError):
        action._validate_action_result(bad)


def test_a_word_joiner_keeps_text_from_being_an_intent():
    plain = Message.build("\u2060/restart")
    assert YAMLStoryReader.unpack_regex_message(plain) is plain
    assert YAMLStoryReader.unpack_regex_message(Message.build(" /restart")).get("intent")["name"] == "restart"
