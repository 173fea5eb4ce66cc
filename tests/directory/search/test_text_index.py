"""Documents follow the services, and whoever searches is told when they changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.directory.search import text_index, words
from bot.directory.search.documents import recipe
from bot.directory.search.text_index import is_behind, refresh, revisions
from bot.directory.search.words import search_words
from tests.directory.stores import load, record


def told(engine) -> tuple[bool, int]:
    """Return whether documents are behind, and the revision that other processes compare."""
    with engine.connect() as connection:
        return is_behind(connection), revisions(connection)[0]


def test_a_changed_record_is_taken_in_once_and_makes_a_new_revision(engine):
    load(engine, [record(1, "Archery club"), record(2, "Toy library")])
    assert told(engine) == (True, 0)
    assert refresh(engine) == 2 and told(engine) == (False, 1)
    load(engine, [record(1, "Archery for all"), record(2, "Toy library")])
    assert told(engine) == (True, 1)
    assert refresh(engine) == 1 and told(engine) == (False, 2)
    assert refresh(engine) == 0 and told(engine) == (False, 2)


def test_documents_are_made_again_once_where_their_recipe_changed(engine, monkeypatch):
    load(engine, [record(1, "Archery club"), record(2, "Toy library")])
    refresh(engine)
    monkeypatch.setattr(text_index, "recipe", lambda: "another")
    assert told(engine) == (True, 1)
    assert refresh(engine) == 2 and told(engine) == (False, 2)
    assert refresh(engine) == 0


@pytest.mark.parametrize("kept", [0, 1])
def test_a_record_that_is_gone_leaves_no_document(engine, kept):
    load(engine, [record(1, "Archery club"), record(2, "Toy library")])
    refresh(engine)
    load(engine, [record(1, "Archery club"), record(2, "Toy library")][:kept])
    assert refresh(engine) == 2 - kept and told(engine) == (False, 2)


def test_a_new_line_of_same_words_changes_the_recipe(monkeypatch):
    known = search_words()
    before = recipe.__wrapped__()
    monkeypatch.setattr(words, "search_words", lambda: replace(known, same={**known.same, "kayak": "cano"}))
    assert recipe.__wrapped__() != before
