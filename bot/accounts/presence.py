"""Is there anybody at the desk? Asked by the parts that may only offer what somebody will see to."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.accounts.models import Account
from bot.store.engine import open_engine


def someone_has_role(database_url: str, role: str) -> bool:
    """Tell whether an active account has the role; False, too, where the guide's store cannot be asked."""
    try:
        with Session(_engine(database_url)) as session:
            held = session.scalars(select(Account.roles).where(Account.active))
            return any(role in roles.split() for roles in held)
    except SQLAlchemyError:
        return False


@lru_cache
def _engine(database_url: str) -> Engine:
    return open_engine(database_url)
