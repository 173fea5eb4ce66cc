"""Was this answer useful? Asked only while somebody works the content queue; yes, or no with a reason from a list.

There is no box for words: people would write about their child in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.accounts.audit import take_turn
from bot.desk.services.models import Feedback, Question
from bot.guidance.usefulness import YES, reasons
from bot.guidance.wording import wording
from bot.metrics import Metrics
from bot.privacy.names import redact_names
from bot.reading.danger import find_urgent
from bot.turn.conversations import Conversation, Entry
from bot.turn.refusals import Refused

LOOK_AGAIN_AFTER_S = 10.0


class FeedbackBox:
    """Takes what people say of answers."""

    def __init__(
        self,
        engine: Engine,
        metrics: Metrics,
        somebody_works_queue: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`somebody_works_queue` is asked at most every ten seconds."""
        self._engine = engine
        self._metrics = metrics
        self._somebody_works_queue = somebody_works_queue
        self._clock = clock
        self._looked: tuple[float, bool] = (float("-inf"), False)

    def is_wanted(self) -> bool:
        """Tell whether to ask; where the database does not say, do not."""
        at, wanted = self._looked
        if self._clock() - at >= LOOK_AGAIN_AFTER_S:
            try:
                wanted = self._somebody_works_queue()
            except SQLAlchemyError:
                wanted = False
            self._looked = (self._clock(), wanted)
        return wanted

    def give(self, conversation: str, answer: str, verdict: str) -> None:
        """Keep what somebody says of an answer they were given: "yes" or a reason (see `reasons`); the last word counts.

        Raises Refused while nobody works the queue, for an unknown reason, and for an answer that was not given in
        this conversation. Raises SQLAlchemyError.
        """
        if not self.is_wanted():
            raise Refused("nobody_asks", wording("gateway.not_found"))
        if verdict != YES and verdict not in reasons():
            raise Refused("unknown_verdict", wording("desk.useful.unknown_reason"))
        with Session(self._engine) as session, session.begin():
            take_turn(session)  # a double click must not leave two
            kept = session.get(Conversation, conversation)
            asked = _question_of(session, conversation, answer) if kept else None
            if kept is None or asked is None:
                raise Refused("answer_not_given", wording("desk.useful.not_given"))
            given = session.scalar(
                select(Feedback).where(Feedback.conversation_id == conversation, Feedback.answer == answer)
            )
            if given is None:
                given = Feedback(conversation_id=conversation, answer=answer)
                session.add(given)
            given.at, given.useful = datetime.now(UTC), verdict == YES
            given.reason = "" if verdict == YES else verdict
            question = session.get(Question, given.question_id) if given.question_id else None
            if given.useful:
                given.question_id = None
                if question:
                    session.delete(question)
            elif question:
                question.detail = verdict
            elif asked and not find_urgent(asked):
                question = Question(
                    at=given.at,
                    conversation_id=conversation,
                    audience=kept.audience,
                    text=redact_names(asked).text,
                    outcome="unhelpful",
                    detail=verdict,
                    near=[{"answer": answer, "confidence": None}],
                )
                session.add(question)
                session.flush()
                given.question_id = question.id
        self._metrics.feedback.labels("useful" if verdict == YES else "not useful").inc()

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return, by answer, how many said that it was useful and how many that it was not; raise SQLAlchemyError."""
        with Session(self._engine) as session:
            rows = session.execute(
                select(Feedback.answer, Feedback.useful, func.count()).group_by(Feedback.answer, Feedback.useful)
            ).all()
        found: dict[str, tuple[int, int]] = {}
        for answer, useful, number in rows:
            yes, no = found.get(answer, (0, 0))
            found[answer] = (yes + number, no) if useful else (yes, no + number)
        return found


def _question_of(session: Session, conversation: str, answer: str) -> str | None:
    """Return what was asked (redacted) when `answer` was given last in a conversation, or None where it was not."""
    entries = session.scalars(select(Entry).where(Entry.conversation_id == conversation).order_by(Entry.id))
    asked, found = "", None
    for entry in entries:
        if entry.sender == "user":
            asked = str(entry.content.get("text", ""))
        elif entry.content.get("custom", {}).get("answer") == answer:
            found = asked
    return found
