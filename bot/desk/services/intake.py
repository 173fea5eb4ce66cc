"""What comes into the content queue: questions that got no good answer, as the chat meets them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.desk.services.models import Feedback, Question, QuestionGroup
from bot.metrics import Metrics
from bot.privacy.names import redact_names
from bot.reading.danger import find_urgent
from bot.store.engine import empty_log
from bot.turn.conversations import Conversation
from bot.turn.turns import Asked

log = logging.getLogger(__name__)

# A turn with one of these kinds leaves nothing in the queue: it is about safety, about a person's own case, or broken.
NEVER_KEPT = frozenset({"safeguarding", "handoff", "error"})
# Replies of kind "fallback" that are no gap in the answers: text we cannot read, and what staff turned off.
NO_GAP = frozenset({"other-language", "closed"})
# Of a group, the newest questions whose words stay: enough to see what is meant.
KEPT_OF_A_GROUP = 5


class Intake:
    """Keeps redacted questions."""

    def __init__(self, engine: Engine, metrics: Metrics, collect: bool) -> None:
        """`collect`: whether to keep any. Raises OSError where the lists of names cannot be read: now, not at a question."""
        redact_names("")
        self._engine = engine
        self._metrics = metrics
        self._collect = collect

    def notice(self, asked: Asked) -> None:
        """Keep a question that was not answered; a failure is counted and logged, and never reaches the person."""
        outcome = outcome_of(asked.messages)
        if not self._collect or outcome is None or find_urgent(asked.text):
            return
        nameless = redact_names(asked.text)
        try:
            with Session(self._engine) as session, session.begin():
                conversation = session.get(Conversation, asked.conversation)
                if conversation is None:  # erased in the meantime
                    return
                session.add(
                    Question(
                        at=datetime.now(UTC),
                        conversation_id=conversation.id,
                        audience=conversation.audience,
                        text=nameless.text,
                        outcome=outcome[0],
                        detail=outcome[1],
                        near=list(asked.near),
                    )
                )
        except SQLAlchemyError as error:
            self._metrics.failures.labels("content queue").inc()
            log.error("a question could not be kept for the content queue: %s", type(error).__name__)
            return
        self._metrics.queued.labels(outcome[0]).inc()
        self._metrics.redacted.labels("name").inc(nameless.removed["name"])

    def erase_conversation(self, conversation: str) -> None:
        """Erase what is kept of a conversation because its person asked; raise SQLAlchemyError where that fails."""
        with Session(self._engine) as session, session.begin():
            for table in (Feedback, Question):
                session.execute(delete(table).where(table.conversation_id == conversation))


def erase_old(engine: Engine, days: int, settled_days: int) -> dict[str, int]:
    """Erase questions and feedback older than `days`, and after `settled_days` what nobody needs to read any more.

    That is every question of a group which staff marked as done so long ago, and the words of a question so old which
    newer ones of its group repeat: it still counts there. Returns how many of each. Raises SQLAlchemyError.
    """
    now = datetime.now(UTC)
    before, settled_before = now - timedelta(days=days), now - timedelta(days=settled_days)
    done = select(QuestionGroup.id).where(QuestionGroup.state == "done", QuestionGroup.changed_at < settled_before)
    with Session(engine) as session, session.begin():
        for table in (Feedback, Question):  # a time yet to come was written by a clock that was wrong
            session.execute(update(table).where(table.at > now).values(at=now))
        feedback = session.scalars(delete(Feedback).where(Feedback.at < before).returning(Feedback.id)).all()
        past = or_(Question.at < before, Question.group_id.in_(done))
        questions = session.scalars(delete(Question).where(past).returning(Question.id)).all()
        wordless = _without_words(session, settled_before)
        in_use = select(Question.group_id).where(Question.group_id.is_not(None))
        session.execute(delete(QuestionGroup).where(QuestionGroup.id.not_in(in_use)))
    if feedback or questions or wordless:
        empty_log(engine)
    return {"question": len(questions), "feedback": len(feedback), "question words": wordless}


def _without_words(session: Session, before: datetime) -> int:
    """Take the words, and what the encoder made of them, from questions that enough newer ones of their group repeat."""
    newest_first = func.row_number().over(partition_by=Question.group_id, order_by=Question.id.desc())
    placed = (
        select(Question.id, Question.at, Question.text, newest_first.label("place"))
        .where(Question.group_id.is_not(None))
        .subquery()
    )
    repeated = select(placed.c.id).where(placed.c.place > KEPT_OF_A_GROUP, placed.c.at < before, placed.c.text != "")
    idents = session.scalars(repeated).all()
    if idents:
        session.execute(update(Question).where(Question.id.in_(idents)).values(text="", vector=None))
    return len(idents)


def outcome_of(messages: list[dict[str, Any]]) -> tuple[str, str] | None:
    """Return how a question failed, and what it was about where the guide knows: None where it did not fail.

    "clarified": asked back; "refused": recognised as what no document answers; "unknown": not recognised.
    """
    customs = [message["custom"] for message in messages]
    if any(custom["kind"] in NEVER_KEPT for custom in customs):
        return None
    for custom in customs:
        if custom["kind"] == "clarify":
            return "clarified", ""
        if custom["kind"] == "fallback":
            about = str(custom.get("about") or "")
            if about in NO_GAP:
                return None
            return ("refused", about) if about else ("unknown", "")
    return None
