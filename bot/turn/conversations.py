"""What is kept of a conversation: redacted messages, the buttons issued in it, and replies already given."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, String, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.store.engine import open_engine
from bot.store.tables import Base
from bot.times import utc_now, with_zone
from bot.turn.state import State, state_from_json


class Conversation(Base):
    """A conversation, by its unguessable id (which is also Rasa's sender id).

    `secret_hash` is that of the secret of the browser that began it; None where it was begun without one. `state` is what it is
    about now (`bot.turn.state`); None until something was said.
    """

    __tablename__ = "conversation"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    audience: Mapped[str] = mapped_column(String(16))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class TurnTaken(Base):
    """What came of a turn, the step that decided and why: names and numbers, and nothing of what was said.

    `milliseconds`: how long each step took.
    """

    __tablename__ = "turn_taken"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    step: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(60))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    milliseconds: Mapped[dict[str, float]] = mapped_column(JSON)


class Entry(Base):
    """One message of a conversation, the person's (redacted) or the guide's, in the chat API's form."""

    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    sender: Mapped[str] = mapped_column(String(8))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class IssuedButton(Base):
    """A button's opaque token, and the intent message it stands for in its conversation."""

    __tablename__ = "issued_button"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    intent_message: Mapped[str] = mapped_column(String(1000))

    def as_row(self) -> dict[str, str]:
        """Return the columns by name."""
        return {column.name: getattr(self, column.name) for column in self.__table__.columns}


class GivenReply(Base):
    """A reply by its idempotency key, so that a message sent twice is asked once; `request` tells what it replies to."""

    __tablename__ = "given_reply"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    reply: Mapped[dict[str, Any]] = mapped_column(JSON)
    request: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Decision:
    """What came of a turn (`outcome`), by which `step`, why, and how many milliseconds each step took."""

    step: str
    outcome: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    milliseconds: Mapping[str, float] = field(default_factory=dict)


class OtherRequest(ValueError):
    """An idempotency key came again with another request."""


@dataclass(frozen=True)
class Key:
    """An idempotency key with what belongs to it: where it was sent (None: before a conversation began), by which browser,
    and the request. The same key of another browser is another key.
    """

    asked_in: str | None
    secret: str | None = field(repr=False)
    key: str = field(repr=False)
    request: str = field(repr=False)

    @property
    def ident(self) -> str:
        """What the reply is kept under."""
        return hashlib.sha256(f"{self.asked_in or ''}\n{self.secret or ''}\n{self.key}".encode()).hexdigest()

    @property
    def fingerprint(self) -> str:
        """A hash of the request that nobody can compare with guesses who does not know the key."""
        return hmac.new(self.key.encode(), self.request.encode(), hashlib.sha256).hexdigest()


class ConversationStore:
    """The gateway's store. Every method is one transaction and may raise SQLAlchemyError."""

    def __init__(self, database_url: str) -> None:
        """Open the database at an SQLAlchemy URL; its tables are made by `bot.store.migrate`."""
        self.engine = open_engine(database_url)

    def begin(self, audience: str, secret: str | None = None, ident: str | None = None) -> str:
        """Start a conversation and return its id. With a browser's `secret` it is that browser's alone.

        `ident` is an id that was given out before the conversation could be begun.
        """
        ident = ident or secrets.token_urlsafe(24)
        row = {"id": ident, "audience": audience, "last_at": utc_now(), "secret_hash": _hash(secret)}
        with self.engine.begin() as connection:
            connection.execute(insert(Conversation).values(row))
        return ident

    def exists(self, conversation: str) -> bool:
        """Tell whether the conversation is kept."""
        with self.engine.connect() as connection:
            return connection.scalar(select(Conversation.id).where(Conversation.id == conversation)) is not None

    def is_kept_for(self, conversation: str, secret: str | None) -> bool:
        """Tell whether the conversation is kept, and was begun with this secret (None: with none)."""
        with self.engine.connect() as connection:
            row = connection.execute(
                select(Conversation.secret_hash).where(Conversation.id == conversation)
            ).one_or_none()
        return row is not None and hmac.compare_digest(row.secret_hash or "", _hash(secret) or "")

    def set_audience(self, conversation: str, audience: str) -> None:
        """Remember whom the replies are for."""
        with self.engine.begin() as connection:
            connection.execute(update(Conversation).where(Conversation.id == conversation).values(audience=audience))

    def add_turn(
        self,
        conversation: str,
        said: str,
        replies: Sequence[dict[str, Any]],
        buttons: Sequence[IssuedButton],
        key: Key | None = None,
        reply: dict[str, Any] | None = None,
        state: State | None = None,
        decision: Decision | None = None,
    ) -> None:
        """Keep what was said, what was replied and the buttons that came with it, and the `reply` under its `key`.

        And what the conversation is about now, and what decided; None: as before, and nothing did.

        Nothing is kept of a conversation that was erased in the meantime.
        """
        now = utc_now()
        guide = [{"sender": "guide", "content": reply} for reply in replies]
        entries = [{"sender": "user", "content": {"text": said}}, *guide]
        # Plain statements: this is the busiest place of the gateway.
        with self.engine.begin() as connection:
            changed: dict[str, Any] = {"last_at": now, **({"state": state.as_json()} if state else {})}
            kept = connection.execute(
                update(Conversation).where(Conversation.id == conversation).values(changed)
            ).rowcount
            if not kept:
                return
            connection.execute(
                insert(Entry), [{**entry, "conversation_id": conversation, "at": now} for entry in entries]
            )
            if decision:
                taken = {"conversation_id": conversation, "at": now, **asdict(decision)}
                connection.execute(insert(TurnTaken), [taken])
            if buttons:
                connection.execute(insert(IssuedButton), [button.as_row() for button in buttons])
            if key:
                row = {"key": key.ident, "conversation_id": conversation, "reply": reply, "request": key.fingerprint}
                connection.execute(delete(GivenReply).where(GivenReply.key == key.ident))
                connection.execute(insert(GivenReply), [row])

    def touch(self, conversation: str) -> None:
        """Keep the conversation for its whole time again from now, since somebody wrote in it."""
        with self.engine.begin() as connection:
            connection.execute(update(Conversation).where(Conversation.id == conversation).values(last_at=utc_now()))

    def history(self, conversation: str) -> list[dict[str, Any]]:
        """Return the messages so far, oldest first, each with `from` ("user" or "guide") and `at`."""
        return [message for _, message in self.numbered_history(conversation)]

    def numbered_history(self, conversation: str) -> list[tuple[int, dict[str, Any]]]:
        """Return the history with each message's number. Later messages have higher ones, whatever the clock says."""
        with Session(self.engine) as session:
            entries = session.scalars(select(Entry).where(Entry.conversation_id == conversation).order_by(Entry.id))
            return [
                (entry.id, {"from": entry.sender, "at": with_zone(entry.at).isoformat(), **entry.content})
                for entry in entries
            ]

    def last_entry(self, conversation: str) -> int:
        """Return the number of the latest message (0 where there is none)."""
        with self.engine.connect() as connection:
            latest = select(func.max(Entry.id)).where(Entry.conversation_id == conversation)
            return int(connection.scalar(latest) or 0)

    def thread(self, conversation: str) -> tuple[str, State]:
        """Return whom the replies are for, and what the conversation is about now."""
        with self.engine.connect() as connection:
            wanted = select(Conversation.audience, Conversation.state).where(Conversation.id == conversation)
            row = connection.execute(wanted).one_or_none()
        return (row.audience, state_from_json(row.state)) if row else ("parent", State())

    def decisions(self, conversation: str) -> list[Decision]:
        """Return what decided each turn that was kept, oldest first."""
        with Session(self.engine) as session:
            wanted = select(TurnTaken).where(TurnTaken.conversation_id == conversation).order_by(TurnTaken.id)
            return [
                Decision(taken.step, taken.outcome, taken.evidence, taken.milliseconds)
                for taken in session.scalars(wanted)
            ]

    def pressed(self, conversation: str, token: str) -> IssuedButton | None:
        """Return the button issued in this conversation under `token`, or None."""
        with Session(self.engine, expire_on_commit=False) as session:
            button = session.get(IssuedButton, token)
            return button if button and button.conversation_id == conversation else None

    def given(self, key: Key) -> dict[str, Any] | None:
        """Return the reply already given for an idempotency key; raise OtherRequest where that replied to another request."""
        with Session(self.engine) as session:
            kept = session.get(GivenReply, key.ident)
            if kept and not hmac.compare_digest(kept.request, key.fingerprint):
                raise OtherRequest("the key belongs to another request")
            return kept.reply if kept else None

    def erase(self, conversation: str) -> bool:
        """Erase a conversation with all that belongs to it; tell whether there was one. Emptying the log is the caller's."""
        with Session(self.engine) as session, session.begin():
            return _erase(session, [conversation]) > 0

    def erase_older_than(self, hours: int, but: Sequence[str] = ()) -> list[str]:
        """Erase conversations whose last message is older than `hours`; return their ids. Emptying the log is the caller's.

        Those in `but` stay: a person of SENDIASS has them. A time that is yet to come was written by a clock that was
        wrong; it counts as now, so that nothing is kept for ever.
        """
        now = utc_now()
        before = now - timedelta(hours=hours)
        with Session(self.engine) as session, session.begin():
            session.execute(update(Conversation).where(Conversation.last_at > now).values(last_at=now))
            past = session.scalars(select(Conversation.id).where(Conversation.last_at < before))
            old = [ident for ident in past if ident not in but]
            _erase(session, old)
        return old

    def answers(self) -> bool:
        """Tell whether the database answers, by counting conversations."""
        with Session(self.engine) as session:
            return session.scalar(select(func.count()).select_from(Conversation)) is not None


def _erase(session: Session, conversations: Sequence[str]) -> int:
    if not conversations:
        return 0
    for table in (Entry, IssuedButton, GivenReply, TurnTaken):
        session.execute(delete(table).where(table.conversation_id.in_(conversations)))
    gone = session.scalars(delete(Conversation).where(Conversation.id.in_(conversations)).returning(Conversation.id))
    return len(list(gone))


def _hash(secret: str | None) -> str | None:
    return hashlib.sha256(secret.encode()).hexdigest() if secret else None
