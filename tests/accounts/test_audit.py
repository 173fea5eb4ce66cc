"""The audit trail: written with the deed, chained, and closed to edits."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from bot.accounts import audit


def add(engine, *events: str) -> None:
    for event in events:
        with Session(engine) as session, session.begin():
            audit.record(session, "anna", event, "thing", why="because")


def test_lines_are_counted_and_chained(engine):
    add(engine, "one", "two", "three")
    found = audit.verify(engine)
    assert (found.lines, found.wrong_line) == (3, None)
    newest = audit.latest(engine, number=2)
    assert [line.event for line in newest] == ["three", "two"] and newest[0].previous == newest[1].hash
    assert [line.event for line in audit.latest(engine, before=newest[1].id)] == ["one"]


def test_an_empty_trail_is_whole(engine):
    assert audit.verify(engine).wrong_line is None


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE audit_entry SET who = 'berta' WHERE id = 2",
        "DELETE FROM audit_entry WHERE id = 3",
        "TRUNCATE audit_entry",
        "INSERT OR REPLACE INTO audit_entry SELECT id, at, 'berta', event, about, detail, previous, hash FROM audit_entry WHERE id = 2",
    ],
)
def test_the_database_refuses_an_edit(engine, edit):
    add(engine, "one", "two", "three")
    if edit.startswith({"sqlite": "TRUNCATE", "postgresql": "INSERT OR"}[engine.dialect.name]):
        pytest.skip("another database's statement")
    with engine.connect() as connection, pytest.raises(DatabaseError, match="cannot be edited"):
        connection.execute(text(edit))
    assert audit.verify(engine).wrong_line is None


@pytest.mark.parametrize(
    "edit, wrong_line",
    [
        ("UPDATE audit_entry SET who = 'berta' WHERE id = 2", 2),
        ("UPDATE audit_entry SET detail = '{}' WHERE id = 3", 3),
        ("DELETE FROM audit_entry WHERE id = 2", 2),
        ("DELETE FROM audit_entry WHERE id = 3", 3),
    ],
)
def test_an_edit_by_somebody_who_took_the_triggers_away_is_found(engine, edit, wrong_line):
    add(engine, "one", "two", "three")
    last = audit.verify(engine).last_hash
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP TRIGGER audit_entry_is_fixed ON audit_entry"))
        else:
            connection.execute(text("DROP TRIGGER audit_entry_no_update"))
            connection.execute(text("DROP TRIGGER audit_entry_no_delete"))
        connection.execute(text(edit))
    assert audit.verify(engine, known_hash=last).wrong_line == wrong_line


def test_many_writers_at_once_make_one_chain(engine):
    writers = [threading.Thread(target=add, args=(engine, *["deed"] * 10)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = audit.verify(engine)
    assert (found.lines, found.wrong_line) == (80, None)


def test_a_deed_that_fails_leaves_no_line(engine):
    with pytest.raises(ZeroDivisionError), Session(engine) as session, session.begin():
        audit.record(session, "anna", "deed")
        raise ZeroDivisionError
    assert audit.verify(engine).lines == 0
