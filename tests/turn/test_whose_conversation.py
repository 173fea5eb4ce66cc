"""A conversation belongs to the browser that began it, and a reply to the request that asked for it."""

from __future__ import annotations

import re

import pytest

from bot.gateway.chat import live_events
from bot.guidance.wording import wording
from tests.databases import open_sqlite
from tests.fakes import ANSWER

MINE, ANOTHER = "the secret of my own browser", "the secret of another browser"
KEY = "0123456789abcdef"
BUTTON = [{"custom": {**ANSWER, "custom": {**ANSWER["custom"], "kind": "clarify"}}}]


def secret(value: str | None) -> dict[str, str]:
    return {"Conversation-Secret": value} if value else {}


def ask(client, message: str = "what is a plan", own: str | None = None, key: str | None = None, **body):
    headers = {**secret(own), **({"Idempotency-Key": key} if key else {})}
    return client.post("/api/chat", json={"message": message, **body}, headers=headers)


def unknown(response) -> None:
    """The answer is the very one that a conversation gets which nobody keeps."""
    assert response.status_code == 400
    assert response.json()["detail"].startswith(wording("gateway.unknown_conversation"))


# Everything that can be done with a conversation, by its token and secret.
def _history(client, token, own):
    return client.get(f"/api/chat/{token}", headers=secret(own))


def _history_without_the_token_in_the_address(client, token, own):
    return client.get("/api/chat/current", headers={"Conversation": token, **secret(own)})


def _events(client, token, own):
    return client.get(f"/api/chat/{token}/events", headers=secret(own))


def _events_without_the_token_in_the_address(client, token, own):
    return client.get("/api/chat/current/events", headers={"Conversation": token, **secret(own)})


def _erase(client, token, own):
    return client.delete(f"/api/chat/{token}", headers=secret(own))


def _say(client, token, own):
    return ask(client, "and then", own, conversation=token)


def _say_with_a_key(client, token, own):
    return ask(client, "and then", own, KEY, conversation=token)


def _press(client, token, own):
    payload = _press.payload if hasattr(_press, "payload") else "x" * 24
    return client.post("/api/chat", json={"payload": payload, "conversation": token}, headers=secret(own))


def _feedback(client, token, own):
    body = {"conversation": token, "answer": "funding/school-pays", "useful": True}
    return client.post("/api/feedback", json=body, headers=secret(own))


def _transcript(client, token, own):
    return client.post("/transcript", data={"conversation": token, "secret": own or ""})


EVENTS = (_events, _events_without_the_token_in_the_address)
API = [
    _history,
    _history_without_the_token_in_the_address,
    _events,
    _events_without_the_token_in_the_address,
    _say,
    _say_with_a_key,
    _press,
    _feedback,
    _transcript,
    _erase,
]


@pytest.fixture(autouse=True)
def _short_streams(monkeypatch):
    monkeypatch.setattr(live_events, "LONGEST_STREAM_S", 0.0)


@pytest.mark.parametrize("do", API)
@pytest.mark.parametrize("began_with, asked_with", [(MINE, None), (MINE, ANOTHER), (MINE, "short"), (None, MINE)])
def test_it_is_unknown_to_whoever_lacks_its_secret(client, rasa, do, began_with, asked_with):
    token = ask(client, own=began_with).json()["conversation"]
    asked = len(rasa.received)
    unknown(do(client, token, asked_with))
    assert len(rasa.received) == asked
    assert len(_history(client, token, began_with).json()["messages"]) == 2


@pytest.mark.parametrize("do", API)
@pytest.mark.parametrize("own", [MINE, None])
def test_it_goes_on_for_whoever_began_it(client, rasa, do, own):
    rasa.reply = BUTTON
    said = ask(client, own=own).json()
    _press.payload = said["messages"][0]["buttons"][0]["payload"]
    answer = do(client, said["conversation"], own)
    # Nobody works the content queue here, and no person has the chat.
    assert answer.status_code in (200, 204) or (do in (_feedback, *EVENTS) and answer.status_code == 404)


@pytest.mark.parametrize("asked_with", ["", ANOTHER])
def test_the_pages_show_nothing_of_another_browsers_chat(client, rasa, asked_with):
    token = ask(client, "wobble cushions", own=MINE).json()["conversation"]
    given = {"conversation": token, "secret": asked_with, "key": KEY}
    for more in ({"resume": "1"}, {"message": "and then"}, {"payload": "x"}, {"feedback": "yes funding/school-pays"}):
        page = client.post("/", data={**given, **more})
        assert page.status_code == 400 and "wobble cushions" not in page.text and token not in page.text
    client.post("/start-again", data=given)
    assert _history(client, token, MINE).status_code == 200, "it is not erased either"
    start = client.post("/handover", data=given)
    assert token not in start.text


