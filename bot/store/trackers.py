"""Rasa's tracker file when it is damaged. Standard library only: Rasa's environment and the gateway's use it.

Trackers are disposable: the gateway keeps the conversation. A damaged file is deleted at once rather than kept aside: it
holds what families wrote, nothing can be erased from it any more, and nobody could use it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

BESIDE = ("-wal", "-shm", "-journal")
_OF_DAMAGE = ("malformed", "not a database", "unsupported file format", "database corruption")


def is_damage(error: BaseException | None) -> bool:
    """Tell whether an error of SQLite's means that the file itself is broken, rather than busy or out of reach."""
    return isinstance(error, sqlite3.DatabaseError) and any(words in str(error) for words in _OF_DAMAGE)


def is_damaged(file: Path) -> bool:
    """Tell whether a file that exists is no whole SQLite database. One that is locked counts as whole."""
    if not file.exists():
        return False
    try:
        connection = sqlite3.connect(file, timeout=1)
        try:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
        finally:
            connection.close()
    except sqlite3.Error as error:
        return is_damage(error)


def delete(file: Path) -> None:
    """Delete a tracker file and what SQLite keeps beside it; that first, so that it never joins a new file."""
    for suffix in (*BESIDE, ""):
        file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
