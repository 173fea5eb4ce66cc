"""One starting directory for all tests of a run: it is read, never changed."""

from __future__ import annotations

import pytest

from bot.directory.search import Directory
from tests.directory.stores import starting_directory


@pytest.fixture(scope="session")
def starting(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    """The starting directory with its vectors."""
    return starting_directory(tmp_path_factory.mktemp("starting"))
