"""Whose trackers are still to be erased, remembered in a file beside them so that a restart does not forget.

It holds the random names of conversations and nothing of what was said.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path


class Unfinished:
    """The names in the file, one a line. Safe to share between threads of one process."""

    def __init__(self, tracker_database: Path) -> None:
        """Nothing is opened yet; the file is there only while something is unfinished."""
        self._file = tracker_database.with_name(f"{tracker_database.name}.to-erase")
        self._lock = threading.Lock()
        self._not_written: set[str] = set()

    def add(self, senders: Iterable[str]) -> None:
        """Remember these; where the disk takes nothing, at least as long as this process lives."""
        with self._lock:
            self._not_written.update(senders)
            self._write(self._read() | self._not_written)

    def senders(self) -> list[str]:
        """Return those that are still to be erased."""
        with self._lock:
            return sorted(self._read() | self._not_written)

    def done(self, senders: Iterable[str]) -> None:
        """Forget these: they are erased."""
        with self._lock:
            gone = set(senders)
            self._not_written -= gone
            self._write(self._read() - gone)

    def _read(self) -> set[str]:
        try:
            return set(self._file.read_text(encoding="utf-8").split())
        except FileNotFoundError:
            return set()

    def _write(self, senders: set[str]) -> None:
        """Replace the file whole, so that one that is half written is never read."""
        if not senders:
            self._file.unlink(missing_ok=True)
            return
        draft = self._file.with_name(f"{self._file.name}.new")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as new:
                new.write("\n".join(sorted(senders)) + "\n")
                new.flush()
                os.fsync(new.fileno())
            draft.replace(self._file)
        except OSError:
            return
        self._not_written.clear()
