"""The chat's search for services, where nothing fits."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions import directory as of_directory
from actions.directory import ActionFindService
from bot.directory.search.directory import Directory
from bot.directory.search.gaps import Gap, Gaps
from bot.store.engine import open_engine
from tests.actions.test_actions import say, tracker
from tests.databases import new_database
from tests.directory.small_records import add_service, opened


@pytest.fixture
def store(tmp_path, monkeypatch):
    with new_database("sqlite", tmp_path, "directory") as url:
        engine = open_engine(url)
    with opened(engine) as session:
        add_service(session, "Toy library", terms=[("kind", "equipment-loan")], place=(54.85, -1.83))
        session.commit()
    gaps = Gaps(engine, keep_weeks=104)
    monkeypatch.setattr(of_directory, "directory", lambda: Directory(engine, encoder=None))
    monkeypatch.setattr(of_directory, "gaps", lambda: gaps)
    yield engine
    engine.dispose()


def counted(engine) -> list[tuple[str, str, str, int]]:
    with Session(engine) as session:
        return [(gap.needs, gap.age_band, gap.place, gap.searches) for gap in session.scalars(select(Gap))]


def ask(text: str) -> str:
    (message,) = say(ActionFindService(), tracker(text, intent="find_service"))
    kind: str = message["custom"]["kind"]
    return kind


def test_what_is_not_found_is_counted_once_for_a_conversation(store):
    for _ in range(2):
        assert ask("swimming for my autistic son aged 7 in Seaham") == "no_records"
    assert counted(store) == [("autism", "5-10", "Seaham", 1)]


def test_what_is_found_or_lies_elsewhere_is_not_counted(store):
    assert ask("toy library near Consett") == "records"
    assert ask("swimming in Cornwall") == "no_records"
    assert counted(store) == []
