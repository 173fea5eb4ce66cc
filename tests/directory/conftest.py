"""Directory stores on both kinds of database, and feeds on a local server that can be changed and broken."""

from __future__ import annotations

import pytest

from tests.databases import engine_on, new_store
from tests.directory.feed_server import FeedServer

directory_url = new_store("directory")


@pytest.fixture
def engine(directory_url):
    with engine_on(directory_url) as engine:
        yield engine


@pytest.fixture
def server():
    """Give a feed on a local server."""
    with FeedServer() as running:
        yield running
