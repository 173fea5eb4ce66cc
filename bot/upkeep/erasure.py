"""Erase conversations on time, or when asked, wherever they are kept: the gateway's store and Rasa's trackers."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import Engine

from bot.handover.live import LiveChats
from bot.store import trackers
from bot.store.engine import EMPTY_LOG, EMPTYING_TIMEOUT_MS, empty_logs, was_emptied
from bot.turn.conversations import ConversationStore
from bot.upkeep.unfinished import Unfinished

log = logging.getLogger(__name__)

EVERY_S = 600.0
FINISH_EVERY_S = 15.0
BUSY_TIMEOUT_S = 3.0


class Erasure:
    """Erases from both stores. Rasa's tracker store is a SQLite file, which may not exist yet, be locked or be damaged.

    What cannot be erased from it now is remembered and erased later; a damaged one is deleted, and begun anew by Rasa.
    """

    def __init__(
        self,
        store: ConversationStore,
        tracker_database: Path,
        hours: int,
        count: Callable[[str, int], None],
        live: LiveChats | None = None,
        drop_draft: Callable[[str], bool] = lambda conversation: False,
        also_when_asked: Callable[[str], None] = lambda conversation: None,
        other_stores: Mapping[str, Engine] | None = None,
    ) -> None:
        """`hours`: how long a conversation is kept after its last message. `count` is told reason and number.

        `live` knows the chats that people of SENDIASS have: these are kept until they are done. `drop_draft` erases the
        handover that a conversation had begun and not sent. `also_when_asked` erases what else is kept of a conversation,
        where its person asks for it. `other_stores`: where else erased words lie in a log until it is emptied, by name.
        """
        self._other_stores = other_stores or {}
        self._also_when_asked = also_when_asked
        self._live = live
        self._store = store
        self._tracker_database = tracker_database
        self._unfinished = Unfinished(tracker_database)
        # Set by an erasure, until every log has been emptied with nobody reading.
        self._may_linger = threading.Event()
        self._hours = hours
        self._count = count
        self._drop_draft = drop_draft

    def erase(self, conversation: str) -> bool:
        """Erase one conversation because its person asked; tell whether it was kept.

        What the guide itself keeps goes first. Where Rasa's file is locked, its part follows within seconds after that.
        """
        self._also_when_asked(conversation)  # before the conversation, by which it finds what belongs to it
        found = self._store.erase(conversation)
        self._drop_draft(conversation)
        if self._live:
            self._live.erase([conversation])
        try:
            self.erase_trackers([conversation])
        except sqlite3.Error as error:
            log.error("a conversation is erased; Rasa's tracker of it follows later: %s", type(error).__name__)
        self._empty_logs()
        self._count("asked", int(found))
        return found

    def erase_expired(self) -> int:
        """Erase conversations past their time; return how many."""
        expired = self._store.erase_older_than(self._hours, self._live.open_chats() if self._live else ())
        self._count("expired", len(expired))
        try:
            for conversation in expired:
                self._drop_draft(conversation)
            self.erase_trackers(expired)
            self._erase_old_trackers()
        finally:
            self._empty_logs()
        return len(expired)

    def _empty_logs(self) -> None:
        """Empty the stores' logs of what was erased; where somebody reads or it fails, `run_until` does it soon."""
        self._may_linger.set()
        emptied = empty_logs({"guide": self._store.engine, **self._other_stores})
        try:
            emptied = self._empty_tracker_log() and emptied
        except sqlite3.Error:
            emptied = False
        if emptied:
            self._may_linger.clear()

    def _empty_tracker_log(self) -> bool:
        if not self._tracker_database.exists():
            return True
        with closing(sqlite3.connect(self._tracker_database)) as connection:
            return _emptied(connection)

    def erase_trackers(self, senders: Sequence[str]) -> None:
        """Erase what Rasa keeps of these senders.

        Where its file is locked or out of reach, they are remembered for `finish`, and sqlite3.Error is raised.
        """
        if senders:
            try:
                self._delete_events("sender_id = ?", [(sender,) for sender in senders])
            except sqlite3.Error:
                self._unfinished.add(senders)
                raise

    def finish(self) -> None:
        """Erase the trackers that could not be erased before; raise sqlite3.Error where they still cannot."""
        senders = self._unfinished.senders()
        if senders:
            self._delete_events("sender_id = ?", [(sender,) for sender in senders])
            self._unfinished.done(senders)
            log.info("erased what Rasa still kept of %d conversations", len(senders))

    def _erase_old_trackers(self) -> None:
        """Erase what Rasa keeps of conversations that the store no longer knows, such as after a failed erasure.

        One round later than the store's own conversations, so that no tracker goes before its conversation. What seems
        to come from far ahead was written by a clock that was wrong, and would never be old.
        """
        now, kept_for = time.time(), self._hours * 3600 + EVERY_S
        old = "SELECT sender_id FROM events GROUP BY sender_id HAVING MAX(timestamp) < ? OR MAX(timestamp) > ?"
        self._delete_events(f"sender_id IN ({old})", [(now - kept_for, now + kept_for)])

    def _delete_events(self, condition: str, values: Sequence[tuple[str | float, ...]]) -> None:
        if not self._tracker_database.exists():
            return
        try:
            self._delete_from_file(condition, values)
        except sqlite3.DatabaseError as error:
            if not trackers.is_damage(error):
                raise
            log.error("the file of Rasa's trackers is damaged: it is deleted, and Rasa begins a new one")
            trackers.delete(self._tracker_database)

    def _delete_from_file(self, condition: str, values: Sequence[tuple[str | float, ...]]) -> None:
        connection = sqlite3.connect(self._tracker_database, timeout=BUSY_TIMEOUT_S)
        try:
            with connection:
                connection.execute("PRAGMA secure_delete=ON")
                if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone():
                    connection.executemany(f"DELETE FROM events WHERE {condition}", values)
            if not _emptied(connection):
                self._may_linger.set()
        finally:
            connection.close()

    def run_until(self, stopping: threading.Event) -> None:
        """Erase expired conversations now and every ten minutes, and every fifteen seconds what is unfinished or in a log.

        A failure is logged and tried again.
        """
        due = time.monotonic()
        while True:
            try:
                self.finish()
                if self._may_linger.is_set():
                    self._empty_logs()
                if time.monotonic() >= due:
                    due = time.monotonic() + EVERY_S
                    erased = self.erase_expired()
                    if erased:
                        log.info("erased %d conversations older than %d hours", erased, self._hours)
            except Exception as error:  # noqa: BLE001 - the next round tries again
                log.error("erasing failed and is tried again: %s", type(error).__name__)
            if stopping.wait(FINISH_EVERY_S):
                return


def _emptied(connection: sqlite3.Connection) -> bool:
    """Empty the log of the trackers' file, giving way to Rasa like `bot.store.engine.empty_log`; tell whether it is empty."""
    connection.execute(f"PRAGMA busy_timeout={EMPTYING_TIMEOUT_MS}")
    return was_emptied(connection.execute(EMPTY_LOG).fetchone())
