"""Accounts of the desk: made at the command line or by the identity provider, slowed down after failures, audited."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.accounts.models import LONGEST_NAME, Account, DeskSession
from bot.accounts.passwords import Codes, hash_password, is_password, needs_new_hash, password_problem
from bot.accounts.slowing import NameState, Origin, Slowed, Slowing
from bot.roles import Role, checked_roles
from bot.times import utc_now

log = logging.getLogger(__name__)


class AccountProblem(ValueError):
    """An account cannot be made or changed so; `reason` is the key of the sentence that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Person:
    """Who is at the desk, as pages see them. `failed_before`: tries with their name that failed since they last signed in."""

    id: int
    name: str
    roles: frozenset[Role]
    has_codes: bool = False
    has_password: bool = False
    failed_before: int = 0


class Accounts:
    """The accounts. Every method is one transaction and may raise SQLAlchemyError."""

    def __init__(self, engine: Engine, codes: Codes, slowing: Slowing, easy_words: Sequence[str] = ()) -> None:
        """`easy_words` are those that a password here must not be made of, such as the guide's name."""
        self._engine = engine
        self._codes = codes
        self._slowing = slowing
        self._easy_words = tuple(easy_words)

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
            created_at=utc_now(),
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
        """Give an account another password, let it sign in at once and end its sessions; raise AccountProblem where it will not do."""
        with Session(self._engine) as session, session.begin():
            account = _named(session, name)
            self._check_password(password, account.name)
            account.password_hash = hash_password(password)
            self._slowing.release(session, account.name, account.id)
            _end_sessions(session, account.id)
            audit.record(session, by, "account.password", account.name)

    def unlock(self, name: str, by: str) -> None:
        """Let an account sign in at once, from wherever; raise AccountProblem for an unknown name."""
        with Session(self._engine) as session, session.begin():
            account = _named(session, name)
            self._slowing.release(session, account.name, account.id)
            audit.record(session, by, "account.unlocked", account.name)

    def states(self) -> dict[str, NameState]:
        """Return, by name, how many tries failed since each account's last sign-in, and whether some must wait now."""
        with Session(self._engine) as session:
            return self._slowing.states(session, session.scalars(select(Account.name)).all())

    def set_code_secret(self, name: str, secret: str | None, by: str, step: int = 0) -> None:
        """Ask for one-time codes made from `secret` from now on (None: no longer). `step` was used to prove the secret."""
        with Session(self._engine) as session, session.begin():
            account = _named(session, name)
            account.totp_secret = self._codes.sealed(secret) if secret else None
            account.totp_last_step = step
            audit.record(session, by, "account.codes_on" if secret else "account.codes_off", account.name)

    def confirms(self, person: Person, password: str) -> bool:
        """Tell whether somebody who is signed in knows their password; after too many wrong ones they are signed out.

        Raises Busy.
        """
        with Session(self._engine) as session:
            kept = session.scalar(select(Account.password_hash).where(Account.id == person.id))
        right = is_password(password, kept)
        with Session(self._engine) as session, session.begin():
            audit.take_turn(session)
            if session.get(Account, person.id) is None or self._slowing.waits_for(session, person.id):
                return False
            if not right:
                audit.record(session, person.name, "sign_in.refused", person.name, because="wrong password")
                if self._slowing.count_for(session, person.id):
                    _end_sessions(session, person.id)
            return right

    def sign_in(self, name: str, password: str, code: str = "", origin: Origin | None = None) -> Person | None:
        """Return who signs in, or None: for a wrong name, password or code, a disabled account or one slowed down alike.

        It takes as long whatever is wrong. Raises Slowed where too many tries with this name came from here, whether
        there is such a name or not, and Busy.
        """
        name, origin = name.strip().casefold()[:LONGEST_NAME], origin or Origin()
        with Session(self._engine) as session:
            found = session.execute(select(Account.id, Account.password_hash).where(Account.name == name)).one_or_none()
            wait = self._slowing.own_wait(session, name, found.id if found else None, origin)
        kept = found.password_hash if found else None
        # Outside the transaction: hashing takes long, and others must not wait.
        right = not wait and is_password(password, kept)
        with Session(self._engine) as session, session.begin():
            audit.take_turn(session)  # guesses made at the same time must each be counted
            account = session.scalar(select(Account).where(Account.name == name))
            ident = account.id if account else None
            wait = self._slowing.own_wait(session, name, ident, origin)
            if wait:
                self._slowing.tried(session, name, ident)
                signed_in = None
            else:
                # The password may have been changed since it was read.
                right = right and account is not None and account.active and account.password_hash == kept
                signed_in = self._decide(session, name, account, right, code, origin)
            if signed_in and kept and needs_new_hash(kept):
                session.get_one(Account, signed_in.id).password_hash = hash_password(password)
        if wait:
            raise Slowed(wait)
        return signed_in

    def _decide(
        self, session: Session, name: str, account: Account | None, right: bool, code: str, origin: Origin
    ) -> Person | None:
        """Let somebody in, or count the failure; the same work is done for a name that there is not."""
        ident = account.id if account else None
        stranger = not self._slowing.is_known(session, ident, origin)
        early = stranger and self._slowing.must_wait(session, name, origin)
        step = self._right_step(account, code)
        if account is None or not right or step is None or early:
            begins = self._slowing.count(session, name, ident, origin, stranger=stranger, early=early)
            self._record_refusal(session, account, early, begins)
            return None
        failed = self._slowing.succeeded(session, name, account.id, origin)
        account.totp_last_step = step
        account.signed_in_at = utc_now()
        audit.record(session, account.name, "sign_in", account.name, failed_tries_before=failed)
        return replace(person_of(account), failed_before=failed)

    @staticmethod
    def _record_refusal(session: Session, account: Account | None, early: bool, begins: bool) -> None:
        """Write a refusal into the trail, but not each of those that come too early: these are counted, and told of later.

        For a name that there is not, the line is written and taken back, so that it takes as long.
        """
        if early:
            return
        written = session.begin_nested()
        name = account.name if account else "nobody"
        audit.record(session, name, "sign_in.refused", name)
        if begins:
            audit.record(session, name, "account.slowed", name)
        if account:
            written.commit()
        else:
            written.rollback()

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
                    account.totp_last_step, account.created_at = 0, utc_now()
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
                account.name, account.roles, account.signed_in_at = name, _joined(roles), utc_now()
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

    def _right_step(self, account: Account | None, code: str) -> int | None:
        """Return the step of a right code; the last one used where the account needs none; None for a wrong code.

        A code is looked at for accounts that need none and for nobody, too, so that it takes as long.
        """
        sealed = account.totp_secret if account else None
        secret = self._codes.opened(sealed or self._nobodys_secret)
        step = self._codes.step_of(code, secret, account.totp_last_step if account else 0) if secret else None
        if secret is None:
            log.error("a one-time code secret cannot be read: the secret key has changed")
        return step if sealed or account is None else account.totp_last_step

    @cached_property
    def _nobodys_secret(self) -> str:
        return self._codes.sealed(pyotp.random_base32())

    def _check_password(self, password: str, name: str) -> None:
        problem = password_problem(password, name, self._easy_words)
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
