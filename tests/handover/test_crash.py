"""Killed with SIGKILL at any line, nothing is lost, nothing is there twice and nothing is half there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.evaluation.load.mail_sink import REFUSED, TAKEN, mail_sink
from bot.handover.delivery.process import Delivery
from bot.handover.referrals.store import Consent, ReferralStore
from bot.settings import Settings
from tests.handover.conftest import DETAILS
from tests.handover.crashing import nursery

SEED = 20261125


def submit(settings: Settings, consent: Consent, key: str) -> None:
    ReferralStore(settings).submit(DETAILS, consent, "chat", key)


def submit_many(settings: Settings, consent: Consent, first: int, last: int) -> None:
    store = ReferralStore(settings)
    for number in range(first, last):
        store.submit(DETAILS, consent, "chat", f"random {number}")


def deliver(settings: Settings) -> None:
    Delivery(settings).deliver_next("email")


def deliver_all(settings: Settings) -> None:
    Delivery(settings).deliver_due()


@pytest.fixture(scope="module")
def children():
    with nursery() as children:
        yield children


@pytest.fixture
def settings(make_settings):
    return make_settings(
        referral_email="inbox@sendiass.example",
        smtp_host="127.0.0.1",
        smtp_security="none",
        delivery_pause_s=0.0,
        delivery_timeout_s=5.0,
        delivery_attempts=1000,
    )


def lives(dice: random.Random) -> Iterator[float]:
    """Yield how long each child may live, in seconds: the first too short to do anything, later ones long enough on any machine."""
    longest = 0.02
    while True:
        yield dice.uniform(longest / 2, longest)
        longest = min(longest * 1.3, 5.0)


def make_due(store: ReferralStore) -> None:
    """Let the claims of the dead be over."""
    with store.engine.begin() as connection:
        past = (datetime.now(UTC) - timedelta(hours=1)).replace(tzinfo=None)
        connection.execute(text("UPDATE outbox SET next_at = :at WHERE state = 'waiting'"), {"at": past})


def count(store: ReferralStore, what: str) -> int:
    with store.engine.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {what}")).scalar()


def assert_whole(store: ReferralStore, referrals: int) -> None:
    """There are so many referrals, each with one notice, one event of its coming, and all its details."""
    assert count(store, "referral") == count(store, "outbox") == referrals
    assert count(store, "referral_event WHERE what = 'received'") == referrals
    assert count(store, "(SELECT DISTINCT referral_id FROM outbox) AS each_one") == referrals
    assert all(store.opened(summary.id).details == DETAILS for summary in store.listed(limit=10_000))


def test_a_submission_killed_before_any_line_is_there_once_after_it_is_sent_again(children, settings, store, consent):
    lines = 0
    for line in children.killed_before_each_line(submit, lambda line: (settings, consent, f"key {line}")):
        lines = line + 1
        assert count(store, "referral") in (line, line + 1)
        assert count(store, "outbox") == count(store, "referral")
        store.submit(DETAILS, consent, "chat", f"key {line}")
        assert count(store, "referral") == line + 1
    assert lines > 60
    assert_whole(store, lines + 1)


def test_submissions_killed_at_random_are_there_once_after_they_are_sent_again(children, settings, store, consent):
    life, done, kills = lives(random.Random(SEED)), 0, 0
    while done < 60:
        kills += children.killed_after(next(life), submit_many, (settings, consent, done, 60))
        kept = count(store, "referral")
        assert kept >= done
        done = kept
        if done:  # the browser whose answer was lost sends the last one again
            store.submit(DETAILS, consent, "chat", f"random {done - 1}")
            assert count(store, "referral") == done
    assert kills
    assert_whole(store, 60)


def test_a_delivery_killed_before_any_line_still_delivers(children, settings, store, consent):
    with mail_sink() as sink:
        settings = settings.model_copy(update={"smtp_port": sink.port})
        delivery = Delivery(settings)
        store.submit(DETAILS, consent, None, "first")
        lines = copies = 0
        for line in children.killed_before_each_line(deliver, lambda _: (settings,)):
            lines = line + 1
            make_due(store)
            delivery.deliver_due()
            assert len(sink.copies()) == lines, "each of them was delivered"
            copies = max(copies, *sink.copies().values())
            assert count(store, "outbox WHERE state <> 'sent'") == 0
            store.submit(DETAILS, consent, None, f"after line {line}")
        assert lines > 60
        assert len(sink.copies()) == lines + 1
        assert copies == 2, "killed between sending and noting it: a second copy, with the same Message-ID"
    assert count(store, "referral_event WHERE what = 'notice_sent'") == lines + 1


def test_deliveries_killed_at_random_deliver_everything(children, settings, store, consent):
    dice = random.Random(SEED)
    with mail_sink(lambda: dice.choice([TAKEN, REFUSED])) as sink:
        settings = settings.model_copy(update={"smtp_port": sink.port})
        for number in range(25):
            store.submit(DETAILS, consent, None, f"key {number}")
        life, kills = lives(random.Random(SEED)), 0
        while count(store, "outbox WHERE state <> 'sent'"):
            kills += children.killed_after(next(life), deliver_all, (settings,))
            make_due(store)
        assert kills and sink.refused
        assert len(sink.copies()) == 25
    assert count(store, "referral_event WHERE what = 'notice_sent'") == 25
