"""Accounts of the desk: made at the command line or by the identity provider, locked after failures, audited."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.models import LONGEST_NAME, Account, DeskSession
from bot.desk.passwords import Codes, hash_password, is_password, needs_new_hash, password_problem
from bot.desk.roles import Role, checked_roles

log = logging.getLogger(__name__)


class AccountProblem(ValueError):
    """An account cannot be made or changed so; `reason` is the key of the sentence that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Person:
    """Who is at the desk, as pages see them."""

    id: int
    name: str
    roles: frozenset[Role]
    has_codes: bool = False
    has_password: bool = False


class Accounts:
    """The accounts. Every method is one transaction and may raise SQLAlchemyError."""

    def __init__(self, engine: Engine, codes: Codes, most_failures: int, locked_minutes: int) -> None:
        """`most_failures` in a row lock an account for `locked_minutes`."""
        self._engine = engine
        self._codes = codes
        self._most_failures = most_failures
        self._locked_for = timedelta(minutes=locked_minutes)

    def add(self, name: str, password: str, roles: Iterable[str], works_queue: bool, by: str) -> None:
        """Make an account; raise AccountProblem for a name in use or a password that will not do, BadRoles for roles."""
        name = _checked_name(name)
        self._check_password(password, name)
        account = Account(
            name=name,
            roles=_joined(checked_roles(roles)),
            password_hash=hash_password(password),
            works_queue=works_queue,
            active=True,
            totp_last_step=0,
            failures=0,
            created_at=_now(),
        )
        try:
            with Session(self._engine) as session, session.begin():
                session.add(account)
                session.flush()
                audit.record(session, by, "account.added", name, roles=account.roles, works_queue=works_queue)
        except IntegrityError as error:
            raise AccountProblem("desk.accounts.name_in_use") from error

    def all(self) -> Sequence[Account]:
        """Return the accounts by name."""
        with Session(self._engine, expire_on_commit=False) as session:
            return session.scalars(select(Account).order_by(Account.name)).all()

    def set_active(self, name: str, active: bool, by: str) -> None:
        """Let an account sign in or no longer; its sessions end at once. Raises AccountProblem for an unknown name."""
        with Session(self._engine) as session, session.begin():
            account = _named(session, name)
            account.active = active
            _end_sessions(session, account.id)
            audit.record(session, by, "account.enabled" if active else "account.disabled", account.name)

    def set_roles(self, name: str, roles: Iterable[str], works_queue: bool | None, by: str) -> None:
        """Give an account other roles; it must sign in again. `works_queue` None leaves that as it is.

        Raises AccountProblem for an unknown name and BadRoles for roles.
        """
        wanted = _joined(checked_roles(roles))
        with Session(self._engine) as session, session.begin():
            account = _named(session, name)
            before, account.roles = account.roles, wanted
            if works_queue is not None:
                account.works_queue = works_queue
            _end_sessions(session, account.id)
            audit.record(
                session,
                by,
                "account.roles",
                account.name,
                before=before,
                after=wanted,
                works_queue=account.works_queue,
            )

    def set_password(self, name: str, password: str, by: str) -> None:
        """Give an account another password, unlock it and end its sessions; raise AccountProblem where it will not do."""
        with Session(self._engine) as session, session.begin():
            account = _named(session, name)
            self._check_password(password, account.name)
            account.password_hash = hash_password(password)
            account.failures, account.locked_until = 0, None
            _end_sessions(session, account.id)
            audit.record(session, by, "account.password", account.name)

    def unlock(self, name: str, by: str) -> None:
        """Let a locked account sign in again; raise AccountProblem for an unknown name."""
        with Session(self._engine) as session, session.begin():
            account = _named(session, name)
            account.failures, account.locked_until = 0, None
            audit.record(session, by, "account.unlocked", account.name)

    def set_code_secret(self, name: str, secret: str | None, by: str, step: int = 0) -> None:
        """Ask for one-time codes made from `secret` from now on (None: no longer). `step` was used to prove the secret."""
        with Session(self._engine) as session, session.begin():
            account = _named(session, name)
            account.totp_secret = self._codes.sealed(secret) if secret else None
            account.totp_last_step = step
            audit.record(session, by, "account.codes_on" if secret else "account.codes_off", account.name)

    def confirms(self, person: Person, password: str) -> bool:
        """Tell whether somebody who is signed in knows their password; wrong ones count as failed sign-ins do."""
        with Session(self._engine) as session:
            kept = session.scalar(select(Account.password_hash).where(Account.id == person.id))
        right = is_password(password, kept)
        with Session(self._engine) as session, session.begin():
            audit.take_turn(session)
            account = session.get(Account, person.id)
            now = _now()
            if account is None or (account.locked_until and account.locked_until > now):
                return False
            if right:
                account.failures = 0
            else:
                self._count_failure(session, account, now)
                if account.locked_until:
                    _end_sessions(session, account.id)
            return right

    def sign_in(self, name: str, password: str, code: str = "") -> Person | None:
        """Return who signs in, or None: for a wrong name, password or code, a disabled or a locked account alike.

        It takes as long whatever is wrong. Failures are counted, and lock the account for a while.
        """
        name = name.strip().casefold()[:LONGEST_NAME]
        with Session(self._engine) as session:
            kept = session.scalar(select(Account.password_hash).where(Account.name == name))
        right = is_password(password, kept)  # outside the transaction: hashing takes long, and others must not wait
        with Session(self._engine) as session, session.begin():
            audit.take_turn(session)  # guesses made at the same time must each be counted
            account = session.scalar(select(Account).where(Account.name == name))
            if account is None:
                return None
            now = _now()
            if account.locked_until and account.locked_until > now:
                audit.record(session, account.name, "sign_in.refused", account.name, because="locked")
                return None
            # The password may have been changed since it was read.
            right = right and account.active and account.password_hash == kept
            step = self._right_step(account, code) if right else None
            if not right or step is None:
                self._count_failure(session, account, now)
                return None
            account.totp_last_step = step
            account.failures, account.locked_until, account.signed_in_at = 0, None, now
            if kept and needs_new_hash(kept):
                account.password_hash = hash_password(password)
            audit.record(session, account.name, "sign_in", account.name)
            return person_of(account)

    def sign_in_by_provider(self, subject: str, name: str, roles: frozenset[Role]) -> Person | None:
        """Return who the identity provider vouches for, making or updating the account; None where it is disabled here.

        Raises AccountProblem where the name is that of a local account: the provider must not take it over.
        """
        name = _checked_name(name)
        try:
            with Session(self._engine) as session, session.begin():
                audit.take_turn(session)
                account = session.scalar(select(Account).where(Account.oidc_subject == subject))
                if account is None:
                    account = Account(oidc_subject=subject, name=name, roles="", active=True, works_queue=False)
                    account.totp_last_step, account.failures, account.created_at = 0, 0, _now()
                    session.add(account)
                    audit.record(session, name, "account.added", name, roles=_joined(roles), by="identity provider")
                elif account.roles != _joined(roles):
                    _end_sessions(session, account.id)
                    audit.record(
                        session, account.name, "account.roles", account.name, before=account.roles, after=_joined(roles)
                    )
                if not account.active:
                    audit.record(session, account.name, "sign_in.refused", account.name, because="disabled")
                    return None
                account.name, account.roles, account.signed_in_at = name, _joined(roles), _now()
                session.flush()
                audit.record(session, account.name, "sign_in", account.name, by="identity provider")
                return person_of(account)
        except IntegrityError as error:
            raise AccountProblem("desk.accounts.name_in_use") from error

    def somebody_works_queue(self) -> bool:
        """Tell whether an active account of role `content` is set to work the content queue."""
        with Session(self._engine) as session:
            number = session.scalar(
                select(func.count())
                .select_from(Account)
                .where(Account.active, Account.works_queue, Account.roles.contains("content"))
            )
            return bool(number)

    def _right_step(self, account: Account, code: str) -> int | None:
        """Return the step of a right code; the last one used where the account needs none; None for a wrong code."""
        if not account.totp_secret:
            return account.totp_last_step
        secret = self._codes.opened(account.totp_secret)
        if secret is None:
            log.error("a one-time code secret cannot be read: the secret key has changed")
            return None
        return self._codes.step_of(code, secret, account.totp_last_step)

    def _count_failure(self, session: Session, account: Account, now: datetime) -> None:
        account.failures += 1
        audit.record(session, account.name, "sign_in.refused", account.name, failures=account.failures)
        if account.failures >= self._most_failures:
            account.failures, account.locked_until = 0, now + self._locked_for
            audit.record(session, account.name, "account.locked", account.name)

    @staticmethod
    def _check_password(password: str, name: str) -> None:
        problem = password_problem(password, name)
        if problem:
            raise AccountProblem(problem)


def person_of(account: Account) -> Person:
    """Return an account as pages see it."""
    return Person(
        account.id,
        account.name,
        checked_roles(account.roles.split()),
        account.totp_secret is not None,
        account.password_hash is not None,
    )


def _named(session: Session, name: str) -> Account:
    account = session.scalar(select(Account).where(Account.name == name.strip().casefold()).with_for_update())
    if account is None:
        raise AccountProblem("desk.accounts.unknown_name")
    return account


def _end_sessions(session: Session, account_id: int) -> None:
    session.execute(delete(DeskSession).where(DeskSession.account_id == account_id))


def _checked_name(name: str) -> str:
    name = name.strip().casefold()
    if not 3 <= len(name) <= LONGEST_NAME or not name.isprintable() or any(part.isspace() for part in name):
        raise AccountProblem("desk.accounts.bad_name")
    return name


def _joined(roles: Iterable[str]) -> str:
    return " ".join(sorted(roles))


def _now() -> datetime:
    return datetime.now(UTC)
