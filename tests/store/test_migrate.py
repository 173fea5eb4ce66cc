"""Migrations make the tables that the models declare, once, and leave what is there."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from bot.gateway.conversations import Base, ConversationStore
from bot.store.engine import open_engine
from bot.store.migrate import MODELS, metadata_of, upgrade


@pytest.mark.parametrize("store", MODELS)
def test_migrations_make_what_the_models_declare(tmp_path, store):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    upgrade(url, store)
    with open_engine(url).connect() as connection:
        options = {"include_name": lambda name, kind, _: kind != "table" or name in metadata_of(store).tables}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata_of(store)) == []
        assert set(metadata_of(store).tables) <= set(inspect(connection).get_table_names())


def test_upgrading_again_keeps_what_is_stored(tmp_path):
    url = f"sqlite:///{tmp_path / 'guide.db'}"
    upgrade(url, "guide")
    conversation = ConversationStore(url).begin("parent")
    upgrade(url, "guide")
    assert ConversationStore(url).exists(conversation)


def test_a_database_from_before_there_were_migrations_is_taken_over(tmp_path):
    url = f"sqlite:///{tmp_path / 'guide.db'}"
    of_then = [Base.metadata.tables[name] for name in ("conversation", "entry", "issued_button", "given_reply")]
    Base.metadata.create_all(open_engine(url), tables=of_then)
    conversation = ConversationStore(url).begin("parent")
    upgrade(url, "guide")
    assert ConversationStore(url).exists(conversation)


def test_two_stores_may_share_one_database(tmp_path):
    url = f"sqlite:///{tmp_path / 'one.db'}"
    for store in MODELS:
        upgrade(url, store)
        upgrade(url, store)
    with open_engine(url).connect() as connection:
        for store in MODELS:
            assert connection.execute(text(f"SELECT count(*) FROM alembic_version_{store}")).scalar() == 1


def test_a_database_that_cannot_be_opened_is_an_error(tmp_path):
    (tmp_path / "guide.db").mkdir()
    with pytest.raises(OperationalError):
        upgrade(f"sqlite:///{tmp_path / 'guide.db'}", "guide")
