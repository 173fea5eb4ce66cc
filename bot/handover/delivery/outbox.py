"""The outbox: which notices still have to reach somebody, whose turn it is, and what became of each.

A notice is claimed for a while and tried; whoever claimed it and died leaves it to be tried again when that while is
over. So a notice is delivered at least once, and a receiver knows a second copy by its unchanging id.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.handover.referrals.models import Outbox, ReferralEvent
from bot.settings import Settings
from bot.times import utc_now, with_zone

TIMEOUTS_IN_A_CLAIM = 4  # a mail is several exchanges, each of which may take the whole time-out


@dataclass(frozen=True)
class Claimed:
    """A notice that is ours to try. `id` never changes, however often it is tried."""

    id: str
    referral_id: str
    channel: str
    attempts: int
    made_at: datetime
    claim: str


@dataclass(frozen=True)
class Notice:
    """What became of a notice, for an operator to read. `last_failure` names a kind of failure, nothing else."""

    id: str
    referral_id: str
    channel: str
    state: str
    attempts: int
    made_at: datetime
    next_at: datetime
    sent_at: datetime | None
    last_failure: str | None


@dataclass(frozen=True)
class Figures:
    """How the outbox stands, for one channel. The age is that of the oldest notice waiting, in seconds."""

    waiting: int
    dead: int
    sent: int
    failed_attempts: int
    oldest_s: float


class OutboxQueue:
    """The notices of one referrals store. Every method is one transaction and may raise SQLAlchemyError."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        """`engine`: the referrals store's."""
        self._engine = engine
        self._most_attempts = settings.delivery_attempts
        self._pause_s = settings.delivery_pause_s
        self._longest_pause_s = settings.delivery_longest_pause_s
        self._claim_s = settings.delivery_timeout_s * TIMEOUTS_IN_A_CLAIM

    def claim(self, channel: str) -> Claimed | None:
        """Take the notice of a channel that is due longest, or None. Nobody else gets it for a while."""
        now, claim = utc_now(), secrets.token_hex(16)
        due = (
            select(Outbox.id)
            .where(Outbox.channel == channel, Outbox.state == "waiting", Outbox.next_at <= now)
            .order_by(Outbox.next_at)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        step = (
            update(Outbox)
            .where(Outbox.id == due, Outbox.state == "waiting", Outbox.next_at <= now)
            .values(claim=claim, attempts=Outbox.attempts + 1, next_at=now + timedelta(seconds=self._claim_s))
            .returning(Outbox.id, Outbox.referral_id, Outbox.attempts, Outbox.made_at)
            .execution_options(synchronize_session=False)
        )
        with Session(self._engine) as session, session.begin():
            row = session.execute(step).first()
        return Claimed(row[0], row[1], channel, row[2], with_zone(row[3]), claim) if row else None

    def sent(self, claimed: Claimed) -> None:
        """Record that a notice was delivered, though its claim may be over; one erased meanwhile is left alone."""
        now = utc_now()
        done = update(Outbox).where(Outbox.id == claimed.id, Outbox.state != "sent")
        with Session(self._engine) as session, session.begin():
            step = done.values(state="sent", sent_at=now, claim=None, last_failure=None).returning(Outbox.id)
            if session.execute(step.execution_options(synchronize_session=False)).first():
                session.add(_event(claimed, "notice_sent", now))

    def failed(self, claimed: Claimed, failure: str) -> bool:
        """Record a failed attempt, to be tried again later; tell whether the notice is given up now."""
        now = utc_now()
        dead = claimed.attempts >= self._most_attempts
        mine = update(Outbox).where(Outbox.id == claimed.id, Outbox.claim == claimed.claim)
        after = {
            "state": "dead" if dead else "waiting",
            "claim": None,
            "last_failure": failure[:80],
            "next_at": now + self.pause(claimed.attempts),
        }
        with Session(self._engine) as session, session.begin():
            step = mine.values(after).returning(Outbox.id).execution_options(synchronize_session=False)
            if session.execute(step).first() and dead:
                session.add(_event(claimed, "notice_given_up", now))
        return dead

    def pause(self, attempts: int) -> timedelta:
        """Return how long to wait after so many attempts: twice as long each time, up or down by a half at random."""
        longest = min(self._pause_s * 2.0 ** min(attempts - 1, 30), self._longest_pause_s)
        return timedelta(seconds=longest * random.uniform(0.5, 1.5))

    def retry(self, referral_id: str | None = None) -> int:
        """Have notices tried again at once: those of a referral, or all that were given up. Return how many."""
        wanted = Outbox.referral_id == referral_id if referral_id else Outbox.state == "dead"
        step = update(Outbox).where(wanted, Outbox.state != "sent")
        with Session(self._engine) as session, session.begin():
            fresh = step.values(state="waiting", next_at=utc_now(), attempts=0, claim=None).returning(Outbox.id)
            return len(session.execute(fresh.execution_options(synchronize_session=False)).all())

    def notices(self, referral_id: str | None = None, states: Sequence[str] = ("waiting", "dead")) -> list[Notice]:
        """Return the notices of a referral, or all in these states, the oldest first."""
        wanted = Outbox.referral_id == referral_id if referral_id else Outbox.state.in_(states)
        with Session(self._engine) as session:
            rows = session.scalars(select(Outbox).where(wanted).order_by(Outbox.made_at, Outbox.id))
            return [
                Notice(
                    row.id,
                    row.referral_id,
                    row.channel,
                    row.state,
                    row.attempts,
                    with_zone(row.made_at),
                    with_zone(row.next_at),
                    with_zone(row.sent_at) if row.sent_at else None,
                    row.last_failure,
                )
                for row in rows
            ]

    def figures(self) -> dict[str, Figures]:
        """Return how each channel stands."""
        now = utc_now()
        with Session(self._engine) as session:
            rows = session.execute(
                select(
                    Outbox.channel, Outbox.state, func.count(), func.sum(Outbox.attempts), func.min(Outbox.made_at)
                ).group_by(Outbox.channel, Outbox.state)
            ).all()
        found: dict[str, Figures] = {}
        for channel in {row[0] for row in rows}:
            by_state = {row[1]: row for row in rows if row[0] == channel}
            count = {state: int(row[2]) for state, row in by_state.items()}
            attempts = sum(int(row[3] or 0) for row in by_state.values())
            oldest = by_state["waiting"][4] if "waiting" in by_state else None
            found[channel] = Figures(
                waiting=count.get("waiting", 0),
                dead=count.get("dead", 0),
                sent=count.get("sent", 0),
                failed_attempts=max(attempts - count.get("sent", 0), 0),
                oldest_s=(now - with_zone(oldest)).total_seconds() if oldest else 0.0,
            )
        return found


def _event(claimed: Claimed, what: str, at: datetime) -> ReferralEvent:
    return ReferralEvent(referral_id=claimed.referral_id, at=at, what=what, who=claimed.channel)
