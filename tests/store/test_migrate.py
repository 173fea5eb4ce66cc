"""Migrations make the tables that the models declare, once, and leave what is there; on SQLite and PostgreSQL."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from bot.paths import ROOT
from bot.store.engine import open_engine
from bot.store.migrate import MODELS, configuration, metadata_of, upgrade
from bot.turn.conversations import Base, ConversationStore
from tests.databases import KINDS, new_database


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    """Give the URL of a new database without tables."""
    with new_database(request.param, tmp_path) as url:
        yield url


@pytest.mark.parametrize("store", MODELS)
def test_migrations_make_what_the_models_declare(url, store):
    upgrade(url, store)
    engine = open_engine(url)
    with engine.connect() as connection:
        options = {"include_name": lambda name, kind, _: kind != "table" or name in metadata_of(store).tables}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata_of(store)) == []
        assert set(metadata_of(store).tables) <= set(inspect(connection).get_table_names())
    engine.dispose()


@pytest.mark.parametrize("store", MODELS)
def test_migrations_can_be_taken_back(url, store):
    upgrade(url, store)
    engine = open_engine(url)
    command.downgrade(configuration(engine, store), "base")
    with engine.connect() as connection:
        assert not set(metadata_of(store).tables) & set(inspect(connection).get_table_names())
    engine.dispose()
    upgrade(url, store)


def test_upgrading_again_keeps_what_is_stored(url):
    upgrade(url, "guide")
    conversation = ConversationStore(url).begin("parent")
    upgrade(url, "guide")
    assert ConversationStore(url).exists(conversation)


def test_a_database_from_before_there_were_migrations_is_taken_over(url):
    of_then = [Base.metadata.tables[name] for name in ("conversation", "entry", "issued_button", "given_reply")]
    Base.metadata.create_all(open_engine(url), tables=of_then)
    conversation = ConversationStore(url).begin("parent")
    upgrade(url, "guide")
    assert ConversationStore(url).exists(conversation)


def test_all_stores_may_share_one_database(url):
    for store in MODELS:
        upgrade(url, store)
        upgrade(url, store)
    engine = open_engine(url)
    with engine.connect() as connection:
        for store in MODELS:
            assert connection.execute(text(f"SELECT count(*) FROM alembic_version_{store}")).scalar() == 1
    engine.dispose()


def test_replicas_that_start_at_once_do_not_disturb_each_other(tmp_path):
    with new_database("postgresql", tmp_path) as url:
        code = f"from bot.store.migrate import upgrade; upgrade({url!r}, 'guide')"
        replicas = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(3)]
        assert [replica.wait(timeout=120) for replica in replicas] == [0, 0, 0]
        assert ConversationStore(url).begin("parent")


def test_a_database_that_cannot_be_opened_is_an_error(tmp_path):
    (tmp_path / "guide.db").mkdir()
    with pytest.raises(OperationalError):
        upgrade(f"sqlite:///{tmp_path / 'guide.db'}", "guide")
