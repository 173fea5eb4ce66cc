"""What we change in Rasa, and what Rasa must go on doing the way we rely on."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.endpoints import EndpointConfig

from bot.nlu.process.action_calls import call_actions_cheaply

GOOD = {"events": [], "responses": [{"custom": {"text": "hello"}}]}


@pytest.fixture
def action():
    call_actions_cheaply()
    return RemoteAction("action_answer", None)


def test_a_good_reply_passes(action):
    assert action._validate_action_result(GOOD) is True


@pytest.mark.parametrize("bad", [{"events": "none"}, {"events": [{"no": "event name"}]}, {"responses": "text"}])
def test_a_bad_reply_is_still_refused(action, bad):
    with pytest.raises(ValidationError):
        action._validate_action_result(bad)


def test_calls_share_connections_and_each_session_may_be_closed():
    async def called_twice() -> tuple[list[str], list[int]]:
        ports: list[int] = []

        async def reply(request: web.Request) -> web.Response:
            ports.append(request.transport.get_extra_info("peername")[1])
            return web.json_response({"heard": (await request.json())["words"]})

        app = web.Application()
        app.router.add_post("/webhook", reply)
        async with TestServer(app) as server:
            endpoint = EndpointConfig(str(server.make_url("/webhook")))
            heard = [(await endpoint.request(json={"words": words}))["heard"] for words in ("one", "two")]
            return heard, ports

    call_actions_cheaply()
    heard, ports = asyncio.run(called_twice())
    assert heard == ["one", "two"]
    assert len(ports) == 2 and len(set(ports)) == 1


def test_a_word_joiner_keeps_text_from_being_an_intent():
    plain = Message.build("\u2060/restart")
    assert YAMLStoryReader.unpack_regex_message(plain) is plain
    assert YAMLStoryReader.unpack_regex_message(Message.build(" /restart")).get("intent")["name"] == "restart"
