"""Before the action server listens it loads what the first question would wait for, and starts whatever is missing."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy.exc import OperationalError

from actions import __main__ as server


class _Directory:
    def __init__(self, failure: Exception | None = None) -> None:
        self.searched: list[object] = []
        self._failure = failure

    def search(self, wanted: object) -> None:
        self.searched.append(wanted)
        if self._failure:
            raise self._failure


def test_a_search_is_made_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    records = _Directory()
    monkeypatch.setattr(server, "directory", lambda: records)
    server.warm_up()
    assert len(records.searched) == 1


def test_without_records_it_starts_all_the_same_and_an_operator_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failure = OperationalError("SELECT", {}, Exception("no such table"))
    monkeypatch.setattr(server, "directory", lambda: _Directory(failure))
    with caplog.at_level(logging.WARNING):
        server.warm_up()
    assert "OperationalError" in caplog.text
