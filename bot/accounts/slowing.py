"""Guessing passwords is slow, and nobody can shut somebody else out by it (docs/decisions/0024-signing-in-slowly.md).

Failed sign-ins are counted by browser or by address and name, by address, and by name. Each count runs out over time; one
that is full makes the next try wait. The waits of an address and of a name do not touch who comes from a browser or an
address that signed in to this account well before. Addresses and names lie here only as keyed hashes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.accounts.models import KnownAddress, SignInBrake
from bot.privacy.network_addresses import keyed_hash, network_of
from bot.times import utc_now

FIRST_WAIT = timedelta(minutes=1)
KEPT_FOR = timedelta(days=2)
MOST_ROWS = 20_000
MOST_ADDRESSES = 10  # for each account


@dataclass(frozen=True)
class Limits:
    """How many failed tries are free, and how long the wait becomes at last."""

    own: int
    name: int
    address: int
    longest_minutes: int
    known_days: int


@dataclass(frozen=True)
class Origin:
    """Where a try comes from: its address, and the browser's marks of earlier sign-ins by the account's id."""

    address: str = "unknown"
    marks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NameState:
    """What an administrator sees of a name: failed tries since its last sign-in, and whether somebody waits now."""

    tries: int
    waits: bool


class Slowed(Exception):
    """Too many tries with this name from here; `seconds` until the next may be made."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Slowing:
    """The counts. Methods work within the caller's transaction, which must have had its turn before it changes any."""

    def __init__(self, key: str, limits: Limits) -> None:
        """`key` makes the hashes: the guide's secret key."""
        self._key = key
        self.limits = limits
        self._longest = timedelta(minutes=limits.longest_minutes)

    def own_wait(self, session: Session, name: str, account_id: int | None, origin: Origin) -> int:
        """Return the seconds that this browser, or this address, must wait before it tries this name again.

        It is counted alike for names that there are and names that there are not, so it tells nothing of them.
        """
        brake = session.get(SignInBrake, self._own(name, account_id, origin)[0])
        return _seconds(brake, utc_now())

    def is_known(self, session: Session, account_id: int | None, origin: Origin) -> bool:
        """Tell whether this browser or this address signed in to the account well before."""
        address = self._known_address(account_id, origin)
        seen = session.scalar(
            select(KnownAddress.seen_at).where(
                KnownAddress.account_id == (account_id or 0),
                KnownAddress.address == address,
                KnownAddress.seen_at > utc_now() - timedelta(days=self.limits.known_days),
            )
        )
        return seen is not None or (account_id is not None and account_id in origin.marks)

    def must_wait(self, session: Session, name: str, origin: Origin) -> bool:
        """Tell whether a stranger's try comes too early: too many failed with this name, or from this address."""
        now = utc_now()
        keys = (self._name(name), self._address(origin))
        return any(_seconds(session.get(SignInBrake, key), now) for key in keys)

    def count(
        self, session: Session, name: str, account_id: int | None, origin: Origin, *, stranger: bool, early: bool
    ) -> bool:
        """Count a failed try; tell whether the name makes strangers wait from now on.

        One that came too early does not make the wait longer, for else somebody could keep a name waiting for ever.
        """
        now = utc_now()
        own, of_name = self._own(name, account_id, origin)
        self._add(session, own, of_name, self.limits.own, now)
        counts = stranger and not early
        if counts:
            self._add(session, self._address(origin), None, self.limits.address, now)
        begins = self._add(session, self._name(name), of_name, self.limits.name if counts else None, now)
        self.tried(session, name, account_id)
        self._keep_small(session, now)
        return begins

    def tried(self, session: Session, name: str, account_id: int | None) -> None:
        """Note, for the person and for administrators, that somebody tried this name."""
        now = utc_now()
        row = self._row(session, self._name(name), self._name(name), now)
        row.tries += 1
        row.kept = account_id is not None
        row.expires_at = now + (timedelta(days=self.limits.known_days) if row.kept else KEPT_FOR)

    def succeeded(self, session: Session, name: str, account_id: int, origin: Origin) -> int:
        """Remember the address as one that signs in well; return how many tries failed since the last sign-in."""
        now = utc_now()
        session.execute(delete(SignInBrake).where(SignInBrake.id == self._own(name, account_id, origin)[0]))
        row = session.get(SignInBrake, self._name(name))
        failed = row.tries if row else 0
        if row:
            row.tries = 0
        session.merge(KnownAddress(account_id=account_id, address=self._known_address(account_id, origin), seen_at=now))
        session.flush()
        mine = select(KnownAddress.address).where(KnownAddress.account_id == account_id)
        newest = mine.order_by(KnownAddress.seen_at.desc()).limit(MOST_ADDRESSES)
        older = delete(KnownAddress).where(KnownAddress.account_id == account_id)
        session.execute(older.where(KnownAddress.address.not_in(newest)).execution_options(synchronize_session=False))
        return failed

    def count_for(self, session: Session, account_id: int) -> bool:
        """Count a wrong password of somebody who is signed in; tell whether they must wait now."""
        key = keyed_hash(self._key, "signed in", account_id)
        self._add(session, key, None, self.limits.own, utc_now())
        return self.waits_for(session, account_id)

    def waits_for(self, session: Session, account_id: int) -> bool:
        """Tell whether somebody who is signed in gave too many wrong passwords."""
        return _seconds(session.get(SignInBrake, keyed_hash(self._key, "signed in", account_id)), utc_now()) > 0

    def release(self, session: Session, name: str, account_id: int) -> None:
        """Let everybody try this name again at once; how many tries failed is still told at the next sign-in."""
        of_name = self._name(name)
        session.execute(delete(SignInBrake).where(SignInBrake.name == of_name, SignInBrake.id != of_name))
        session.execute(delete(SignInBrake).where(SignInBrake.id == keyed_hash(self._key, "signed in", account_id)))
        session.execute(update(SignInBrake).where(SignInBrake.id == of_name).values(failures=0.0, wait_until=None))

    def states(self, session: Session, names: Iterable[str]) -> dict[str, NameState]:
        """Return how each of these names stands."""
        now = utc_now()
        rows: dict[str, list[SignInBrake]] = {}
        for row in session.scalars(select(SignInBrake).where(SignInBrake.name.is_not(None))):
            rows.setdefault(str(row.name), []).append(row)
        found = {}
        for name in names:
            mine = rows.get(self._name(name), [])
            found[name] = NameState(sum(row.tries for row in mine), any(_seconds(row, now) for row in mine))
        return found

    def _add(self, session: Session, key: str, of_name: str | None, free: int | None, now: datetime) -> bool:
        """Count one failure (`free` None: none, the row is only made); tell whether a wait begins that was not there."""
        row = self._row(session, key, of_name, now)
        if free is None:
            return False
        row.failures = max(row.failures - (now - row.counted_at) / self._longest, 0.0) + 1
        row.counted_at, row.expires_at = now, max(row.expires_at, now + KEPT_FOR)
        over = round(row.failures) - free
        if over < 0:
            return False
        waited_already = row.wait_until is not None and row.wait_until > now - self._longest
        row.wait_until = now + min(FIRST_WAIT * 2 ** min(over, 20), self._longest)
        return not waited_already

    def _row(self, session: Session, key: str, of_name: str | None, now: datetime) -> SignInBrake:
        row = session.get(SignInBrake, key)
        if row is None:
            row = SignInBrake(id=key, name=of_name, failures=0.0, tries=0, kept=False, counted_at=now)
            row.expires_at = now + KEPT_FOR
            session.add(row)
            session.flush()
        return row

    def _keep_small(self, session: Session, now: datetime) -> None:
        """Erase what is over, and the oldest where somebody made up names to fill the table; never an account's own count."""
        session.execute(delete(SignInBrake).where(SignInBrake.expires_at < now))
        over = (session.scalar(select(func.count()).select_from(SignInBrake)) or 0) - MOST_ROWS
        if over > 0:
            oldest = select(SignInBrake.id).where(SignInBrake.kept.is_(False)).order_by(SignInBrake.counted_at)
            gone = delete(SignInBrake).where(SignInBrake.id.in_(oldest.limit(over)))
            session.execute(gone.execution_options(synchronize_session=False))

    def _own(self, name: str, account_id: int | None, origin: Origin) -> tuple[str, str]:
        """Return the key of who tries, by the browser's mark or by address and name; and that of the name."""
        mark = origin.marks.get(account_id) if account_id is not None else None
        own: Sequence[str] = ("mark", mark) if mark else ("pair", name, network_of(origin.address))
        return keyed_hash(self._key, *own), self._name(name)

    def _name(self, name: str) -> str:
        return keyed_hash(self._key, "name", name)

    def _address(self, origin: Origin) -> str:
        return keyed_hash(self._key, "address", network_of(origin.address))

    def _known_address(self, account_id: int | None, origin: Origin) -> str:
        # Of one account alone: the table does not tell which accounts share an address.
        return keyed_hash(self._key, "known", account_id, network_of(origin.address))


def erase_old(engine: Engine, known_days: int) -> dict[str, int]:
    """Erase counts that are over and addresses that nobody signed in from for so long; return how many."""
    now = utc_now()
    with Session(engine) as session, session.begin():
        brakes = session.execute(delete(SignInBrake).where(SignInBrake.expires_at < now).returning(SignInBrake.id))
        too_old = KnownAddress.seen_at < now - timedelta(days=known_days)
        known = session.execute(delete(KnownAddress).where(too_old).returning(KnownAddress.address))
        return {"sign_in_brake": len(brakes.all()), "known_address": len(known.all())}


def _seconds(brake: SignInBrake | None, now: datetime) -> int:
    if brake is None or brake.wait_until is None:
        return 0
    return max(math.ceil((brake.wait_until - now).total_seconds()), 0)
