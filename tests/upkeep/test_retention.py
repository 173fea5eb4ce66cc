"""What was kept long enough is deleted and counted; what somebody still waits for is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.commands.retention import run_from_command_line
from bot.desk.services.intake import erase_old
from bot.handover.form.drafts import DraftStore, form_key
from bot.handover.referrals.store import Details, ReferralStore
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.turn.conversations import ConversationStore
from bot.upkeep.retention import Retention
from tests.setting_up import consent_under, settings_in


@pytest.fixture
def settings(tmp_path):
    kept = {"referral_days": 30, "sent_notice_days": 10}
    return settings_in(tmp_path, referral_email="inbox@example.org", smtp_host="mail.example", **kept)


@pytest.fixture
def store(settings):
    return ReferralStore(settings)


def submitted(settings: Settings, store: ReferralStore, key: str) -> str:
    consent = consent_under(settings)
    return store.find(store.submit(Details("about", "name"), consent, None, key))


def days_ago(days: float) -> datetime:
    return (datetime.now(UTC) - timedelta(days=days)).replace(tzinfo=None)


def change(store: ReferralStore, statement: str, **values) -> None:
    with store.engine.begin() as connection:
        connection.execute(text(statement), values)


def receipts(store: ReferralStore) -> list:
    with store.engine.connect() as connection:
        return list(connection.execute(text("SELECT * FROM receipt ORDER BY id")).mappings())


def test_referrals_go_so_long_after_they_were_closed(settings, store):
    old, newer, waiting = (submitted(settings, store, key) for key in ("old", "newer", "waiting"))
    for ident, days in ((old, 31), (newer, 29)):
        store.change_status(ident, "new", "closed", "worker", "helped")
        change(store, "UPDATE referral SET closed_at = :at WHERE id = :id", at=days_ago(days), id=ident)
    change(store, "UPDATE referral SET received_at = :at", at=days_ago(400))
    done = Retention(settings).run("test")
    assert {name: number for name, number in done.counts.items() if number} == {
        "outbox": 1,
        "referral_event": 2,
        "referral": 1,
    }
    assert {summary.id for summary in store.listed()} == {waiting}, "nobody has seen to it yet: it stays"
    assert [summary.id for summary in store.listed("closed")] == [newer]
    (receipt,) = receipts(store)
    assert (receipt["id"], receipt["who"], receipt["what"]) == (done.receipt, "test", "retention")


def test_delivered_notices_go_and_undelivered_ones_stay(settings, store):
    for key in ("sent", "just sent", "waiting"):
        submitted(settings, store, key)
    idents = [row.id for row in store.engine.connect().execute(text("SELECT id FROM outbox"))]
    for ident, days in ((idents[0], 11), (idents[1], 9)):
        change(store, "UPDATE outbox SET state = 'sent', sent_at = :at WHERE id = :id", at=days_ago(days), id=ident)
    assert Retention(settings).run("test").counts["outbox"] == 1


def test_expired_drafts_go(settings, store):
    drafts = DraftStore(settings)
    drafts.write(form_key("old"), {"name": "x"}, hours=-1)
    drafts.write(form_key("new"), {"name": "x"})
    assert Retention(settings).run("test").counts["draft"] == 1
    assert drafts.read(form_key("new"))


def test_one_rule_that_fails_does_not_keep_the_others_back(settings, store, caplog):
    DraftStore(settings).write(form_key("old"), {"name": "x"}, hours=-1)

    def broken() -> dict[str, int]:
        raise RuntimeError("the words of a family")

    done = Retention(settings, {"conversations": broken}).run("test")
    assert done.counts["draft"] == 1 and done.counts["conversations failed"] == -1
    assert "RuntimeError" in caplog.text and "the words" not in caplog.text


def test_a_scheduled_run_that_found_nothing_leaves_no_receipt(settings, store):
    assert Retention(settings).run("schedule", receipt_of_nothing=False) is None
    assert receipts(store) == []


def test_many_are_deleted_in_batches(settings, store, monkeypatch):
    monkeypatch.setattr("bot.upkeep.retention.BATCH", 2)
    for number in range(5):
        submitted(settings, store, f"key {number}")
    change(store, "UPDATE referral SET status = 'closed', closed_at = :at", at=days_ago(60))
    assert Retention(settings).run("test").counts["referral"] == 5


def test_it_needs_no_key(settings, store):
    submitted(settings, store, "key")
    change(store, "UPDATE referral SET status = 'closed', closed_at = :at", at=days_ago(60))
    without = settings.model_copy(update={"encryption_keys": ""})
    assert Retention(without).run("test").counts["referral"] == 1


def test_the_command_deletes_conversations_too(settings, store):
    conversations = ConversationStore(settings.database_url)
    old, new = conversations.begin("parent"), conversations.begin("parent")
    with open_engine(settings.database_url).begin() as connection:
        connection.execute(text("UPDATE conversation SET last_at = :at WHERE id = :id"), {"at": days_ago(9), "id": old})
    assert run_from_command_line(settings).counts["conversation"] == 1
    assert conversations.exists(new) and not conversations.exists(old)


def test_what_retention_deleted_is_gone_from_every_byte(settings, store, tmp_path):
    ident = ConversationStore(settings.database_url).begin("parent")
    with open_engine(settings.database_url).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO question (at, conversation_id, audience, text, outcome, detail, near)"
                " VALUES (:at, :ident, 'parent', 'secret words', 'unknown', '', '[]')"
            ),
            {"at": days_ago(91), "ident": ident},
        )
    engine = open_engine(settings.database_url)
    retention = Retention(settings, {"questions": lambda: erase_old(engine, 90, 7)})
    retention.run("test")
    for file in tmp_path.glob("*.db*"):
        assert b"secret words" not in file.read_bytes(), file.name


def test_what_a_wrong_clock_closed_or_kept_goes_in_its_time_after_all(settings, store, monkeypatch):
    ident = submitted(settings, store, "far")
    store.change_status(ident, "new", "closed", "worker", "helped")
    DraftStore(settings).write(form_key("token"), {"answers": {}})
    far = days_ago(-365 * 70)
    change(store, "UPDATE referral SET closed_at = :at", at=far)
    change(store, "UPDATE outbox SET state = 'sent', sent_at = :at", at=far)
    change(store, "UPDATE draft SET expires_at = :at", at=far)
    assert Retention(settings).run("test").counts["referral"] == 0
    with store.engine.connect() as connection:
        soon = (datetime.now(UTC) + timedelta(hours=25)).replace(tzinfo=None).isoformat(sep=" ")
        for column in ("referral.closed_at", "outbox.sent_at", "draft.expires_at"):
            table, _, name = column.partition(".")
            assert connection.scalar(text(f"SELECT MAX({name}) FROM {table}")) < soon, column
