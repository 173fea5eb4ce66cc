"""Nobody fills SENDIASS's inbox from one address or one chat, and families keep what they typed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.handover.form.drafts import DraftStore
from bot.handover.referrals import bounds
from bot.handover.referrals.bounds import TooMany, sender_of
from bot.handover.referrals.models import HandoverCount
from bot.handover.referrals.store import ReferralStore
from bot.settings import Settings
from tests.handover.conftest import DETAILS

LIBRARY, HOME = "203.0.113.5", "198.51.100.7"


@pytest.fixture
def settings(make_settings):
    return make_settings(
        referral_email="inbox@example.org",
        smtp_host="127.0.0.1",
        referrals_an_hour=Settings.model_fields["referrals_an_hour"].default,
        referrals_a_day=Settings.model_fields["referrals_a_day"].default,
        drafts_an_hour=3,
    )


def send(store, consent, key: str, address: str, conversation: str | None = None) -> str:
    return store.submit(DETAILS, consent, conversation, key, sender_of(store._settings, address))


def age(store, hours: float) -> None:
    with Session(store.engine) as session, session.begin():
        for row in session.scalars(select(HandoverCount)):
            row.at = row.at.replace(tzinfo=UTC) - timedelta(hours=hours)


def test_an_address_sends_five_an_hour_and_twenty_a_day_and_others_are_not_hindered(store, consent):
    sent = 0
    for _ in range(5):
        for number in range(6):
            try:
                send(store, consent, f"key {sent} {number}", LIBRARY)
                sent += 1
            except TooMany:
                assert number == 5 or sent == 20
        age(store, 1.01)
    assert sent == 20
    assert send(store, consent, "from elsewhere", HOME)
    age(store, 24)
    assert send(store, consent, "the next day", LIBRARY)


def test_the_same_request_again_is_the_same_request(store, consent):
    references = {send(store, consent, "key", LIBRARY) for _ in range(12)}
    assert len(references) == 1 and send(store, consent, "another", LIBRARY) not in references


def test_one_chat_sends_five_an_hour_from_whatever_addresses(store, consent):
    for number in range(5):
        send(store, consent, f"key {number}", f"203.0.113.{number}", "a chat")
    with pytest.raises(TooMany):
        send(store, consent, "key 6", "203.0.113.99", "a chat")
    assert send(store, consent, "key 7", "203.0.113.99", "another chat")


def test_many_at_the_same_time_are_each_counted(store, consent):
    def attempt(number: int) -> bool:
        try:
            return bool(send(store, consent, f"key {number}", LIBRARY))
        except TooMany:
            return False

    with ThreadPoolExecutor(12) as several:
        assert sum(several.map(attempt, range(12))) == 5
    assert sum(store.counts().values()) == 5


def test_addresses_of_one_ipv6_network_are_one(store, consent):
    for number in range(5):
        send(store, consent, f"key {number}", f"2001:db8::{number + 1}")
    with pytest.raises(TooMany):
        send(store, consent, "key 6", "2001:db8::ffff:1")


def test_an_address_begins_so_many_an_hour(settings, store):
    drafts = DraftStore(settings)
    for number in range(3):
        drafts.begin(f"key {number}", {}, sender_of(settings, LIBRARY))
    with pytest.raises(TooMany):
        drafts.begin("key 4", {}, sender_of(settings, LIBRARY))
    assert drafts.read("key 4") is None
    drafts.begin("key 5", {}, sender_of(settings, HOME))
    age(store, 1.01)
    drafts.begin("key 4", {}, sender_of(settings, LIBRARY))


def test_nothing_but_a_keyed_hash_is_kept_and_that_for_a_day(store, consent, settings):
    send(store, consent, "key", LIBRARY, "a chat")
    with Session(store.engine) as session:
        rows = session.scalars(select(HandoverCount)).all()
    assert len({row.sender for row in rows}) == 2 and LIBRARY not in "".join(row.sender for row in rows)
    assert bounds.erase_old(store.engine) == {"handover_count": 0}
    age(store, 24.1)
    assert bounds.erase_old(store.engine) == {"handover_count": 2}


def test_a_bound_of_nothing_is_no_bound(make_settings, consent):
    store = ReferralStore(make_settings(referrals_an_hour=0, referrals_a_day=0))
    assert len({send(store, consent, f"key {number}", LIBRARY, "a chat") for number in range(30)}) == 30
