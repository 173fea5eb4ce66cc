"""So many requests from one address or one chat, so that nobody can fill SENDIASS's inbox and keep families out of it.

What is counted is a keyed hash of the address's network or of the chat, kept for a day. A school or a library shares an
address, so there is room for several families.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.handover.referrals.models import HandoverCount
from bot.privacy.network_addresses import keyed_hash, network_of
from bot.settings import Settings
from bot.store.engine import one_at_a_time

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_ONE_AT_A_TIME = 7_305_116  # any number: the key of the lock that two senders compete for


class TooMany(ValueError):
    """Too many requests were sent, or begun, from this address or chat; nothing was kept of this one."""


@dataclass(frozen=True)
class Bound:
    """So many of one kind within a time."""

    what: str
    most: int
    within: timedelta


def sending_bounds(settings: Settings) -> list[Bound]:
    """Return how many requests may be sent; 0 in a setting turns its bound off."""
    return _set([Bound("sent", settings.referrals_an_hour, HOUR), Bound("sent", settings.referrals_a_day, DAY)])


def beginning_bounds(settings: Settings) -> list[Bound]:
    """Return how many requests may be begun."""
    return _set([Bound("begun", settings.drafts_an_hour, HOUR)])


def sender_of(settings: Settings, address: str) -> str:
    """Return what an address is counted by."""
    return keyed_hash(settings.signing_key(), "handover from", network_of(address))


def chat_of(settings: Settings, conversation: str) -> str:
    """Return what a chat is counted by."""
    return keyed_hash(settings.signing_key(), "handover in chat", conversation)


def count(session: Session, senders: Sequence[str], bounds: Sequence[Bound]) -> None:
    """Count one more for each sender within the caller's transaction; raise TooMany where one has had its share.

    Others who count wait until the transaction ends, so that many at the same time are each counted.
    """
    if not bounds or not senders:
        return
    one_at_a_time(session, _ONE_AT_A_TIME)
    now = datetime.now(UTC)
    session.execute(delete(HandoverCount).where(HandoverCount.at < now - DAY))
    for sender in senders:
        for bound in bounds:
            mine = select(func.count()).where(HandoverCount.sender == sender, HandoverCount.what == bound.what)
            if (session.scalar(mine.where(HandoverCount.at > now - bound.within)) or 0) >= bound.most:
                raise TooMany
        session.add(HandoverCount(sender=sender, what=bounds[0].what, at=now))


def erase_old(engine: Engine) -> dict[str, int]:
    """Erase counts older than the longest time that they are counted over; return how many."""
    with Session(engine) as session, session.begin():
        gone = delete(HandoverCount).where(HandoverCount.at < datetime.now(UTC) - DAY).returning(HandoverCount.id)
        return {"handover_count": len(session.execute(gone).all())}


def _set(bounds: Sequence[Bound]) -> list[Bound]:
    return [bound for bound in bounds if bound.most]
