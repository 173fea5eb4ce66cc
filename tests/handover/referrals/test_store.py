"""What a family sends is kept once, whole and encrypted; SENDIASS moves it along."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.handover.referrals.store import Consent, NotFound, NotPossible, ReferralStore
from bot.privacy.encryption import CannotOpen, EncryptionUnavailable, new_key
from tests.handover.conftest import DETAILS


def rows(store: ReferralStore, table: str) -> list:
    with store.engine.connect() as connection:
        return list(connection.execute(text(f"SELECT * FROM {table}")).mappings())


def test_a_referral_comes_back_whole(store, consent):
    reference = store.submit(DETAILS, consent, "chat-1", "key-1")
    opened = store.opened(store.find(reference.lower().replace("-", " ")))
    assert opened.details == DETAILS
    assert opened.summary.reference == reference and opened.summary.status == "new"
    assert opened.consent.wording_version == consent.wording_version
    assert "SENDIASS" in store.consent_wording(consent.wording_version)
    assert [(event.what, event.who) for event in opened.events] == [("received", "family")]
    assert [summary.id for summary in store.of_conversation("chat-1")] == [opened.summary.id]


def test_the_same_key_makes_one_referral_and_one_notice(store, consent):
    references = {store.submit(DETAILS, consent, None, "double click") for _ in range(3)}
    assert len(references) == 1
    assert len(rows(store, "referral")) == len(rows(store, "outbox")) == 1
    assert store.submit(DETAILS, consent, None, "another") not in references


def test_the_same_key_at_the_same_time_makes_one_referral(store, consent):
    given: list[str] = []
    barrier = threading.Barrier(8)

    def press() -> None:
        barrier.wait()
        given.append(store.submit(DETAILS, consent, None, "pressed in eight windows"))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 8 and len(set(given)) == 1
    assert len(rows(store, "referral")) == 1


def test_nothing_a_family_wrote_is_stored_in_clear(store, consent):
    store.submit(DETAILS, consent, None, "key-1")
    ident = store.listed()[0].id
    store.change_status(ident, "new", "accepted", "worker", note="Rang Wilhelmina at tea time")
    stored = repr([rows(store, table) for table in ("referral", "referral_event", "outbox")])
    for secret in ("Wilhelmina", "Zottmann", "3728401", "Xanthippe", "Quillfeather", "tea time", "school run"):
        assert secret not in stored
    assert "Wilhelmina" not in repr(DETAILS) + repr(store.opened(ident))
    assert store.opened(ident).events[-1].note == "Rang Wilhelmina at tea time"


def test_without_a_key_nothing_is_taken(make_settings):
    with pytest.raises(EncryptionUnavailable):
        ReferralStore(make_settings(encryption_keys=""))


def test_with_another_key_nothing_opens_and_new_ones_are_taken(store, consent, make_settings):
    ident = store.find(store.submit(DETAILS, consent, None, "key-1"))
    other = ReferralStore(make_settings(encryption_keys=new_key()))
    with pytest.raises(CannotOpen):
        other.opened(ident)
    assert other.opened(other.find(other.submit(DETAILS, consent, None, "key-2"))).details == DETAILS


def test_consent_to_words_that_were_never_shown_is_refused(store):
    with pytest.raises(NotPossible):
        store.submit(DETAILS, Consent("made up", datetime.now(UTC)), None, "key-1")
    assert rows(store, "referral") == rows(store, "outbox") == []


def test_consent_to_an_older_wording_still_counts(store, consent, make_settings, settings):
    store.submit(DETAILS, consent, None, "key-1")
    changed = ReferralStore(settings.model_copy(update={"referral_days": 30}))
    assert changed.submit(replace(DETAILS, name="B"), consent, None, "key-2")


def test_a_referral_is_accepted_waits_is_closed_and_opened_again(store, consent):
    ident = store.find(store.submit(DETAILS, consent, None, "key-1"))
    for seen, to, reason in [
        ("new", "accepted", None),
        ("accepted", "waiting", None),
        ("waiting", "closed", "helped"),
        ("closed", "accepted", None),
    ]:
        store.change_status(ident, seen, to, "worker", reason)
    opened = store.opened(ident)
    assert [event.what for event in opened.events] == ["received", "accepted", "waiting", "closed", "accepted"]
    assert opened.summary.status == "accepted" and opened.summary.closed_reason is None
    assert store.counts() == {"new": 0, "accepted": 1, "waiting": 0, "closed": 0}


@pytest.mark.parametrize(
    ("seen", "to", "reason"),
    [("new", "closed", None), ("new", "closed", "because"), ("new", "accepted", "helped"), ("accepted", "new", None)],
)
def test_a_step_that_makes_no_sense_is_refused(store, consent, seen, to, reason):
    ident = store.find(store.submit(DETAILS, consent, None, "key-1"))
    with pytest.raises(NotPossible):
        store.change_status(ident, seen, to, "worker", reason)


def test_of_two_who_accept_at_once_one_is_told(store, consent):
    ident = store.find(store.submit(DETAILS, consent, None, "key-1"))
    store.change_status(ident, "new", "accepted", "first")
    with pytest.raises(NotPossible):
        store.change_status(ident, "new", "accepted", "second")
    assert [event.who for event in store.opened(ident).events] == ["family", "first"]


def test_times_to_first_response(store, consent):
    first, second = (store.find(store.submit(DETAILS, consent, None, f"key-{number}")) for number in (1, 2))
    with store.engine.begin() as connection:
        connection.execute(
            text("UPDATE referral SET received_at = :at"), {"at": datetime.now(UTC) - timedelta(hours=5)}
        )
    store.add_response(first, "phoned", "worker", "left a message")
    store.add_response(first, "e_mailed", "worker")
    times = store.response_times(days=7)
    assert (times.referrals, times.answered) == (2, 1)
    assert times.median_hours == pytest.approx(5, abs=0.1)
    assert times.longest_waiting_hours == pytest.approx(5, abs=0.1)
    assert store.opened(second).summary.first_response_at is None


@pytest.mark.parametrize("typed", ["", "KM7D", "0000-0000-0000", "not a reference at all"])
def test_what_is_no_reference_finds_nothing(store, typed):
    with pytest.raises(NotFound):
        store.find(typed)


def test_what_is_erased_is_not_found(store):
    for act in (
        lambda: store.opened("gone"),
        lambda: store.add_note("gone", "worker", "x"),
        lambda: store.add_response("gone", "phoned", "worker"),
        lambda: store.change_status("gone", "new", "accepted", "worker"),
    ):
        with pytest.raises(NotFound):
            act()
