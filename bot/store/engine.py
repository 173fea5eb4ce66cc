"""Opening a database: SQLite or PostgreSQL, by its SQLAlchemy URL."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.privacy.quiet_logs import failure

log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 3000
EMPTYING_TIMEOUT_MS = 200
EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"


def open_engine(database_url: str, *, durable: bool = False, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """Return an engine for an SQLAlchemy URL: `sqlite:///file` or `postgresql+psycopg://...`.

    `durable`: a finished transaction outlasts even a power cut (SQLite then waits for the disk each time; PostgreSQL
    always does). `busy_timeout_ms`: how long SQLite waits for another writer, in milliseconds.

    The folder of a SQLite file is made where it is missing. An error's text never names the values that a statement
    was given: they are what people wrote. Raises sqlalchemy.exc.ArgumentError for what is no URL.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True)
    configure_sqlite(engine, durable=durable, busy_timeout_ms=busy_timeout_ms)
    return engine


def configure_sqlite(engine: Engine, *, durable: bool, busy_timeout_ms: int) -> None:
    """Set up each connection that a SQLite engine opens from now on; see `open_engine`. Rasa's SQLAlchemy 1.4 will do."""

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.execute(f"PRAGMA busy_timeout={busy_timeout_ms}")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA foreign_keys=ON")


def one_at_a_time(session: Session, lock: int) -> None:
    """Let one transaction with this `lock` (any number) at a time go on from here, on SQLite one of any.

    What it reads is then still so when it writes. For short transactions; at their beginning, since SQLite locks no row
    that is only read.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({int(lock)})"))
        return
    # pysqlite begins a transaction only at the first change: a line must be read after that, not before.
    driver = connection.connection.dbapi_connection
    if driver is not None and not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def empty_log(engine: Engine) -> bool:
    """Write a SQLite database's log into its file and empty it, so that nothing erased lingers there.

    Tells whether it is empty now: it is not where somebody reads at this moment. PostgreSQL needs none of this.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        usual = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        # Whoever writes waits for this: where somebody reads it is soon given up, and done another time.
        connection.exec_driver_sql(f"PRAGMA busy_timeout={EMPTYING_TIMEOUT_MS}")
        try:
            return was_emptied(connection.exec_driver_sql(EMPTY_LOG).fetchone())
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(usual)}")


def empty_logs(stores: Mapping[str, Engine]) -> bool:
    """Empty the logs of several stores, by their names; tell whether all are empty now. One that fails is logged."""
    emptied = [_emptied(name, engine) for name, engine in stores.items()]
    return all(emptied)


def _emptied(name: str, engine: Engine) -> bool:
    try:
        return empty_log(engine)
    except SQLAlchemyError as error:
        log.error("the log of the store %s was not emptied: %s", name, failure(error))
        return False


def was_emptied(row: Any) -> bool:
    """Tell from what EMPTY_LOG gives whether the log was emptied; its first column is 1 where somebody was in the way."""
    return row is None or not row[0]
