"""Starting the guide loads the starting directory, says so, and goes on where that fails."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.directory.records.models import Service
from bot.serve import _load_starting_directory
from bot.settings import Settings
from bot.store.engine import open_engine
from tests.databases import new_database


@pytest.fixture
def configured(tmp_path):
    with new_database("sqlite", tmp_path, "directory") as url:
        yield Settings(directory_url=url)


def test_a_fresh_clone_has_records_and_the_second_start_says_nothing(configured, monkeypatch):
    monkeypatch.setattr("bot.serve.tell_search", lambda engine: [])
    said: list[str] = []
    _load_starting_directory(configured, said.append)
    assert len(said) == 1 and "new" in said[0]
    with Session(open_engine(configured.directory_url)) as session:
        assert session.scalar(select(func.count()).select_from(Service)) > 0
    _load_starting_directory(configured, said.append)
    assert len(said) == 1


def test_a_search_that_cannot_take_the_records_in_is_said(configured, monkeypatch):
    monkeypatch.setattr("bot.serve.tell_search", lambda engine: ["search"])
    said: list[str] = []
    _load_starting_directory(configured, said.append)
    assert "search has not taken them in yet (search)" in said[1]


def test_a_broken_store_is_said_and_does_not_stop_the_guide(tmp_path):
    said: list[str] = []
    _load_starting_directory(Settings(directory_url=f"sqlite:///{tmp_path / 'no-tables.db'}"), said.append)
    assert len(said) == 1 and "OperationalError" in said[0]
