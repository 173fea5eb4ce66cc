"""The desk's tables, which live in the guide's store beside the conversations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Float, ForeignKey, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from bot.turn.conversations import Base

LONGEST_NAME = 120


class Moment(TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time with its zone."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Account(Base):
    """Somebody who works at the desk. `roles` are parted by spaces; the password is a hash (argon2id) or missing."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    roles: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    oidc_subject: Mapped[str | None] = mapped_column(String(400), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    works_queue: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    signed_in_at: Mapped[datetime | None] = mapped_column(Moment)


class DeskSession(Base):
    """A signed-in browser, by the hash of the secret in its cookie. `failed_before`: failed tries before its sign-in."""

    __tablename__ = "desk_session"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment, index=True)
    failed_before: Mapped[int] = mapped_column(default=0, server_default="0")


class SignInBrake(Base):
    """How many sign-ins failed lately, by the keyed hash of a name, an address, both, or a browser's mark.

    `failures` runs out over time; `tries` (of a name only) are those since its last sign-in. `name` is the keyed hash of
    the name it belongs to. `kept`: that of an account, which is not erased to make room.
    """

    __tablename__ = "sign_in_brake"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(64), index=True)
    failures: Mapped[float] = mapped_column(Float, default=0.0)
    tries: Mapped[int] = mapped_column(default=0)
    kept: Mapped[bool] = mapped_column(default=False)
    counted_at: Mapped[datetime] = mapped_column(Moment)
    wait_until: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class KnownAddress(Base):
    """An address, as a keyed hash of its own for each account, from which the account signed in well."""

    __tablename__ = "known_address"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Moment)


class AuditEntry(Base):
    """One line of the audit trail, chained to the one before by its hash. The database refuses to change or delete it."""

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    who: Mapped[str] = mapped_column(String(LONGEST_NAME))
    event: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


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
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"), index=True)
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
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"), index=True)
    answer: Mapped[str] = mapped_column(String(120), index=True)
    useful: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(40))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id", ondelete="SET NULL"))
