"""Rasa under the guide's supervisor gives up a message that takes too long, and training has no such deadline."""

from __future__ import annotations

import re

import pytest
from rasa.engine.runner.dask import DaskGraphRunner

from bot.nlu.process.turn_deadline import keep_to_the_deadline
from bot.processes.deadline import VARIABLE, TookTooLong


def _without_end(*_: object) -> None:
    re.match(r"(?:thanks?\s*|thank you\s*|thank\s*|you\s*)+$", "thank you " * 30 + "!")


def test_a_message_without_end_is_given_up(monkeypatch):
    monkeypatch.setenv(VARIABLE, "0.2")
    monkeypatch.setattr(DaskGraphRunner, "run", _without_end)
    keep_to_the_deadline()
    with pytest.raises(TookTooLong):
        DaskGraphRunner.run(None)


def test_a_process_that_only_trains_has_no_deadline(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(DaskGraphRunner, "run", _without_end)
    keep_to_the_deadline()
    assert DaskGraphRunner.run is _without_end
