"""The desk's tables, which live in the guide's store beside the conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.accounts.models import LONGEST_NAME
from bot.store.tables import Base, Moment
from bot.turn.conversations import Conversation


class Closure(Base):
    """Something that is switched off now: the guide, a topic or a document."""

    __tablename__ = "closure"
    scope: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(500))
    closed_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    closed_at: Mapped[datetime] = mapped_column(Moment)


class Question(Base):
    """A question (redacted) that got no answer, or one that did not help, for the content queue.

    The conversation is forgotten when that is erased. `text` is empty once newer questions of the group say the same.
    `vector` (16-bit floats) and `group_id` are None until the question was compared with others.
    """

    __tablename__ = "question"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey(Conversation.id, ondelete="SET NULL"), index=True)
    audience: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(100))
    near: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    vector: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("question_group.id", ondelete="SET NULL"), index=True)


class QuestionGroup(Base):
    """Questions of one meaning, worked on together: new, assigned or done."""

    __tablename__ = "question_group"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    assigned_to: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Feedback(Base):
    """Whether an answer was useful to somebody; one for each answer in a conversation, which is forgotten when erased."""

    __tablename__ = "feedback"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey(Conversation.id, ondelete="SET NULL"), index=True)
    answer: Mapped[str] = mapped_column(String(120), index=True)
    useful: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(40))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id", ondelete="SET NULL"))
