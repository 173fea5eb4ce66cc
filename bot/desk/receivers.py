"""Is there somebody of SENDIASS at the desk? Then families may leave their details, whether or not notices go out too."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.desk.models import Account
from bot.settings import Settings
from bot.store.engine import open_engine


def someone_at_the_desk(settings: Settings) -> Callable[[], bool]:
    """Return a function that tells whether an active account has the role `sendiass`; it may raise SQLAlchemyError."""
    engine = open_engine(settings.database_url)

    def there_is() -> bool:
        with Session(engine) as session:
            receives = select(func.count()).select_from(Account)
            return bool(session.scalar(receives.where(Account.active, Account.roles.contains("sendiass"))))

    return there_is
