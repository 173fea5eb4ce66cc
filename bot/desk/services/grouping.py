"""Questions of one meaning are worked on together: each new question joins the nearest group, or begins one.

Near are questions about one subject (`bot.encoder.subjects`) to which the guide found the same answers nearest. This runs beside
the requests, never within one: the encoder takes some 25 ms a question and is loaded at the first.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, undefer

from bot.accounts import audit
from bot.desk.services.models import Question, QuestionGroup
from bot.encoder.encoder import SentenceEncoder
from bot.metrics import Metrics
from bot.processes.priority import let_others_first

log = logging.getLogger(__name__)

# Of pairs put together at this similarity, nine of ten ask for one answer (docs/desk.md has the figures, and
# tests/desk/services/test_grouping.py holds them); lower ones mix subjects sooner than they join more.
LIKE_ENOUGH = 0.65
# How much the nearest answers count beside the subject.
NEAREST_COUNT = 0.5
EVERY_S = 30.0
AT_ONCE = 64
BY_ITSELF = "(guide)"
STATES = ("new", "assigned", "done")
_ONE_AT_A_TIME = 7_305_116  # any number: the key of the lock that two replicas compete for

Encode = Callable[[Sequence[str]], Any]


@dataclass(frozen=True)
class Meaning:
    """What a question means, as far as it can be compared: a unit vector, and the nearest answers with their weights."""

    vector: Any
    near: dict[str, float]

    @classmethod
    def of(cls, vector: Any, near: Sequence[dict[str, Any]]) -> Meaning:
        """Return the meaning of a question; an answer that was given and did not help (no score) is as near as can be."""
        shares = {str(entry.get("answer")): entry.get("confidence") for entry in near}
        return cls(vector, {answer: (1.0 if share is None else share) ** 0.5 for answer, share in shares.items()})


class Group:
    """The sum of the meanings of a group's questions."""

    def __init__(self) -> None:
        self._total: Any = 0.0
        self._near: Counter[str] = Counter()

    def add(self, meaning: Meaning) -> None:
        """Take a question in."""
        self._total = self._total + meaning.vector
        for answer, weight in meaning.near.items():
            self._near[answer] += weight  # type: ignore[assignment]

    def similarity(self, meaning: Meaning) -> float:
        """Return the cosine between a question and this group, over subject and nearest answers together."""
        together = float(self._total @ meaning.vector)
        together += NEAREST_COUNT * sum(self._near[answer] * weight for answer, weight in meaning.near.items())
        return together / max(_size(self._total, self._near) * _size(meaning.vector, meaning.near), 1e-6)


def _size(vector: Any, near: Mapping[str, float]) -> float:
    return float((vector @ vector + NEAREST_COUNT * sum(weight * weight for weight in near.values())) ** 0.5)


def encode(texts: Sequence[str]) -> Any:
    """Return a unit vector of each text's subject; raise EncoderMissing where the encoder is not set up.

    With another encoder than the one the subjects were learnt from, the sentence's own vector has to do.
    """
    from bot.encoder.subjects import subjects

    encoder, known = _encoder(), subjects()
    vectors = encoder.encode(texts)
    return known.of(vectors) if known.fingerprint == encoder.fingerprint else vectors


@lru_cache(maxsize=1)
def _encoder() -> SentenceEncoder:
    """Return an encoder that works on its caller's thread, and so at its priority: 100 MB, loaded where there are questions."""
    return SentenceEncoder(threads=1)


class Grouper:
    """Puts questions into groups."""

    def __init__(self, engine: Engine, metrics: Metrics, encode: Encode = encode) -> None:
        self._engine = engine
        self._metrics = metrics
        self._encode = encode

    def run_until(self, stopping: threading.Event) -> None:
        """Group what is new every half a minute, when nobody waits for the processor; a failure is counted and tried again."""
        let_others_first()
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
                select(Question.id, Question.text, Question.near)
                .where(Question.group_id.is_(None))
                .order_by(Question.id)
                .limit(AT_ONCE)
            ).all()
        if not waiting:
            return 0
        vectors = self._encode([row.text for row in waiting])
        meanings = {row.id: Meaning.of(vector, row.near) for row, vector in zip(waiting, vectors)}
        self._renew(2 * vectors.shape[1])
        with Session(self._engine) as session, session.begin():
            _alone(session)
            groups = _groups(session)
            questions = session.scalars(
                select(Question).where(Question.id.in_(meanings), Question.group_id.is_(None)).order_by(Question.id)
            ).all()
            for question in questions:
                self._place(session, question, meanings[question.id], groups)
        return len(questions)

    def _renew(self, size: int) -> None:
        """Encode anew what was grouped by vectors of another length in bytes, before the encoder or the subjects changed."""
        while True:
            with Session(self._engine) as session, session.begin():
                others = select(Question).where(Question.vector.is_not(None), func.length(Question.vector) != size)
                old = session.scalars(others.order_by(Question.id).limit(AT_ONCE)).all()
                if not old:
                    return
                for question, vector in zip(old, self._encode([question.text for question in old])):
                    question.vector = np.asarray(vector, np.float16).tobytes()

    def count(self) -> None:
        """Tell the metrics how many groups there are in each state."""
        with Session(self._engine) as session:
            rows = session.execute(select(QuestionGroup.state, func.count()).group_by(QuestionGroup.state)).all()
        numbers = {row.state: row[1] for row in rows}
        for state in STATES:
            self._metrics.queue_size.labels(state).set(numbers.get(state, 0))

    @staticmethod
    def _place(session: Session, question: Question, meaning: Meaning, groups: dict[int, Group]) -> None:
        question.vector = np.asarray(meaning.vector, np.float16).tobytes()
        similarity = {ident: group.similarity(meaning) for ident, group in groups.items()}
        best = max(similarity, key=similarity.__getitem__, default=None)
        if best is None or similarity[best] < LIKE_ENOUGH:
            made = QuestionGroup(state="new", changed_at=datetime.now(UTC))
            session.add(made)
            session.flush()
            question.group_id = made.id
            groups.setdefault(made.id, Group()).add(meaning)
            return
        question.group_id = best
        groups[best].add(meaning)
        kept = session.get(QuestionGroup, best)
        if kept and kept.state == "done":
            kept.state, kept.assigned_to, kept.changed_at = "new", None, datetime.now(UTC)
            audit.record(session, BY_ITSELF, "queue.reopened", f"group {best}")


def _groups(session: Session) -> dict[int, Group]:
    """Return the groups with the meanings of their questions."""
    groups: dict[int, Group] = {}
    kept = select(Question).where(Question.group_id.is_not(None), Question.vector.is_not(None))
    for question in session.scalars(kept.options(undefer(Question.vector))):
        vector = np.frombuffer(question.vector or b"", np.float16).astype(np.float32)
        groups.setdefault(int(question.group_id or 0), Group()).add(Meaning.of(vector, question.near))
    return groups


def _alone(session: Session) -> None:
    """Let one replica at a time group, so that it sees the groups that another has just made."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
