"""Questions of one meaning are worked on together: each new question joins the nearest group, or begins one.

This runs beside the requests, never within one: the encoder takes some 25 ms a question and is loaded at the first.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, undefer

from bot.desk import audit
from bot.desk.models import Question, QuestionGroup
from bot.gateway.metrics import Metrics

log = logging.getLogger(__name__)

# Of pairs put together at this likeness, three of four ask for one answer, measured on 420 example questions of 60
# answers; lower ones mix subjects sooner than they join more (docs/desk.md has the figures).
LIKE_ENOUGH = 0.6
EVERY_S = 10.0
AT_ONCE = 64
BY_ITSELF = "(guide)"
STATES = ("new", "assigned", "done")
_ONE_AT_A_TIME = 7_305_116  # any number: the key of the lock that two replicas compete for

Encode = Callable[[Sequence[str]], Any]


@dataclass
class _Group:
    total: Any

    def likeness(self, vector: Any) -> float:
        return float(self.total @ vector / max(np.linalg.norm(self.total), 1e-6))


def encode(texts: Sequence[str]) -> Any:
    """Return a unit vector for each text; raise EncoderMissing where the encoder is not set up."""
    from bot.nlu.encoder import sentence_encoder  # loads 100 MB, and only where there are questions

    return sentence_encoder().encode(texts)


class Grouper:
    """Puts questions into groups."""

    def __init__(self, engine: Engine, metrics: Metrics, encode: Encode = encode) -> None:
        self._engine = engine
        self._metrics = metrics
        self._encode = encode

    def run_until(self, stopping: threading.Event) -> None:
        """Group what is new every ten seconds; a failure is counted, logged and tried again."""
        while not stopping.wait(EVERY_S):
            try:
                self.group_new()
                self.count()
            except Exception as error:  # noqa: BLE001 - the next round tries again; pages show questions ungrouped
                self._metrics.failures.labels("grouping").inc()
                log.error("questions could not be grouped: %s", type(error).__name__)

    def group_new(self) -> int:
        """Group the questions that are in no group yet; return how many.

        One that joins a group which was done opens it again. Raises SQLAlchemyError, EncoderMissing.
        """
        with Session(self._engine) as session:
            waiting = session.execute(
                select(Question.id, Question.text)
                .where(Question.group_id.is_(None))
                .order_by(Question.id)
                .limit(AT_ONCE)
            ).all()
        if not waiting:
            return 0
        vectors = dict(zip((row.id for row in waiting), self._encode([row.text for row in waiting])))
        with Session(self._engine) as session, session.begin():
            _alone(session)
            groups = _groups(session)
            questions = session.scalars(
                select(Question).where(Question.id.in_(vectors), Question.group_id.is_(None)).order_by(Question.id)
            ).all()
            for question in questions:
                self._place(session, question, vectors[question.id], groups)
        return len(questions)

    def count(self) -> None:
        """Tell the metrics how many groups there are in each state."""
        with Session(self._engine) as session:
            rows = session.execute(select(QuestionGroup.state, func.count()).group_by(QuestionGroup.state)).all()
        numbers = {row.state: row[1] for row in rows}
        for state in STATES:
            self._metrics.queue_size.labels(state).set(numbers.get(state, 0))

    @staticmethod
    def _place(session: Session, question: Question, vector: Any, groups: dict[int, _Group]) -> None:
        question.vector = np.asarray(vector, np.float16).tobytes()
        best = max(groups, key=lambda ident: groups[ident].likeness(vector), default=None)
        if best is None or groups[best].likeness(vector) < LIKE_ENOUGH:
            group = QuestionGroup(state="new", changed_at=datetime.now(UTC))
            session.add(group)
            session.flush()
            question.group_id = group.id
            groups[group.id] = _Group(np.array(vector, np.float32))
            return
        question.group_id = best
        groups[best].total = groups[best].total + vector
        kept = session.get(QuestionGroup, best)
        if kept and kept.state == "done":
            kept.state, kept.assigned_to, kept.changed_at = "new", None, datetime.now(UTC)
            audit.record(session, BY_ITSELF, "queue.reopened", f"group {best}")


def _groups(session: Session) -> dict[int, _Group]:
    """Return the groups with the sum of their questions' vectors."""
    groups: dict[int, _Group] = {}
    kept = select(Question).where(Question.group_id.is_not(None), Question.vector.is_not(None))
    for question in session.scalars(kept.options(undefer(Question.vector))):
        vector = np.frombuffer(question.vector or b"", np.float16).astype(np.float32)
        group = groups.setdefault(int(question.group_id or 0), _Group(np.zeros_like(vector)))
        group.total = group.total + vector
    return groups


def _alone(session: Session) -> None:
    """Let one replica at a time group, so that it sees the groups that another has just made."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
