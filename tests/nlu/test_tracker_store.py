"""The guide's tracker store keeps and gives back what Rasa's own does, over several turns and sessions."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.process.tracker_store import SQLiteTrackerStore
from tests.faults import locked

DOMAIN = Domain.from_dict(
    {"intents": ["greet"], "slots": {"place": {"type": "text", "mappings": [{"type": "custom"}]}}, "actions": ["look"]}
)


@pytest.fixture()
def stores(tmp_path: Path) -> list[SQLTrackerStore]:
    return [
        SQLTrackerStore(DOMAIN, db=str(tmp_path / "rasa.db")),
        SQLiteTrackerStore(DOMAIN, db=str(tmp_path / "guide.db")),
    ]


def _session(at: float) -> list[Event]:
    """The events in the order and with the times that Rasa gives them: the action after the event that it made."""
    started, listening = SessionStarted(timestamp=at), ActionExecuted("action_listen", timestamp=at + 0.002)
    return [ActionExecuted("action_session_start", timestamp=at + 0.001), started, listening]


def _turn(at: float, words: str) -> list[Event]:
    return [
        UserUttered(words, {"name": "greet", "confidence": 0.9}, timestamp=at),
        SlotSet("place", "Crook", timestamp=at + 0.1),
        ActionExecuted("look", timestamp=at + 0.2),
        BotUttered("Two places", {"custom": {"kind": "answer"}}, timestamp=at + 0.3),
        ActionExecuted("action_listen", timestamp=at + 0.4),
    ]


async def _told(store: SQLTrackerStore, steps: list[list[Event]], sender: str = "a") -> None:
    for events in steps:
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        for event in events:
            tracker.update(event)
        await store.save(tracker)


def _kept(tracker: DialogueStateTracker | None) -> list[dict] | None:
    return None if tracker is None else [event.as_dict() for event in tracker.events]


def test_events_and_sessions_are_those_of_rasas_own_store(stores):
    steps = [_session(1.0), _turn(2.0, "hello"), _turn(3.0, "any nearer"), _session(90.0), _turn(91.0, "hello again")]

    async def told(store: SQLTrackerStore) -> list:
        await _told(store, steps)
        await _told(store, [_session(5.0)], sender="b")
        return [
            _kept(await store.retrieve("a")),
            _kept(await store.retrieve_full_tracker("a")),
            _kept(await store.retrieve("b")),
            _kept(await store.retrieve("nobody")),
            sorted(await store.keys()),
        ]

    by_rasa, by_guide = (asyncio.run(told(store)) for store in stores)
    assert by_guide == by_rasa
    assert by_guide[0][-1]["name"] == "action_listen"
    assert len(by_guide[1]) == sum(map(len, steps))
    assert by_guide[3] is None


def test_what_is_kept_in_the_columns_is_what_rasas_own_store_keeps(stores):
    for store in stores:
        asyncio.run(_told(store, [_session(1.0), _turn(2.0, "hello")]))
    columns = "sender_id, type_name, timestamp, intent_name, action_name, data"
    rows = []
    for store in stores:
        with store.engine.connect() as connection:
            rows.append(connection.exec_driver_sql(f"SELECT {columns} FROM events ORDER BY id").fetchall())
    assert rows[1] == rows[0]


def test_saving_twice_stores_nothing_twice(stores):
    async def saved(store: SQLTrackerStore) -> int:
        tracker = await store.get_or_create_tracker("a", append_action_listen=False)
        for event in [*_session(1.0), *_turn(2.0, "hello")]:
            tracker.update(event)
        await store.save(tracker)
        await store.save(tracker)
        return len(_kept(await store.retrieve_full_tracker("a")) or [])

    assert asyncio.run(saved(stores[1])) == 8


RUBBISH = b"this is no database at all, and holds words of Zachariah " * 500


@pytest.fixture()
def file(tmp_path: Path) -> Path:
    return tmp_path / "trackers.db"


def _words_in(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if b"Zachariah" in each.read_bytes()]


@pytest.mark.parametrize("beside", ["", "-wal"])
def test_a_file_damaged_before_the_start_is_begun_anew_and_its_words_are_gone(file, caplog, beside):
    asyncio.run(_told(SQLiteTrackerStore(DOMAIN, db=str(file)), [_session(1.0)]))
    file.write_bytes(RUBBISH)
    file.with_name(f"{file.name}{beside}").write_bytes(RUBBISH)
    store = SQLiteTrackerStore(DOMAIN, db=str(file))
    asyncio.run(_told(store, [_session(1.0), _turn(2.0, "hello")]))
    assert len(_kept(asyncio.run(store.retrieve("a"))) or []) == 8
    assert not _words_in(file.parent)
    assert [record.getMessage() for record in caplog.records if "damaged" in record.getMessage()] == [
        "the file of Rasa's trackers is damaged: it is deleted and begun anew"
    ]


@pytest.mark.parametrize("how", ["overwritten", "emptied", "deleted", "replaced"])
def test_a_file_damaged_while_rasa_runs_is_begun_anew_at_the_next_message(file, how):
    store = SQLiteTrackerStore(DOMAIN, db=str(file))
    asyncio.run(_told(store, [_session(1.0), _turn(2.0, "hello from Zachariah")]))
    store.engine.dispose()  # so that nothing of it is left in the log beside it
    if how == "overwritten":
        file.write_bytes(RUBBISH)
    elif how == "emptied":
        file.write_bytes(b"")
    elif how == "deleted":
        file.unlink()
    else:
        file.unlink()
        file.write_bytes(RUBBISH)
    asyncio.run(_told(store, [_session(5.0), _turn(6.0, "hello again")]))
    assert len(_kept(asyncio.run(store.retrieve_full_tracker("a"))) or []) == 8
    assert not _words_in(file.parent)


def test_pages_overwritten_under_open_connections_are_noticed(file):
    store = SQLiteTrackerStore(DOMAIN, db=str(file))
    asyncio.run(_told(store, [_session(1.0), *[_turn(float(at), "hello") for at in range(2, 60)]]))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    size = file.stat().st_size
    with open(file, "r+b") as opened:
        opened.write(RUBBISH[:size])
    asyncio.run(_told(store, [_session(90.0), _turn(91.0, "hello again")], sender="b"))
    assert len(_kept(asyncio.run(store.retrieve("b"))) or []) == 8


def test_a_locked_file_is_not_taken_for_a_damaged_one(file, monkeypatch, caplog):
    monkeypatch.setattr("bot.nlu.process.tracker_store.BUSY_TIMEOUT_MS", 100)
    store = SQLiteTrackerStore(DOMAIN, db=str(file))
    asyncio.run(_told(store, [_session(1.0), _turn(2.0, "hello")]))
    with locked(file):
        asyncio.run(_told(store, [_turn(3.0, "hello from Zachariah")]))
    assert "a tracker was not stored: OperationalError" in caplog.text and "Zachariah" not in caplog.text
    assert len(_kept(asyncio.run(store.retrieve("a"))) or []) == 8
