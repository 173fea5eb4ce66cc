"""Conversations are erased on time and on request, from the gateway's store and from Rasa's."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from bot.turn.conversations import ConversationStore
from bot.upkeep.erasure import Erasure
from tests.databases import open_sqlite
from tests.faults import locked


@pytest.fixture
def places(tmp_path: Path):
    upgrade(f"sqlite:///{tmp_path / 'guide.db'}", "guide")
    store = ConversationStore(f"sqlite:///{tmp_path / 'guide.db'}")
    trackers = tmp_path / "trackers.db"
    with open_sqlite(trackers) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, timestamp REAL, data TEXT)")
    counted: list[tuple[str, int]] = []
    erasure = Erasure(store, trackers, 24, lambda reason, number: counted.append((reason, number)))
    return store, trackers, erasure, counted, tmp_path


def begin(store: ConversationStore, trackers: Path, hours_ago: float, folder: Path) -> str:
    ident = store.begin("parent")
    store.add_turn(ident, "secret words", [{"text": "reply", "buttons": [], "custom": {"kind": "answer"}}], [])
    when = datetime.now(UTC) - timedelta(hours=hours_ago)
    with create_engine(f"sqlite:///{folder / 'guide.db'}").begin() as connection:
        connection.execute(
            text("UPDATE conversation SET last_at = :at WHERE id = :id"), {"at": when.replace(tzinfo=None), "id": ident}
        )
    with open_sqlite(trackers) as connection:
        insert = "INSERT INTO events (sender_id, timestamp, data) VALUES (?, ?, ?)"
        connection.executemany(insert, [(ident, when.timestamp(), "secret words")] * 3)
    return ident


def senders(trackers: Path) -> set[str]:
    with open_sqlite(trackers) as connection:
        return {row[0] for row in connection.execute("SELECT sender_id FROM events")}


def test_expired_conversations_go_and_others_stay(places):
    store, trackers, erasure, counted, folder = places
    old, new = begin(store, trackers, 25, folder), begin(store, trackers, 1, folder)
    assert erasure.erase_expired() == 1
    assert not store.exists(old) and store.exists(new)
    assert senders(trackers) == {new}
    assert counted == [("expired", 1)]


def test_asked_for_erasure_leaves_nothing(places):
    store, trackers, erasure, counted, folder = places
    ident = begin(store, trackers, 0, folder)
    assert erasure.erase(ident) is True
    assert erasure.erase(ident) is False
    assert senders(trackers) == set() and store.history(ident) == []
    for file in folder.iterdir():  # the databases, and the logs beside them
        assert b"secret words" not in file.read_bytes(), file


def test_rasas_file_may_not_exist_yet(tmp_path):
    upgrade(f"sqlite:///{tmp_path / 'guide.db'}", "guide")
    store = ConversationStore(f"sqlite:///{tmp_path / 'guide.db'}")
    Erasure(store, tmp_path / "none.db", 24, lambda *_: None).erase_trackers(["someone"])
    assert not (tmp_path / "none.db").exists()


def test_trackers_that_no_conversation_belongs_to_go_in_time(places):
    store, trackers, erasure, counted, folder = places
    new = begin(store, trackers, 1, folder)
    now = datetime.now(UTC).timestamp()
    with open_sqlite(trackers) as connection:
        rows = [("forgotten", now - 26 * 3600), ("health-a", now - 25 * 3600), ("long one", now - 30 * 3600)]
        connection.executemany("INSERT INTO events (sender_id, timestamp) VALUES (?, ?)", [*rows, ("long one", now)])
    erasure.erase_expired()
    assert senders(trackers) == {new, "long one"}


def test_a_locked_tracker_file_is_tried_again(places):
    store, trackers, erasure, counted, folder = places
    begin(store, trackers, 25, folder)
    with locked(trackers, "EXCLUSIVE"), pytest.raises(sqlite3.OperationalError):
        erasure.erase_expired()
    erasure.erase_expired()
    assert senders(trackers) == set()


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Somebody reads, and does not finish."""
    with open_sqlite(file) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()
        yield


def bytes_of(file: Path) -> bytes:
    return b"".join(Path(f"{file}{ending}").read_bytes() for ending in ("", "-wal") if Path(f"{file}{ending}").exists())


