"""The tables of the referrals store. What a family wrote is only ever in `Sealed` columns."""

from __future__ import annotations

import secrets
import time
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.privacy.encryption import Sealed


class Base(DeclarativeBase):
    """The tables of the referrals store."""


class Referral(Base):
    """One family's request for a person. `sealed` holds its details and reference, encrypted."""

    __tablename__ = "referral"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid.uuid4()))
    reference_hash: Mapped[str] = mapped_column(String(64), unique=True)
    idempotency_hash: Mapped[str] = mapped_column(String(64), unique=True)
    conversation_id: Mapped[str | None] = mapped_column(String(64), index=True)
    sealed: Mapped[str] = mapped_column(Sealed)
    consent_version: Mapped[str] = mapped_column(ForeignKey("consent_wording.version"))
    consent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[str] = mapped_column(String(16), index=True)
    closed_reason: Mapped[str | None] = mapped_column(String(32))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    first_response_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), index=True)


class ReferralEvent(Base):
    """Something that was done with a referral: what, when and who did it. Ids sort by time."""

    __tablename__ = "referral_event"
    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=lambda: ident_sorted_by_time())
    referral_id: Mapped[str] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    what: Mapped[str] = mapped_column(String(32))
    who: Mapped[str] = mapped_column(String(120))
    sealed_note: Mapped[str | None] = mapped_column(Sealed)


class Outbox(Base):
    """A notice of a referral that must reach somebody by one channel: `waiting`, `sent` or `dead`."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("referral_id", "channel", name="uq_outbox_referral_id_channel"),
        Index("ix_outbox_state_next_at", "state", "next_at"),
    )
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid.uuid4()))
    referral_id: Mapped[str] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    claim: Mapped[str | None] = mapped_column(String(32))
    last_failure: Mapped[str | None] = mapped_column(String(80))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Draft(Base):
    """What a family has answered so far, by the hash of a key that only its chat or browser knows."""

    __tablename__ = "draft"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = mapped_column(Sealed)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class HandoverCount(Base):
    """One request that was `begun` or `sent`, by the keyed hash of the address or chat it came from; kept for a day."""

    __tablename__ = "handover_count"
    __table_args__ = (Index("ix_handover_count_sender_what", "sender", "what"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=lambda: ident_sorted_by_time())
    sender: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class ConsentWording(Base):
    """The very words that families agreed to, by their version, kept for as long as the service runs."""

    __tablename__ = "consent_wording"
    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Receipt(Base):
    """What was erased, when and by whom: numbers, and for one family's data the hash of its reference."""

    __tablename__ = "receipt"
    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=lambda: ident_sorted_by_time())
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    who: Mapped[str] = mapped_column(String(120))
    what: Mapped[str] = mapped_column(String(32))
    reference_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)


def ident_sorted_by_time(after: str = "") -> str:
    """Return a new id; one made later sorts after it. It sorts after the id `after`, too, where the clock was set back."""
    earliest = int(after.partition("-")[0], 16) + 1 if after else 0
    return f"{max(time.time_ns(), earliest):016x}-{secrets.token_hex(8)}"


class LiveConversation(Base):
    """A chat that a person of SENDIASS has taken over, and still has unless `ended_at` says otherwise."""

    __tablename__ = "live_conversation"
    conversation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    referral_id: Mapped[str] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    shown_name: Mapped[str] = mapped_column(String(60))
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LiveMessage(Base):
    """What family and person write to each other, or that the person came or went. Ids sort by time."""

    __tablename__ = "live_message"
    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=lambda: ident_sorted_by_time())
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("live_conversation.conversation_id", ondelete="CASCADE"), index=True
    )
    sender: Mapped[str] = mapped_column(String(8))
    key_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sealed: Mapped[str] = mapped_column(Sealed)
