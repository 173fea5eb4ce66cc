"""The handover of one chat: answers checked and kept encrypted, changed, left out, agreed to, sent once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, text

from bot.handover.form.chat_draft import ChatHandover
from bot.handover.form.sending import Incomplete
from bot.handover.form.steps import STEPS
from bot.handover.referrals.store import ReferralStore

CHAT = "the-chats-own-id"
GIVEN = {
    "about": "Nobody at Quillfeather listens to us",
    "name": "my name is Wilhelmina",
    "contact": "wzottmann@example.org, or 0191 498 0123",
    "when": "after the school run",
    "child": "Xanthippe",
    "age": "seven",
    "school": "Quillfeather Primary",
}


@pytest.fixture
def handover(settings):
    return ChatHandover(settings)


def give(handover: ChatHandover, step: str, typed: str) -> bool:
    handover.put(CHAT, typed)
    return handover.take(CHAT, step)


def fill(handover: ChatHandover, **changes: str) -> None:
    for step, typed in {**GIVEN, **changes}.items():
        assert give(handover, step, typed)


def test_a_whole_handover_is_sent_with_what_was_agreed_to(handover, settings):
    fill(handover)
    handover.include_chat(CHAT, [("user", "who can help us"), ("guide", "These people.")])
    version = handover.shown(CHAT)
    sent = handover.send(CHAT)
    assert sent and sent.by == ("phone", "email")
    store = ReferralStore(settings)
    opened = store.opened(store.find(sent.reference))
    assert opened.details.about == GIVEN["about"] and opened.details.name == "Wilhelmina"
    assert (opened.details.phone, opened.details.email) == ("0191 498 0123", "wzottmann@example.org")
    assert (opened.details.child_first_name, opened.details.child_age) == ("Xanthippe", "7")
    assert opened.details.school == "Quillfeather Primary" and opened.details.when_to_reach == "after the school run"
    assert opened.details.conversation == (("user", "who can help us"), ("guide", "These people."))
    assert opened.consent.wording_version == version and opened.summary.conversation == CHAT
    assert handover.draft(CHAT) is None


def test_the_chat_stays_behind_unless_asked_for(handover, settings):
    fill(handover)
    handover.shown(CHAT)
    store = ReferralStore(settings)
    assert store.opened(store.find(handover.send(CHAT).reference)).details.conversation is None


def test_pressed_twice_at_once_it_is_sent_once(handover, settings):
    fill(handover)
    handover.shown(CHAT)
    with ThreadPoolExecutor(4) as several:
        references = {sent.reference for sent in several.map(lambda _: handover.send(CHAT), range(4))}
    assert len(references) == 1 and sum(ReferralStore(settings).counts().values()) == 1
    assert handover.send(CHAT).reference in references


def test_nothing_begun_is_nothing_sent(handover):
    assert handover.send(CHAT) is None


@pytest.mark.parametrize("missing", ["about", "name", "contact", "school"])
def test_what_is_not_complete_is_not_sent(handover, missing):
    fill(handover)
    handover.reopen(CHAT, missing)
    handover.shown(CHAT)
    with pytest.raises(Incomplete):
        handover.send(CHAT)


def test_what_was_changed_since_the_check_is_not_sent_before_it_is_checked_again(handover):
    fill(handover)
    handover.shown(CHAT)
    give(handover, "name", "Somebody Else")
    with pytest.raises(Incomplete):
        handover.send(CHAT)
    handover.shown(CHAT)
    assert handover.send(CHAT)


def test_other_words_to_agree_to_must_be_shown_first(handover, make_settings, settings):
    fill(handover)
    handover.shown(CHAT)
    changed = ChatHandover(settings.model_copy(update={"referral_days": settings.referral_days + 1}))
    with pytest.raises(Incomplete):
        changed.send(CHAT)


def test_a_wrong_answer_is_told_once_and_counted(handover):
    give(handover, "about", "help")
    give(handover, "name", "Jo")
    assert not give(handover, "contact", "facebook")
    sentence, times = handover.problem(CHAT)
    assert "phone number" in sentence and times == 1 and handover.problem(CHAT) is None
    assert not give(handover, "contact", "12")
    assert handover.problem(CHAT)[1] == 2
    assert give(handover, "contact", "0191 498 0123") and handover.markers(CHAT)["handover_contact"] == "given"


def test_markers_say_what_is_answered_and_nothing_else(handover):
    give(handover, "about", "help")
    handover.skip(CHAT, "when")
    assert handover.markers(CHAT) == {
        **{step.slot: None for step in STEPS.values()},
        "handover_about": "given",
        "handover_when": "skipped",
    }


def test_a_change_of_how_to_reach_somebody_forgets_both_ways(handover):
    fill(handover)
    handover.reopen(CHAT, "contact")
    draft = handover.draft(CHAT)
    assert not {"phone", "email"} & draft["answers"].keys() and handover.markers(CHAT)["handover_contact"] is None


def test_stopping_erases_it(handover):
    fill(handover)
    assert handover.drop(CHAT) and handover.draft(CHAT) is None and not handover.drop(CHAT)


def test_nothing_is_taken_where_nobody_receives_it(make_settings):
    closed = ChatHandover(make_settings())
    assert not closed.is_open() and closed.draft(CHAT) is None and closed.send(CHAT) is None and not closed.drop(CHAT)


def test_no_answer_lies_in_clear_in_the_store(handover, settings, referrals_url):
    fill(handover)
    handover.shown(CHAT)
    tables = ("draft", "referral", "referral_event", "outbox", "consent_wording")

    def everything() -> str:
        with create_engine(referrals_url).connect() as connection:
            return " ".join(str(connection.execute(text(f"SELECT * FROM {table}")).all()) for table in tables)

    before = everything()
    handover.send(CHAT)
    for words in ("Quillfeather", "Wilhelmina", "wzottmann", "498 0123", "Xanthippe", "school run"):
        assert words not in before + everything()
