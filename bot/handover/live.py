"""A chat that a person of SENDIASS has taken over: the guide is silent in it, and what is written is encrypted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.handover.referrals.models import LiveConversation, LiveMessage, Referral, ReferralEvent, ident_sorted_by_time
from bot.handover.referrals.store import NotFound, NotPossible, ReferralStore
from bot.privacy.encryption import place
from bot.times import utc_now, with_zone

Sender = Literal["family", "person", "notice"]
Ending = Literal["back", "closed"]
LONGEST_NAME = 60


class AlreadySaid(ValueError):
    """An idempotency key came again with other words."""


@dataclass(frozen=True)
class Line:
    """Something written in a chat that a person has, or a notice ("joined", "back", "closed") that they came or went.

    `after` is the number of the guide's entry (`ConversationStore.last_entry`) that it follows, where that is known: the
    clock may have been set back in between.
    """

    id: str
    sender: Sender
    at: datetime
    name: str
    text: str = field(repr=False)
    after: int | None = None


class LiveChats:
    """The chats that people of SENDIASS have taken over. Every method is one transaction."""

    def __init__(self, referrals: ReferralStore) -> None:
        """Share the referrals' store: what is written belongs to a referral and goes with it."""
        self.referrals = referrals
        self._engine = referrals.engine
        self._vault = referrals.vault

    def take(self, referral: str, shown_name: str, who: str, after: int | None = None) -> str:
        """Let a person take the chat that a referral came from; return the conversation's id.

        The family is shown `shown_name`. Raises NotFound for no such referral, NotPossible where it came from no chat or
        another person has the chat already. `after`, here as in the other methods: see `Line`.
        """
        name = " ".join(shown_name.split())[:LONGEST_NAME]
        if not name:
            raise NotPossible("the family must be told who is speaking")
        try:
            with Session(self._engine) as session, session.begin():
                return self._take(session, referral, name, who, after)
        except IntegrityError as error:
            raise NotPossible("somebody has this chat already") from error

    def _take(self, session: Session, referral: str, name: str, who: str, after: int | None) -> str:
        found = session.execute(
            update(Referral)
            .where(Referral.id == referral)
            .values(changed_at=utc_now())
            .returning(Referral.conversation_id)
            .execution_options(synchronize_session=False)
        ).first()
        if not found:
            raise NotFound("there is no such referral")
        conversation: str | None = found.conversation_id
        if not conversation:
            raise NotPossible("this referral did not come from a chat")
        self._record(session, referral, "took_chat", who)
        again = (
            update(LiveConversation)
            .where(LiveConversation.conversation_id == conversation, LiveConversation.ended_at.is_not(None))
            .values(ended_at=None, shown_name=name, referral_id=referral)
            .returning(LiveConversation.conversation_id)
            .execution_options(synchronize_session=False)
        )
        if not session.execute(again).first():
            session.add(
                LiveConversation(
                    conversation_id=conversation, referral_id=referral, shown_name=name, began_at=utc_now()
                )
            )
            session.flush()
        self._add(session, conversation, "notice", name, "joined", after)
        return conversation

    def speaker(self, conversation: str) -> str | None:
        """Return the name of the person who has the chat now, or None where the guide has it."""
        with Session(self._engine) as session:
            return session.scalar(
                select(LiveConversation.shown_name).where(
                    LiveConversation.conversation_id == conversation, LiveConversation.ended_at.is_(None)
                )
            )

    def is_expected(self, conversation: str) -> bool:
        """Tell whether a person may yet write in the chat: a referral came from it and is not closed."""
        with Session(self._engine) as session:
            open_referral = (Referral.conversation_id == conversation) & (Referral.status != "closed")
            return session.scalar(select(Referral.id).where(open_referral).limit(1)) is not None

    def say(
        self, conversation: str, sender: Sender, text: str, key: str | None = None, after: int | None = None
    ) -> None:
        """Keep what family or person wrote; the same words with the same idempotency `key` again are kept once.

        Raises NotPossible where no person has the chat any more, AlreadySaid where the key came with other words.
        """
        hashed = hashlib.sha256(f"{conversation}\n{key}".encode()).hexdigest() if key else None
        try:
            with Session(self._engine) as session, session.begin():
                name = session.scalar(
                    select(LiveConversation.shown_name).where(
                        LiveConversation.conversation_id == conversation, LiveConversation.ended_at.is_(None)
                    )
                )
                if name is None:
                    raise NotPossible("no person has this chat any more")
                self._add(session, conversation, sender, name, text, after, hashed)
        except IntegrityError:
            if not hashed:
                raise
            self._must_be_the_same(hashed, text)

    def _must_be_the_same(self, key_hash: str, text: str) -> None:
        with Session(self._engine) as session:
            row = session.scalar(select(LiveMessage).where(LiveMessage.key_hash == key_hash))
            if row and self._line(row).text != text:
                raise AlreadySaid("the key belongs to other words")

    def end(self, conversation: str, how: Ending, who: str, after: int | None = None) -> None:
        """Give the chat back to the guide ("back") or end the talk ("closed"); raise NotPossible where nobody has it."""
        with Session(self._engine) as session, session.begin():
            ended = session.execute(
                update(LiveConversation)
                .where(LiveConversation.conversation_id == conversation, LiveConversation.ended_at.is_(None))
                .values(ended_at=utc_now())
                .returning(LiveConversation.referral_id, LiveConversation.shown_name)
                .execution_options(synchronize_session=False)
            ).first()
            if not ended:
                raise NotPossible("no person has this chat any more")
            self._add(session, conversation, "notice", ended.shown_name, how, after)
            self._record(session, ended.referral_id, "gave_chat_back" if how == "back" else "ended_chat", who)

    def lines(self, conversation: str, after: str = "") -> list[Line]:
        """Return what was written in the chat while a person had it, oldest first, later than the line `after`."""
        with Session(self._engine) as session:
            rows = session.scalars(
                select(LiveMessage)
                .where(LiveMessage.conversation_id == conversation, LiveMessage.id > after)
                .order_by(LiveMessage.id)
            )
            return [self._line(row) for row in rows]

    def open_chats(self) -> list[str]:
        """Return the conversations that people have now."""
        with Session(self._engine) as session:
            return list(
                session.scalars(select(LiveConversation.conversation_id).where(LiveConversation.ended_at.is_(None)))
            )

    def erase(self, conversations: Sequence[str]) -> int:
        """Erase what was written in these chats, since the family erased its chat; return how many chats there were.

        The referral stays: the family sent it to SENDIASS. It shows that the chat is gone.
        """
        with Session(self._engine) as session, session.begin():
            found = session.execute(
                select(LiveConversation.conversation_id, LiveConversation.referral_id).where(
                    LiveConversation.conversation_id.in_(conversations)
                )
            ).all()
            gone = [row[0] for row in found]
            session.execute(delete(LiveMessage).where(LiveMessage.conversation_id.in_(gone)))
            session.execute(delete(LiveConversation).where(LiveConversation.conversation_id.in_(gone)))
            for _, referral in found:
                self._record(session, referral, "chat_erased", "family")
            return len(gone)

    def _add(
        self,
        session: Session,
        conversation: str,
        sender: Sender,
        name: str,
        text: str,
        after: int | None,
        key_hash: str | None = None,
    ) -> None:
        last = session.scalar(select(func.max(LiveMessage.id)).where(LiveMessage.conversation_id == conversation))
        ident = ident_sorted_by_time(last or "")
        content = json.dumps({"name": name, "text": text, "after": after}, ensure_ascii=False)
        sealed = self._vault.seal(content, place("live_message", "sealed", ident))
        row = LiveMessage(
            id=ident, conversation_id=conversation, sender=sender, key_hash=key_hash, at=utc_now(), sealed=sealed
        )
        session.add(row)

    def _record(self, session: Session, referral: str, what: str, who: str) -> None:
        session.add(ReferralEvent(referral_id=referral, at=utc_now(), what=what, who=who))

    def _line(self, row: LiveMessage) -> Line:
        content = json.loads(self._vault.open(row.sealed, place("live_message", "sealed", row.id)))
        at = with_zone(row.at)
        sender: Sender = row.sender  # type: ignore[assignment]
        return Line(row.id, sender, at, content["name"], content["text"], content.get("after"))
