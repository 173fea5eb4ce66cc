"""The audit trail: who did what when, each line chained to the one before, so that an edit shows.

The database refuses to change or delete a line; `verify` finds what somebody did who took the triggers away.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.accounts.models import AuditEntry
from bot.store.engine import one_at_a_time

BEFORE_THE_FIRST = "0" * 64
AT_THE_CONSOLE = "(command line)"
_ONE_AT_A_TIME = 7_305_115  # any number: the key of the lock that two writers compete for
_AT_ONCE = 1000


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how many lines, the last one's hash, and the first line that is wrong (None: all are right)."""

    lines: int
    last_hash: str
    wrong_line: int | None = None


def record(session: Session, who: str, event: str, about: str = "", **detail: object) -> None:
    """Add a line to the trail within the caller's transaction, so that neither the deed nor the line is without the other.

    `event` names the deed ("switch.closed"); `about` what it was done to. No personal data of families may be given.
    """
    take_turn(session)
    last = session.execute(select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)).one_or_none()
    entry = AuditEntry(
        id=(last.id if last else 0) + 1,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        who=who[:120],
        event=event[:60],
        about=about[:200],
        detail=json.dumps(detail, sort_keys=True, ensure_ascii=False),
        previous=last.hash if last else BEFORE_THE_FIRST,
    )
    entry.hash = _hash(entry)
    session.add(entry)
    session.flush()


def operator() -> str:
    """Return who runs a command, for the trail: the name of the system's account."""
    try:
        return f"{AT_THE_CONSOLE} {pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return AT_THE_CONSOLE


def verify(engine: Engine, known_hash: str | None = None) -> Verdict:
    """Check every line against the one before.

    `known_hash`: the hash that an earlier check gave; the trail must still hold it, or lines were cut off its end
    (`wrong_line` is then the line after the last). Raises SQLAlchemyError.
    """
    previous, number, seen = BEFORE_THE_FIRST, 0, known_hash in (None, BEFORE_THE_FIRST)
    with Session(engine) as session:
        while True:
            lines = session.scalars(
                select(AuditEntry).where(AuditEntry.id > number).order_by(AuditEntry.id).limit(_AT_ONCE)
            ).all()
            for line in lines:
                if line.id != number + 1 or line.previous != previous or line.hash != _hash(line):
                    return Verdict(number, previous, number + 1)
                previous, number = line.hash, line.id
                seen = seen or line.hash == known_hash
            session.expunge_all()
            if len(lines) < _AT_ONCE:
                return Verdict(number, previous, None if seen else number + 1)


def latest(engine: Engine, before: int | None = None, number: int = 50) -> Sequence[AuditEntry]:
    """Return the last lines, newest first; `before` pages back from a line's number."""
    with Session(engine, expire_on_commit=False) as session:
        lines = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(number)
        return session.scalars(lines.where(AuditEntry.id < before) if before else lines).all()


def take_turn(session: Session) -> None:
    """Let one transaction at a time go on from here, so that what it reads is still so when it writes."""
    one_at_a_time(session, _ONE_AT_A_TIME)


def _hash(entry: AuditEntry) -> str:
    fields = [entry.id, entry.at, entry.who, entry.event, entry.about, entry.detail, entry.previous]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()
