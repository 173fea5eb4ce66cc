"""While a person of SENDIASS has a chat, the guide is silent; what is written reaches the page and stays private."""

from __future__ import annotations

import json
import threading
import time

import pytest
import requests

from bot.application.app import create_app
from bot.gateway.chat import live_events
from bot.guidance.wording import wording
from bot.handover.live import LiveChats
from bot.handover.referrals.store import Details, ReferralStore
from tests.setting_up import consent_under, served, settings_in


@pytest.fixture
def settings(rasa, tmp_path):
    return settings_in(tmp_path, rasa_port=rasa.port)


@pytest.fixture
def address(settings):
    with served(create_app(settings)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def live(settings):
    return LiveChats(ReferralStore(settings))


def ask(address: str, message: str, conversation: str | None = None, key: str | None = None) -> dict:
    body = {"message": message, **({"conversation": conversation} if conversation else {})}
    headers = {"Idempotency-Key": key} if key else {}
    reply = requests.post(f"{address}/api/chat", json=body, headers=headers, timeout=10)
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.fixture
def taken(address, settings, live, rasa):
    """Give the token and id of a chat that a person has taken over."""
    token = ask(address, "what is a plan")["conversation"]
    ident = rasa.received[-1]["sender"]
    store = ReferralStore(settings)
    consent = consent_under(settings)
    reference = store.submit(Details(about="the plan", name="Somebody"), consent, ident, "one")
    live.take(store.find(reference), "Rowan", "worker")
    return token, ident


def test_the_guide_is_silent_and_the_message_goes_to_the_person_as_it_was_written(address, taken, live, rasa):
    token, ident = taken
    before = len(rasa.received)
    reply = ask(address, "my number is 07700 900123, ring me", token)
    assert reply["messages"] == [] and len(rasa.received) == before
    assert live.lines(ident)[-1].text == "my number is 07700 900123, ring me"


def test_the_history_says_who_speaks(address, taken, live):
    token, ident = taken
    live.say(ident, "person", "Hello, I am here.")
    ask(address, "thank you", token)
    messages = requests.get(f"{address}/api/chat/{token}", timeout=10).json()["messages"]
    assert [message["from"] for message in messages] == ["user", "guide", "guide", "person", "user"]
    assert messages[3]["name"] == "Rowan, SENDIASS" and "You are talking to a person" in messages[2]["text"]


def test_a_message_sent_twice_reaches_the_person_once(address, taken, live):
    token, ident = taken
    for _ in range(2):
        ask(address, "are you there", token, key="the same press again")
    assert [line.text for line in live.lines(ident)].count("are you there") == 1


def test_other_words_under_the_same_key_are_refused_and_not_swallowed(address, taken, live):
    token, ident = taken
    ask(address, "are you there", token, key="the same press again")
    body = {"message": "they sent her home", "conversation": token}
    headers = {"Idempotency-Key": "the same press again"}
    refused = requests.post(f"{address}/api/chat", json=body, headers=headers, timeout=10)
    assert refused.status_code == 422 and refused.json()["detail"].startswith(wording("gateway.key_used"))
    assert live.lines(ident)[-1].text == "are you there"


def test_urgent_help_is_still_given_at_once(address, taken, live):
    token, ident = taken
    (message,) = ask(address, "he says he is going to kill himself tonight", token)["messages"]
    assert message["custom"]["kind"] == "safeguarding"
    assert "kill himself" in live.lines(ident)[-1].text
    history = requests.get(f"{address}/api/chat/{token}", timeout=10).json()["messages"]
    assert any(entry.get("custom", {}).get("kind") == "safeguarding" for entry in history)


def test_the_guide_answers_again_after_the_chat_was_given_back(address, taken, live):
    token, ident = taken
    live.end(ident, "back", "worker")
    (message,) = ask(address, "what is a plan", token)["messages"]
    assert message["custom"]["kind"] == "answer"


def test_what_a_person_writes_comes_as_an_event_and_goes_on_where_it_was_cut(address, taken, live):
    token, ident = taken
    joined = live.lines(ident)[-1].id
    threading.Timer(0.3, lambda: live.say(ident, "person", "Good morning")).start()
    first = next_event(f"{address}/api/chat/{token}/events", after=joined)
    assert first["data"]["from"] == "person" and first["data"]["text"] == "Good morning"
    live.say(ident, "person", "Still here?")
    second = next_event(f"{address}/api/chat/{token}/events", last_event_id=first["id"])
    assert second["data"]["text"] == "Still here?"


def test_events_of_a_chat_that_is_not_kept_are_refused(address):
    assert requests.get(f"{address}/api/chat/made-up/events", timeout=10).status_code == 400


def test_nothing_is_streamed_of_a_chat_that_no_person_has(address):
    token = ask(address, "what is a plan")["conversation"]
    refused = requests.get(f"{address}/api/chat/{token}/events", timeout=10)
    assert refused.status_code == 404 and wording("live.nobody_here") in refused.json()["detail"]


def test_a_chat_has_a_few_streams_and_others_are_refused_with_a_time(address, taken):
    token, _ = taken
    url = f"{address}/api/chat/{token}/events"
    opened = [requests.get(url, stream=True, timeout=10) for _ in range(live_events.MOST_OF_A_CHAT)]
    lines = [stream.iter_lines() for stream in opened]
    for each in lines:
        next(each)
    refused = requests.get(url, timeout=10)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    for each, stream in zip(lines, opened, strict=True):
        each.close()
        stream.close()
    deadline = time.monotonic() + 10
    while requests.get(url, stream=True, timeout=10).status_code != 200:
        assert time.monotonic() < deadline, "the places of streams that ended did not come back"
        time.sleep(0.2)


def test_erasing_the_chat_erases_what_was_written_with_the_person(address, taken, live):
    token, ident = taken
    ask(address, "hello", token)
    assert requests.delete(f"{address}/api/chat/{token}", timeout=10).status_code == 204
    assert live.lines(ident) == [] and live.speaker(ident) is None


def test_nothing_that_the_family_writes_to_the_person_is_in_clear_in_any_store(address, taken, tmp_path):
    token, _ = taken
    ask(address, "Xanthippe was sent home by Quillfeather school", token)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    assert b"Xanthippe" not in kept and b"Quillfeather" not in kept


def next_event(url: str, after: str = "", last_event_id: str = "") -> dict:
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    with requests.get(url, params={"after": after}, headers=headers, stream=True, timeout=10) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        event: dict = {}
        for line in stream.iter_lines(decode_unicode=True):
            name, _, value = line.partition(": ")
            if name == "id":
                event["id"] = value
            if name == "data":
                return {**event, "data": json.loads(value)}
    raise AssertionError("the stream ended without an event")


def test_the_page_says_who_speaks_and_how_to_look_for_new_messages(address, taken, live):
    token, ident = taken
    live.say(ident, "person", "Hello from me")
    page = requests.post(f"{address}/", data={"resume": "1", "conversation": token, "key": "k" * 20}, timeout=10).text
    assert "Rowan, SENDIASS" in page and "Hello from me" in page and "You are talking to Rowan from SENDIASS" in page
    assert "Your message to Rowan" in page
    assert 'data-events="/api/chat/current/events?after=' in page and "Look for new messages" in page


def test_the_page_expects_a_person_once_a_referral_was_sent_and_no_longer_when_it_is_closed(
    address, taken, live, settings
):
    token, ident = taken
    live.end(ident, "back", "worker")
    store = ReferralStore(settings)
    body = {"resume": "1", "conversation": token, "key": "k" * 20}
    assert "A person from SENDIASS may write to you here" in requests.post(f"{address}/", data=body, timeout=10).text
    (referral,) = store.of_conversation(ident)
    store.change_status(referral.id, "new", "closed", "worker", "helped")
    assert "data-events" not in requests.post(f"{address}/", data=body, timeout=10).text
