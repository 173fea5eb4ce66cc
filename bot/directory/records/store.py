"""The directory's database of this process: one engine, and so one pool of connections, for all who read or count there."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy.engine import Engine

from bot.settings import settings
from bot.store.engine import open_engine


@lru_cache(maxsize=1)
def directory_engine() -> Engine:
    """Return the engine of the directory that the settings name, opened once."""
    return open_engine(settings().directory_url)
