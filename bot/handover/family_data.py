"""A family's right to its own data: everything that is kept of one referral, or its erasure with a receipt."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.handover.live import LiveChats
from bot.handover.referrals.models import LiveConversation, LiveMessage, Outbox, Receipt, Referral, ReferralEvent
from bot.handover.referrals.store import NotFound, ReferralStore


@dataclass(frozen=True)
class Erased:
    """A receipt: its id, when, by whom, and how many rows went from each table."""

    receipt: str
    at: datetime
    who: str
    counts: dict[str, int]


def export(store: ReferralStore, ident: str) -> dict[str, Any]:
    """Return all that is kept of a referral, ready for JSON; raise NotFound, or CannotOpen without its key."""
    opened = store.opened(ident)
    summary = opened.summary
    return {
        "reference": summary.reference,
        "status": summary.status,
        "closed_reason": summary.closed_reason,
        "received_at": summary.received_at.isoformat(),
        "first_response_at": summary.first_response_at.isoformat() if summary.first_response_at else None,
        "details": asdict(opened.details),
        "consent": {
            "given_at": opened.consent.given_at.isoformat(),
            "wording": store.consent_wording(opened.consent.wording_version),
        },
        "events": [
            {"at": event.at.isoformat(), "what": event.what, "who": event.who, "note": event.note}
            for event in opened.events
        ],
        "written_with_sendiass": [
            {"at": line.at.isoformat(), "sender": line.sender, "text": line.text}
            for chat in _chats_taken(store, ident)
            for line in LiveChats(store).lines(chat)
        ],
    }


def _chats_taken(store: ReferralStore, ident: str) -> list[str]:
    with Session(store.engine) as session:
        taken = select(LiveConversation.conversation_id).where(LiveConversation.referral_id == ident)
        return list(session.scalars(taken))


def erase(store: ReferralStore, ident: str, who: str) -> Erased:
    """Erase a referral with all that belongs to it, and keep a receipt with no personal data; raise NotFound.

    Copies that SENDIASS received by e-mail or webhook are theirs to erase.
    """
    now = datetime.now(UTC)
    with Session(store.engine) as session, session.begin():
        reference_hash = session.scalar(select(Referral.reference_hash).where(Referral.id == ident))
        if not reference_hash:
            raise NotFound("there is no such referral")
        counts = delete_referrals(session, [ident])
        receipt = Receipt(at=now, who=who, what="family", reference_hash=reference_hash, counts=counts)
        session.add(receipt)
        session.flush()
        return Erased(receipt.id, now, who, counts)


def delete_referrals(session: Session, idents: list[str]) -> dict[str, int]:
    """Delete these referrals and what belongs to them; return how many rows went from each table."""
    counts = {}
    live = select(LiveConversation.conversation_id).where(LiveConversation.referral_id.in_(idents))
    for table, column in (
        (LiveMessage, LiveMessage.conversation_id),
        (LiveConversation, LiveConversation.referral_id),
        (Outbox, Outbox.referral_id),
        (ReferralEvent, ReferralEvent.referral_id),
        (Referral, Referral.id),
    ):
        belonging = column.in_(live if table is LiveMessage else idents)
        counts[str(table.__tablename__)] = session.scalar(select(func.count()).select_from(table).where(belonging)) or 0
        session.execute(delete(table).where(belonging).execution_options(synchronize_session=False))
    return counts