def test_what_was_erased_while_somebody_read_is_gone_from_every_byte_with_the_next_round(places):
    store, trackers, erasure, _, folder = places
    ident = begin(store, trackers, 0, folder)
    with reading(folder / "guide.db"), reading(trackers):
        erasure.erase(ident)
        assert b"secret words" in bytes_of(folder / "guide.db")
    erasure.erase_expired()
    assert b"secret words" not in bytes_of(folder / "guide.db") + bytes_of(trackers)


def test_what_lingered_because_somebody_read_is_gone_soon_after_they_stopped(places, monkeypatch):
    store, trackers, erasure, _, folder = places
    monkeypatch.setattr("bot.upkeep.erasure.FINISH_EVERY_S", 0.05)
    ident = begin(store, trackers, 0, folder)
    with reading(folder / "guide.db"):
        erasure.erase(ident)
        assert b"secret words" in bytes_of(folder / "guide.db")
    stopping = threading.Event()
    monkeypatch.setattr(erasure, "erase_expired", lambda: 0)  # what comes every ten minutes has no part in this
    thread = threading.Thread(target=erasure.run_until, args=(stopping,))
    thread.start()
    deadline = time.monotonic() + 10
    while b"secret words" in bytes_of(folder / "guide.db") and time.monotonic() < deadline:
        time.sleep(0.05)
    stopping.set()
    thread.join()
    assert b"secret words" not in bytes_of(folder / "guide.db")


def test_trackers_that_could_not_be_erased_are_erased_with_the_next_round(places):
    store, trackers, erasure, _, folder = places
    ident = begin(store, trackers, 0, folder)
    with locked(trackers), pytest.raises(sqlite3.OperationalError):
        erasure.erase_trackers([ident])
    erasure.finish()
    assert senders(trackers) == set() and b"secret words" not in bytes_of(trackers)


def test_other_stores_logs_are_emptied_each_round_even_where_the_trackers_are_broken(places):
    store, trackers, _, _, folder = places
    upgrade(f"sqlite:///{folder / 'referrals.db'}", "referrals")
    engine = open_engine(f"sqlite:///{folder / 'referrals.db'}")
    erasure = Erasure(store, trackers, 24, lambda *_: None, other_stores={"referrals": engine})
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (words TEXT)")
        connection.exec_driver_sql("INSERT INTO kept VALUES ('secret words')")
        connection.exec_driver_sql("DELETE FROM kept")
    trackers.write_bytes(b"this is no database " * 500)
    erasure.erase_expired()
    assert Path(f"{folder / 'referrals.db'}-wal").stat().st_size == 0
    assert b"secret words" not in bytes_of(folder / "referrals.db")


RUBBISH = b"this is no database at all " * 2000


def test_a_damaged_tracker_file_hinders_no_erasure_and_keeps_no_words(places):
    store, trackers, erasure, counted, folder = places
    ident = begin(store, trackers, 0, folder)
    for beside in ("-wal", "-shm"):  # else SQLite would mend the file from its log
        trackers.with_name(f"{trackers.name}{beside}").unlink(missing_ok=True)
    trackers.write_bytes(RUBBISH + b"secret words")
    assert erasure.erase(ident) is True
    assert not store.exists(ident)
    for file in folder.iterdir():
        assert b"secret words" not in file.read_bytes(), file
    assert not trackers.exists()  # Rasa begins a new one


def test_what_is_locked_now_is_erased_later_even_after_a_restart(places):
    store, trackers, erasure, counted, folder = places
    ident, other = begin(store, trackers, 0, folder), begin(store, trackers, 0, folder)
    with locked(trackers, "EXCLUSIVE"):
        assert erasure.erase(ident) is True
        assert not store.exists(ident) and counted == [("asked", 1)]
        with pytest.raises(sqlite3.OperationalError):
            erasure.finish()
    assert senders(trackers) == {ident, other}
    (remembered,) = folder.glob("*.to-erase")
    assert remembered.stat().st_mode & 0o777 == 0o600 and remembered.read_text().split() == [ident]
    restarted = Erasure(store, trackers, 24, lambda *_: None)
    restarted.finish()
    assert senders(trackers) == {other}
    assert not list(folder.glob("*.to-erase*"))


def test_what_the_guide_keeps_goes_first(places, monkeypatch):
    store, trackers, erasure, counted, folder = places
    ident = begin(store, trackers, 0, folder)

    def unreadable(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(erasure, "_delete_events", unreadable)
    assert erasure.erase(ident) is True
    assert not store.exists(ident)
