"""A person of SENDIASS takes a chat over, writes in it, and gives it back; what is written is encrypted."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from bot.handover.family_data import erase
from bot.handover.live import LiveChats
from bot.handover.referrals.store import NotFound, NotPossible
from tests.handover.conftest import DETAILS


@pytest.fixture
def live(store):
    return LiveChats(store)


@pytest.fixture
def referral(store, consent):
    return store.find(store.submit(DETAILS, consent, "chat-1", "key-1"))


def test_the_guide_has_a_chat_until_a_person_takes_it_and_after_it_was_given_back(live, referral):
    assert live.speaker("chat-1") is None
    assert live.take(referral, "Rowan", "worker") == "chat-1"
    assert live.speaker("chat-1") == "Rowan" and live.open_chats() == ["chat-1"]
    live.end("chat-1", "back", "worker")
    assert live.speaker("chat-1") is None and live.open_chats() == []


def test_lines_come_in_order_with_who_spoke_and_only_later_ones_when_asked(live, referral):
    live.take(referral, "Rowan", "worker")
    live.say("chat-1", "person", "Hello, shall we talk about the plan?")
    live.say("chat-1", "family", "yes please")
    live.end("chat-1", "closed", "worker")
    found = live.lines("chat-1")
    assert [(line.sender, line.text) for line in found] == [
        ("notice", "joined"),
        ("person", "Hello, shall we talk about the plan?"),
        ("family", "yes please"),
        ("notice", "closed"),
    ]
    assert {line.name for line in found} == {"Rowan"}
    assert [line.text for line in live.lines("chat-1", after=found[1].id)] == ["yes please", "closed"]


def test_a_message_sent_twice_is_kept_once(live, referral):
    live.take(referral, "Rowan", "worker")
    for _ in range(3):
        live.say("chat-1", "family", "are you there", key="one press")
    assert [line.text for line in live.lines("chat-1")] == ["joined", "are you there"]


def test_one_person_at_a_time(live, referral):
    live.take(referral, "Rowan", "worker")
    with pytest.raises(NotPossible):
        live.take(referral, "Sam", "another")
    live.end("chat-1", "back", "worker")
    live.take(referral, "Sam", "another")
    assert live.speaker("chat-1") == "Sam"
    assert [line.name for line in live.lines("chat-1")] == ["Rowan", "Rowan", "Sam"]


def test_two_who_take_it_at_the_same_moment_are_not_both_given_it(live, referral):
    got: list[str] = []

    def take(name: str) -> None:
        try:
            live.take(referral, name, name)
            got.append(name)
        except NotPossible:
            pass

    threads = [threading.Thread(target=take, args=(f"worker {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1 and live.speaker("chat-1") == got[0]


def test_nobody_writes_in_a_chat_that_no_person_has(live, referral):
    with pytest.raises(NotPossible):
        live.say("chat-1", "family", "hello")
    live.take(referral, "Rowan", "worker")
    live.end("chat-1", "back", "worker")
    with pytest.raises(NotPossible):
        live.say("chat-1", "person", "one more thing")
    with pytest.raises(NotPossible):
        live.end("chat-1", "closed", "worker")


def test_a_referral_from_the_web_form_has_no_chat_to_take(live, store, consent):
    ident = store.find(store.submit(DETAILS, consent, None, "key-2"))
    with pytest.raises(NotPossible):
        live.take(ident, "Rowan", "worker")
    assert [event.what for event in store.opened(ident).events] == ["received"]
    with pytest.raises(NotFound):
        live.take("no such referral", "Rowan", "worker")


def test_a_family_must_be_told_who_speaks(live, referral):
    with pytest.raises(NotPossible):
        live.take(referral, "  ", "worker")


def test_what_is_written_is_not_in_clear_in_the_database(live, referral, store):
    live.take(referral, "Rowan", "worker")
    live.say("chat-1", "family", "Xanthippe was sent home again")
    with store.engine.connect() as connection:
        kept = str(list(connection.execute(text("SELECT * FROM live_message"))))
    assert "Xanthippe" not in kept and "sent home" not in kept


def test_erasing_the_chat_erases_what_was_written_and_sendiass_sees_that_it_is_gone(live, referral, store):
    live.take(referral, "Rowan", "worker")
    assert live.erase(["chat-1", "chat-2"]) == 1
    assert live.lines("chat-1") == [] and live.speaker("chat-1") is None
    assert [event.what for event in store.opened(referral).events] == ["received", "took_chat", "chat_erased"]


def test_erasing_the_referral_erases_the_talk(live, referral, store):
    live.take(referral, "Rowan", "worker")
    live.say("chat-1", "family", "hello")
    counts = erase(store, referral, "worker").counts
    assert counts["live_message"] == 2 and counts["live_conversation"] == 1
    assert live.lines("chat-1") == []
