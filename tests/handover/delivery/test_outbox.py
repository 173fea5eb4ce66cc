"""Each notice is tried by one at a time, again and again, until it is delivered or given up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.handover.delivery.outbox import OutboxQueue
from tests.handover.conftest import DETAILS


@pytest.fixture
def outbox(store, settings):
    return OutboxQueue(store.engine, settings)


def hasten(store, seconds: float = 1e6) -> None:
    """Let time pass for every notice."""
    with store.engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(seconds=seconds)
        connection.execute(
            text("UPDATE outbox SET next_at = :at WHERE state = 'waiting'"), {"at": past.replace(tzinfo=None)}
        )


def test_each_notice_goes_to_one_worker(store, outbox, consent):
    for number in range(40):
        store.submit(DETAILS, consent, None, f"key-{number}")

    def take_all(_: int) -> list[str]:
        taken = []
        while claimed := outbox.claim("email"):
            taken.append(claimed.id)
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [ident for idents in pool.map(take_all, range(6)) for ident in idents]
    assert len(taken) == len(set(taken)) == 40


def test_a_notice_whose_worker_died_is_tried_again_with_the_same_id(store, outbox, consent):
    store.submit(DETAILS, consent, None, "key-1")
    first = outbox.claim("email")
    assert outbox.claim("email") is None
    hasten(store)
    second = outbox.claim("email")
    assert (second.id, second.made_at, second.attempts) == (first.id, first.made_at, 2)


def test_a_delivered_notice_is_done_and_told_of(store, outbox, consent):
    ident = store.find(store.submit(DETAILS, consent, None, "key-1"))
    outbox.sent(outbox.claim("email"))
    hasten(store)
    assert outbox.claim("email") is None
    assert [(event.what, event.who) for event in store.opened(ident).events][-1] == ("notice_sent", "email")
    figures = outbox.figures()["email"]
    assert (figures.waiting, figures.sent, figures.failed_attempts, figures.oldest_s) == (0, 1, 0, 0.0)


def test_a_slow_worker_whose_claim_was_over_still_counts_once(store, outbox, consent):
    ident = store.find(store.submit(DETAILS, consent, None, "key-1"))
    slow = outbox.claim("email")
    hasten(store)
    quick = outbox.claim("email")
    outbox.sent(slow)
    outbox.sent(quick)
    outbox.failed(quick, "too late")
    assert [event.what for event in store.opened(ident).events].count("notice_sent") == 1
    assert outbox.notices(ident)[0].state == "sent"


def test_pauses_double_up_to_the_longest_with_jitter(store, settings):
    outbox = OutboxQueue(
        store.engine, settings.model_copy(update={"delivery_pause_s": 10, "delivery_longest_pause_s": 100})
    )
    for attempts, middle in ((1, 10), (2, 20), (3, 40), (5, 100), (5000, 100)):
        drawn = {outbox.pause(attempts).total_seconds() for _ in range(50)}
        assert middle * 0.5 <= min(drawn) and max(drawn) <= middle * 1.5 and len(drawn) > 40


def test_what_keeps_failing_is_given_up_shown_and_may_be_retried(store, settings, consent):
    outbox = OutboxQueue(store.engine, settings.model_copy(update={"delivery_attempts": 3}))
    ident = store.find(store.submit(DETAILS, consent, None, "key-1"))
    given_up = []
    for _ in range(3):
        hasten(store)
        given_up.append(outbox.failed(outbox.claim("email"), "HTTP 503"))
    assert given_up == [False, False, True]
    hasten(store)
    assert outbox.claim("email") is None
    (notice,) = outbox.notices()
    assert (notice.state, notice.attempts, notice.last_failure) == ("dead", 3, "HTTP 503")
    assert store.opened(ident).events[-1].what == "notice_given_up"
    assert outbox.figures()["email"].dead == 1
    assert outbox.retry() == 1 and outbox.claim("email").attempts == 1


def test_a_referral_erased_meanwhile_leaves_nothing(store, outbox, consent):
    from bot.handover.family_data import erase

    ident = store.find(store.submit(DETAILS, consent, None, "key-1"))
    claimed = outbox.claim("email")
    erase(store, ident, "worker")
    outbox.sent(claimed)
    outbox.failed(claimed, "x")
    with store.engine.connect() as connection:
        for table in ("referral", "referral_event", "outbox"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
