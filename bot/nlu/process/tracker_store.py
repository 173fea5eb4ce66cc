"""Rasa's SQL tracker store for SQLite, used as the rest of the guide uses it (see `bot.store.engine`).

Rasa's own opens a new connection for each statement's session, waits for the disk twice a turn and builds each
statement anew. A tracker need not outlast a power cut: the gateway keeps the conversation. What is stored, and which
events a retrieved tracker has, is the same (tests/nlu/test_tracker_store.py). For the same reason a damaged file is
deleted and begun anew, at the start and while Rasa runs (`bot.store.trackers` says why it is not kept aside).
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, Callable, Dict, Optional, Tuple, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from bot.privacy.quiet_logs import failure
from bot.store.engine import configure_sqlite
from bot.store.trackers import delete, is_damage, is_damaged

log = logging.getLogger(__name__)

Done = TypeVar("Done")

# Rasa does nothing else meanwhile, for nobody: better one reply fails than that all wait. Erasing takes milliseconds.
BUSY_TIMEOUT_MS = 1000
# By time, not by id: Rasa logs the action that starts a session after the event that it made, with a later time.
_OF_LATEST_SESSION = """FROM events WHERE sender_id = :sender AND timestamp >= COALESCE(
    (SELECT MAX(timestamp) FROM events WHERE sender_id = :sender AND type_name = :session_started), 0)"""
_EVENTS = text(f"SELECT data {_OF_LATEST_SESSION} ORDER BY id")
_EVENTS_OF_ALL_SESSIONS = text("SELECT data FROM events WHERE sender_id = :sender ORDER BY id")
_COUNT = text(f"SELECT COUNT(*) {_OF_LATEST_SESSION}")
_ADD = text(
    "INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name, data)"
    " VALUES (:sender, :type_name, :timestamp, :intent_name, :action_name, :data)"
)


class SQLiteTrackerStore(SQLTrackerStore):
    """Trackers in one SQLite file, whose connections stay open."""

    def __init__(
        self, domain: Optional[Domain] = None, db: str = "rasa.db", event_broker: Optional[EventBroker] = None, **_: Any
    ) -> None:
        """Open the file `db`, making it and its table where they are missing. Rasa passes more arguments; none is used."""
        self._file = Path(db)
        if is_damaged(self._file):
            self._delete()
        super().__init__(domain, dialect="sqlite", db=db, event_broker=event_broker)
        self.engine.dispose()
        self.engine: Engine = create_engine(
            self.engine.url, poolclass=QueuePool, connect_args={"check_same_thread": False}, hide_parameters=True
        )
        configure_sqlite(self.engine, durable=False, busy_timeout_ms=BUSY_TIMEOUT_MS)
        self.sessionmaker.configure(bind=self.engine)
        self._opened = self._identity()

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> Optional[DialogueStateTracker]:
        """Return the tracker with the events of the latest session, or of all; None where there are none."""
        statement = _EVENTS_OF_ALL_SESSIONS if fetch_events_from_all_sessions else _EVENTS
        found = self._on_whole_file(lambda connection: connection.execute(statement, _of_sender(sender_id)).fetchall())
        events = [json.loads(data) for (data,) in found]
        if not self.domain or not events:
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events of the tracker's session that are not stored yet.

        Where that fails the events are lost, and the reply goes out all the same. The failure must not leave here: Rasa
        would keep the tracker in its memory instead, where no erasure reaches it.
        """
        try:
            await self._save(tracker)
        except Exception as error:  # noqa: BLE001 - whatever fails, nothing may be kept elsewhere
            log.error("a tracker was not stored: %s", failure(error))

    async def _save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)

        def add_new(connection: Connection) -> None:
            stored = connection.execute(_COUNT, _of_sender(tracker.sender_id)).scalar_one()
            new = [event.as_dict() for event in list(tracker.events)[stored:]]
            if new:
                connection.execute(_ADD, [_row(tracker.sender_id, event) for event in new])

        self._on_whole_file(add_new)

    def _on_whole_file(self, work: Callable[[Connection], Done]) -> Done:
        """Do something in a transaction; where the file turns out damaged, begin a new one and do it there."""
        if self._identity() != self._opened:  # the gateway deleted a damaged file, or somebody replaced it
            if is_damaged(self._file):
                self._delete()
            self._begin_anew()
        try:
            with self.engine.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            if is_damage(error.orig) or is_damaged(self._file):
                self._delete()
            elif "no such table" not in str(error.orig):
                raise
        self._begin_anew()
        with self.engine.begin() as connection:
            return work(connection)

    def _delete(self) -> None:
        log.error("the file of Rasa's trackers is damaged: it is deleted and begun anew")
        delete(self._file)

    def _begin_anew(self) -> None:
        self.engine.dispose()
        self.Base.metadata.create_all(self.engine)
        self._opened = self._identity()

    def _identity(self) -> Optional[Tuple[int, int]]:
        """Return what tells this file from another of the same name; None where there is none."""
        try:
            state = self._file.stat()
        except FileNotFoundError:
            return None
        return state.st_dev, state.st_ino


def _of_sender(sender_id: str) -> Dict[str, str]:
    return {"sender": sender_id, "session_started": SessionStarted.type_name}


def _row(sender_id: str, event: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "sender": sender_id,
        "type_name": event["event"],
        "timestamp": event.get("timestamp"),
        "intent_name": event.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": event.get("name"),
        "data": json.dumps(event),
    }
