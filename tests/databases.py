"""New, empty databases for tests: SQLite always, PostgreSQL where GUIDE_TEST_POSTGRES_URL names a server.

`tests/postgres.sh COMMAND` runs a command with such a server.
"""

from __future__ import annotations

import atexit
import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine, make_url

from bot.store.engine import open_engine
from bot.store.migrate import upgrade

POSTGRES = os.environ.get("GUIDE_TEST_POSTGRES_URL", "")
KINDS = ("sqlite", "postgresql")
SKIPPED = "GUIDE_TEST_POSTGRES_URL is not set"


@contextmanager
def new_database(kind: str, folder: Path, store: str | None = None) -> Iterator[str]:
    """Give the URL of a new database: empty, or with the tables of `store`. Skips the test without PostgreSQL."""
    if kind == "sqlite":
        file = folder / f"{secrets.token_hex(6)}.db"
        if store:
            file.write_bytes(_migrated_file(store))
        yield f"sqlite:///{file}"
        return
    if not POSTGRES:
        pytest.skip(SKIPPED)
    name = f"test_{secrets.token_hex(6)}"
    _on_server(f"CREATE DATABASE {name} TEMPLATE {_migrated_template(store) if store else 'template0'}")
    try:
        yield _url_of(name)
    finally:
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def open_sqlite(file: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection to a SQLite file; what it did is committed and it is closed when its block ends.

    sqlite3's own `with` commits and does not close: the connection lives until Python happens to collect it, and then
    writes its log into whatever the file holds by that time.
    """
    with closing(sqlite3.connect(file)) as connection, connection:
        yield connection


def new_store(store: str) -> Any:
    """Return a fixture that gives the URL of a new database with the tables of `store`, once on each kind of server."""

    @pytest.fixture(params=KINDS)
    def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
        with new_database(request.param, tmp_path, store) as url:
            yield url

    return url


@contextmanager
def engine_on(url: str) -> Iterator[Engine]:
    """Give an engine on the database at a URL."""
    engine = open_engine(url)
    yield engine
    engine.dispose()


@lru_cache
def _migrated_file(store: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        upgrade(f"sqlite:///{folder}/empty.db", store)
        return Path(folder, "empty.db").read_bytes()


@lru_cache
def _migrated_template(store: str) -> str:
    name = f"template_{store}_{secrets.token_hex(6)}"
    _on_server(f"CREATE DATABASE {name} TEMPLATE template0")
    atexit.register(_on_server, f"DROP DATABASE {name} WITH (FORCE)")
    upgrade(_url_of(name), store)
    return name


def _url_of(database: str) -> str:
    return make_url(POSTGRES).set(database=database).render_as_string(hide_password=False)


def _on_server(statement: str) -> None:
    server = open_engine(POSTGRES).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(statement))
    server.dispose()