def test_a_page_carries_its_secret_so_that_plain_forms_go_on(client):
    """As where the script began a chat and the browser then sends a form by itself: to save it, or to start again."""
    first = client.post("/", data={"key": KEY, "message": "what is a plan", "secret": MINE}).text
    forms = re.findall(r'name="conversation" value="([^"]+)"><input type="hidden" name="secret" value="([^"]+)"', first)
    assert len(forms) == 3 and {own for _, own in forms} == {MINE}
    token = forms[0][0]
    second = client.post("/", data={"key": KEY + "2", "message": "and", "conversation": token, "secret": MINE})
    assert second.status_code == 200 and second.text.count('class="said"') == 2
    client.post("/start-again", data={"conversation": token, "secret": MINE})
    unknown(_history(client, token, MINE))


def test_without_a_script_a_chat_goes_on_without_a_secret(client):
    first = client.post("/", data={"key": KEY, "message": "what is a plan"}).text
    assert 'name="secret"' not in first
    token = re.search(r'name="conversation" value="([^"]+)"', first)[1]
    second = client.post("/", data={"key": KEY + "2", "message": "and", "conversation": token})
    assert second.text.count('class="said"') == 2


def test_the_store_holds_no_secret_and_no_address_of_a_page_a_token(client, tmp_path):
    token = ask(client, own=MINE, key=KEY).json()["conversation"]
    with open_sqlite(tmp_path / "guide.db") as connection:
        assert MINE not in "".join(connection.iterdump())
    page = client.post("/", data={"key": KEY, "conversation": token, "secret": MINE, "resume": "1"}).text
    assert not re.search(r'(href|action|src|data-events)="[^"]*' + re.escape(token[:20]), page)


def test_a_secret_that_can_be_guessed_begins_nothing(client, rasa):
    refused = ask(client, own="short")
    assert refused.status_code == 422 and "16" in refused.json()["detail"] and rasa.received == []
    assert ask(client, own="x" * 201).status_code == 422


def test_a_key_gives_its_reply_to_its_own_request_alone(client, rasa):
    first = ask(client, "my son does not sleep", key=KEY)
    assert ask(client, "my son does not sleep", key=KEY).json() == first.json() and len(rasa.received) == 1
    for others in (
        {"message": "another message"},
        {"message": "my son does not sleep", "audience": "professional"},
        {"message": "my son does not sleep "},
    ):
        refused = client.post("/api/chat", json=others, headers={"Idempotency-Key": KEY})
        assert refused.status_code == 422 and refused.json()["detail"].startswith(wording("gateway.key_used"))
        assert first.json()["conversation"] not in refused.text
    assert len(rasa.received) == 1


def test_a_key_gives_its_reply_to_its_own_browser_alone(client, rasa):
    mine = ask(client, "hello", own=MINE, key=KEY).json()
    for other in (None, ANOTHER):
        theirs = ask(client, "hello", own=other, key=KEY)
        assert theirs.status_code == 200 and theirs.json()["conversation"] != mine["conversation"]
    assert ask(client, "hello", own=MINE, key=KEY).json() == mine and len(rasa.received) == 3


def test_a_key_in_a_conversation_is_that_of_one_message_or_button(client, rasa):
    rasa.reply = BUTTON
    said = ask(client).json()
    token, payload = said["conversation"], said["messages"][0]["buttons"][0]["payload"]
    headers = {"Idempotency-Key": KEY}
    press = {"payload": payload, "conversation": token}
    first = client.post("/api/chat", json=press, headers=headers).json()
    assert client.post("/api/chat", json=press, headers=headers).json() == first and len(rasa.received) == 2
    assert ask(client, payload, key=KEY, conversation=token).status_code == 422


def test_words_sent_from_a_page_one_went_back_to_are_not_swallowed(client, rasa):
    """Without JavaScript: back, and another question under the key of the one before."""
    client.post("/", data={"key": KEY, "message": "first"})
    page = client.post("/", data={"key": KEY, "message": "second"})
    assert (
        page.status_code == 422
        and "Please send your new words again." in page.text
        and ">second</textarea>" in page.text
    )
    key = re.search(r'name="key" value="([^"]+)"', page.text)[1]
    assert "second" in client.post("/", data={"key": key, "message": "second"}).text and len(rasa.received) == 2
