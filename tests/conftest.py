"""What tests of several packages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # The tests of tests/nlu run in Rasa's environment, whose SQLAlchemy cannot import the directory.
    from bot.directory.search.directory import Directory


@pytest.fixture(scope="session")
def starting(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    """The starting directory with its vectors, made once: tests only read it."""
    from tests.directory.stores import starting_directory

    return starting_directory(tmp_path_factory.mktemp("starting"))
