"""Bring a database's tables up to date with Alembic. Each store has its own migrations and its own version table."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData
from sqlalchemy.engine import Engine

from bot.settings import Settings
from bot.store.engine import open_engine

MIGRATIONS = Path(__file__).with_name("migrations")

# Each store, and the modules whose models are its tables (the first one holds its `Base`).
MODELS = {
    "guide": ("bot.turn.conversations", "bot.desk.services.models"),
    "referrals": ("bot.handover.referrals.models",),
    "directory": ("bot.directory.records.models", "bot.directory.search.models", "bot.directory.search.gaps"),
}


def prepare(settings: Settings) -> None:
    """Bring every store of these settings up to date; raise SQLAlchemyError where one cannot be opened."""
    for store in MODELS:
        upgrade(settings.url_of(store), store)


def upgrade(database_url: str, store: str) -> None:
    """Bring one store up to date; finished work is not repeated. Several may call it at once on PostgreSQL.

    Raises KeyError for an unknown `store` and SQLAlchemyError where its database cannot be opened.
    """
    engine = open_engine(database_url)
    try:
        command.upgrade(configuration(engine, store), "head")
    finally:
        engine.dispose()


def configuration(engine: Engine, store: str) -> Config:
    """Return Alembic's configuration for a store on an open engine."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(MIGRATIONS / store))
    config.attributes.update(engine=engine, store=store, metadata=metadata_of(store))
    return config


def metadata_of(store: str) -> MetaData:
    """Return the tables of a store as its models declare them."""
    modules = [import_module(name) for name in MODELS[store]]
    metadata: MetaData = modules[0].Base.metadata
    return metadata
