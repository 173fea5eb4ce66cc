"""Turning off the guide, one topic or one document: kept in the store, so that every process obeys within seconds.

Urgent help and the way to a person are never turned off.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.desk.services.models import Closure
from bot.guidance.answers import load_answers
from bot.guidance.replies import closed_message
from bot.guidance.sources import load_documents
from bot.guidance.wording import wordings
from bot.turn.rasa_client import Reply

Scope = Literal["guide", "topic", "document"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
WHOLE_GUIDE = "all"
NEVER_CLOSED = frozenset({"safeguarding", "handoff"})
READ_EVERY_S = 2.0
LONGEST_NOTE = 500


class BadClosure(ValueError):
    """Something cannot be turned off so; `reason` is the key of the sentence that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Closed:
    """What is off: the reason (a key of wording.yml's `desk.closed.reasons`) by topic and by document, or of all."""

    guide: str | None = None
    topics: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)

    def reason_for(self, reply: Reply) -> str | None:
        """Return why a reply must not be shown, or None where it may."""
        custom = reply.custom
        if custom.kind in NEVER_CLOSED:
            return None
        if self.guide:
            return self.guide
        if custom.kind != "answer":
            return None
        more = custom.model_extra or {}
        documents = (str(source.get("document")) for source in more.get("sources") or ())
        return self.topics.get(str(more.get("topic"))) or next(
            (self.documents[document] for document in documents if document in self.documents), None
        )


class Switch:
    """The switch. Reading is cheap; every change is audited. Methods may raise SQLAlchemyError."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._read: tuple[float, Closed] = (float("-inf"), Closed())
        self._lock = threading.Lock()

    def now(self) -> Closed:
        """Return what is off, from memory where that was read in the last two seconds."""
        with self._lock:
            at, closed = self._read
            if self._clock() - at >= READ_EVERY_S:
                closed = _closed(self.closures())
                self._read = (self._clock(), closed)
            return closed

    def screen(self, replies: list[Reply]) -> list[Reply]:
        """Return the replies with a notice in place of each that is turned off; one notice for the same reason.

        Where the whole guide is off, urgent help needs no notice beside it.
        """
        closed = self.now()
        if closed == Closed():
            return replies
        urgent = any(reply.custom.kind == "safeguarding" for reply in replies)
        shown: list[Reply] = []
        told: set[str] = set()
        for reply in replies:
            reason = closed.reason_for(reply)
            if reason is None:
                shown.append(reply)
            elif reason not in told and not urgent:
                told.add(reason)
                shown.append(Reply.model_validate(closed_message(reason, whole_guide=closed.guide is not None)))
        return shown

    def closures(self) -> Sequence[Closure]:
        """Return what is off, the latest first."""
        with Session(self._engine, expire_on_commit=False) as session:
            return session.scalars(select(Closure).order_by(Closure.closed_at.desc())).all()

    def close(self, scope: str, name: str, reason: str, note: str, by: str) -> None:
        """Turn something off, or give it another reason; raise BadClosure for what there is not, or without a note."""
        if scope not in SCOPES or name not in names_of(scope):
            raise BadClosure("desk.switch.choose_what")
        if reason not in reasons():
            raise BadClosure("desk.switch.choose_reason")
        note = note.strip()
        if not note or len(note) > LONGEST_NOTE:
            raise BadClosure("desk.switch.give_note")
        with Session(self._engine) as session, session.begin():
            session.merge(
                Closure(scope=scope, name=name, reason=reason, note=note, closed_by=by, closed_at=datetime.now(UTC))
            )
            audit.record(session, by, "switch.off", f"{scope} {name}", reason=reason, note=note)
        self._forget()

    def open(self, scope: str, name: str, by: str) -> bool:
        """Turn something on again; tell whether it was off."""
        with Session(self._engine) as session, session.begin():
            closure = session.get(Closure, (scope, name))
            if closure is None:
                return False
            session.delete(closure)
            audit.record(session, by, "switch.on", f"{scope} {name}")
        self._forget()
        return True

    def _forget(self) -> None:
        with self._lock:
            self._read = (float("-inf"), Closed())


def names_of(scope: str) -> dict[str, str]:
    """Return what can be turned off in a scope: its name, and how staff read it."""
    if scope == "guide":
        return {WHOLE_GUIDE: wordings("desk.switch.names")["guide"]}
    if scope == "document":
        return {ident: document.short_title for ident, document in load_documents().items()}
    topics = sorted({answer.topic for answer in load_answers().values()})
    return {topic: topic.replace("-", " ").capitalize() for topic in topics}


def reasons() -> dict[str, str]:
    """Return the reasons that may be given, and what families are told for each."""
    return wordings("desk.closed.reasons")


def _closed(closures: Sequence[Closure]) -> Closed:
    def of(scope: Scope) -> dict[str, str]:
        return {closure.name: closure.reason for closure in closures if closure.scope == scope}

    return Closed(of("guide").get(WHOLE_GUIDE), of("topic"), of("document"))
