"""Ways in which a store fails, and everything that a process writes meanwhile. Standard library and SQLAlchemy alone."""

from __future__ import annotations

import logging
import sqlite3
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from bot.privacy.quiet_logs import keep_texts_out_of_logs


@contextmanager
def locked(file: Path, transaction: str = "IMMEDIATE") -> Iterator[None]:
    """Another process writes, and does not finish; an EXCLUSIVE `transaction` keeps out readers as well."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute(f"BEGIN {transaction}")
        yield


@contextmanager
def missing(file: Path) -> Iterator[None]:
    """The file was removed, with its log."""
    for ending in ("", "-wal", "-shm"):
        Path(f"{file}{ending}").unlink(missing_ok=True)
    yield


@contextmanager
def corrupt(file: Path) -> Iterator[None]:
    """Something wrote over the file."""
    for ending in ("-wal", "-shm"):
        Path(f"{file}{ending}").unlink(missing_ok=True)
    file.write_bytes(b"this is no database " * 1000)
    yield


def full(file: Path) -> AbstractContextManager[None]:
    """The disk is full: the file cannot grow."""
    return _told(file, "PRAGMA max_page_count=1", "PRAGMA max_page_count=1073741823")


def read_only(file: Path) -> AbstractContextManager[None]:
    """Nothing may be written to the file."""
    return _told(file, "PRAGMA query_only=ON", "PRAGMA query_only=OFF")


@contextmanager
def _told(file: Path, fault: str, well: str) -> Iterator[None]:
    def tell(connection: Any, *_: Any) -> None:
        if any(row[2] == str(file) for row in connection.execute("PRAGMA database_list")):
            connection.execute(fault)

    def tell_again(connection: Any, *_: Any) -> None:
        connection.execute(well)

    event.listen(Pool, "checkout", tell)
    event.listen(Pool, "checkin", tell_again)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", tell)
        event.remove(Pool, "checkin", tell_again)


FAULTS: dict[str, Callable[[Path], AbstractContextManager[None]]] = {
    fault.__name__: fault for fault in (locked, missing, corrupt, full, read_only)
}


class Written(logging.Handler):
    """Whatever is logged, from DEBUG on, by any logger, as a careless formatter would write it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s %(args)s %(msg)r"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def everything_logged() -> Iterator[Written]:
    """Have every logger write from DEBUG on, and gather it."""
    root, handler = logging.getLogger(), Written()
    loggers = [root, *(logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger))]
    before = [(logger, logger.level, logger.propagate, logger.disabled) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.propagate, logger.disabled = True, False
    root.addHandler(handler)
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        for logger, level, propagate, disabled in before:
            logger.level, logger.propagate, logger.disabled = level, propagate, disabled
            logger.manager._clear_cache()


@pytest.fixture
def quiet_process() -> Iterator[None]:
    """Have this process write as those of the guide do."""
    before = (
        logging.getLogRecordFactory(),
        logging.raiseExceptions,
        sys.excepthook,
        threading.excepthook,
        sys.unraisablehook,
        warnings.showwarning,
    )
    keep_texts_out_of_logs()
    yield
    logging.setLogRecordFactory(before[0])
    logging.raiseExceptions = before[1]
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = before[2:]
