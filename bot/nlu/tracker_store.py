"""Rasa's SQL tracker store, with SQLite used as the rest of the guide uses it (see `bot.store.engine`).

Rasa's own opens a new connection for each statement's session and waits for the disk twice a turn. A tracker need not
outlast a power cut: the gateway keeps the conversation.
"""

from __future__ import annotations

from typing import Any, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool

from bot.store.engine import configure_sqlite

BUSY_TIMEOUT_MS = 5000


class SQLiteTrackerStore(SQLTrackerStore):
    """Trackers in one SQLite file, whose connections stay open."""

    def __init__(
        self, domain: Optional[Domain] = None, db: str = "rasa.db", event_broker: Optional[EventBroker] = None, **_: Any
    ) -> None:
        """Open the file `db`, making it and its table where they are missing. Rasa passes more arguments; none is used."""
        super().__init__(domain, dialect="sqlite", db=db, event_broker=event_broker)
        self.engine.dispose()
        self.engine = create_engine(self.engine.url, poolclass=QueuePool, connect_args={"check_same_thread": False})
        configure_sqlite(self.engine, durable=False, busy_timeout_ms=BUSY_TIMEOUT_MS)
        self.sessionmaker = sessionmaker(bind=self.engine)
