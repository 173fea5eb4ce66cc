"""The tables of accounts, which live in the guide's store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables import Base, Moment

LONGEST_NAME = 120


class Account(Base):
    """Somebody who works at the desk. `roles` are parted by spaces; the password is a hash (argon2id) or missing."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    roles: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    oidc_subject: Mapped[str | None] = mapped_column(String(400), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    works_queue: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    signed_in_at: Mapped[datetime | None] = mapped_column(Moment)


class DeskSession(Base):
    """A signed-in browser, by the hash of the secret in its cookie. `failed_before`: failed tries before its sign-in."""

    __tablename__ = "desk_session"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment, index=True)
    failed_before: Mapped[int] = mapped_column(default=0, server_default="0")


class SignInBrake(Base):
    """How many sign-ins failed lately, by the keyed hash of a name, an address, both, or a browser's mark.

    `failures` runs out over time; `tries` (of a name only) are those since its last sign-in. `name` is the keyed hash of
    the name it belongs to. `kept`: that of an account, which is not erased to make room.
    """

    __tablename__ = "sign_in_brake"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(64), index=True)
    failures: Mapped[float] = mapped_column(Float, default=0.0)
    tries: Mapped[int] = mapped_column(default=0)
    kept: Mapped[bool] = mapped_column(default=False)
    counted_at: Mapped[datetime] = mapped_column(Moment)
    wait_until: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class KnownAddress(Base):
    """An address, as a keyed hash of its own for each account, from which the account signed in well."""

    __tablename__ = "known_address"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Moment)


class AuditEntry(Base):
    """One line of the audit trail, chained to the one before by its hash. The database refuses to change or delete it."""

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    who: Mapped[str] = mapped_column(String(LONGEST_NAME))
    event: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
