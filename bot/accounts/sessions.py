"""Who is signed in: a row for each browser, found by the hash of the secret in its cookie."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.accounts.accounts import Person, person_of
from bot.accounts.models import Account, DeskSession
from bot.times import utc_now

_SEEN_EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class SignedIn:
    """A person and the browser they use; `csrf` goes into every form."""

    person: Person
    csrf: str
    session_id: str

    @property
    def name(self) -> str:
        """The account's name."""
        return self.person.name


@dataclass(frozen=True)
class OpenSession:
    """A browser that is signed in, for the person's own list."""

    began_at: datetime
    seen_at: datetime
    is_this_one: bool


class Sessions:
    """The sessions. Every method is one transaction and may raise SQLAlchemyError."""

    def __init__(self, engine: Engine, idle_minutes: int, longest_hours: int) -> None:
        """A session ends `idle_minutes` after its last page, and `longest_hours` after its sign-in."""
        self._engine = engine
        self._idle = timedelta(minutes=idle_minutes)
        self._longest = timedelta(hours=longest_hours)

    def begin(self, person: Person, replacing: str | None = None) -> str:
        """Start a session and return its secret for the cookie; the one that the browser had (`replacing`) ends."""
        secret = secrets.token_urlsafe(32)
        now = utc_now()
        with Session(self._engine) as session, session.begin():
            self._erase_expired(session, now)
            if replacing:
                session.execute(delete(DeskSession).where(DeskSession.id == _hash(replacing)))
            begun = DeskSession(id=_hash(secret), account_id=person.id, began_at=now, seen_at=now)
            begun.failed_before = person.failed_before
            session.add(begun)
        return secret

    def find(self, secret: str) -> SignedIn | None:
        """Return who is signed in with this secret, or None where the session has ended or the account is disabled."""
        now = utc_now()
        with Session(self._engine) as session:
            row = session.execute(
                select(DeskSession, Account)
                .join(Account, Account.id == DeskSession.account_id)
                .where(DeskSession.id == _hash(secret), Account.active)
            ).one_or_none()
            if row is None:
                return None
            kept, account = row
            # A time far ahead was written by a clock that was wrong: such a session would not end.
            if abs(now - kept.seen_at) > self._idle or abs(now - kept.began_at) > self._longest:
                return None
            person = replace(person_of(account), failed_before=kept.failed_before)
            found = SignedIn(person, csrf_of(secret), kept.id)
            if now - kept.seen_at > _SEEN_EVERY:
                kept.seen_at = now
                session.commit()
            return found

    def end(self, signed_in: SignedIn) -> None:
        """End this session."""
        with Session(self._engine) as session, session.begin():
            session.execute(delete(DeskSession).where(DeskSession.id == signed_in.session_id))
            audit.record(session, signed_in.name, "sign_out", signed_in.name)

    def end_all(self, signed_in: SignedIn) -> None:
        """End every session of this person, everywhere."""
        with Session(self._engine) as session, session.begin():
            session.execute(delete(DeskSession).where(DeskSession.account_id == signed_in.person.id))
            audit.record(session, signed_in.name, "sign_out.everywhere", signed_in.name)

    def of(self, signed_in: SignedIn) -> list[OpenSession]:
        """Return the person's sessions, the latest used first."""
        now = utc_now()
        with Session(self._engine) as session:
            rows = session.scalars(
                select(DeskSession)
                .where(
                    DeskSession.account_id == signed_in.person.id,
                    DeskSession.seen_at > now - self._idle,
                    DeskSession.began_at > now - self._longest,
                )
                .order_by(DeskSession.seen_at.desc())
            )
            return [OpenSession(row.began_at, row.seen_at, row.id == signed_in.session_id) for row in rows]

    def _erase_expired(self, session: Session, now: datetime) -> None:
        too_old = or_(
            DeskSession.seen_at < now - self._idle,
            DeskSession.began_at < now - self._longest,
            DeskSession.seen_at > now + self._idle,
            DeskSession.began_at > now + self._longest,
        )
        session.execute(delete(DeskSession).where(too_old))


def csrf_of(secret: str) -> str:
    """Return the token that forms must carry; it tells nothing of the secret it comes from."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def is_csrf(given: str, expected: str) -> bool:
    """Compare two tokens in even time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
