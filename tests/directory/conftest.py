"""Directory stores on both kinds of database, and feeds on a local server that can be changed and broken."""

from __future__ import annotations

import pytest

from bot.store.engine import open_engine
from tests.databases import new_store
from tests.directory.feed_server import FeedServer

directory_url = new_store("directory")


@pytest.fixture
def engine(directory_url):
    """Give an engine on a new, empty directory store."""
    engine = open_engine(directory_url)
    yield engine
    engine.dispose()


@pytest.fixture
def server():
    """Give a feed on a local server."""
    with FeedServer() as running:
        yield running
