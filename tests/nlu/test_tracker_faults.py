"""While the tracker store fails, Rasa keeps no tracker in its memory and writes nothing of what somebody said."""

from __future__ import annotations

import asyncio
import logging
import runpy
import sys
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered

from bot.nlu.process.tracker_store import SQLiteTrackerStore
from bot.privacy.quiet_logs import QuietRecord
from bot.processes.rasa_process import rasa_command
from tests.faults import FAULTS, everything_logged, quiet_process

__all__ = ["quiet_process"]

MARK = "Zaphodine"
DOMAIN = Domain.from_dict({"slots": {"previous": {"type": "any", "mappings": [{"type": "custom"}]}}})


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr("bot.nlu.process.tracker_store.BUSY_TIMEOUT_MS", 200)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_tracker_that_cannot_be_stored_is_kept_nowhere(tmp_path: Path, capfd, quiet_process, fault: str) -> None:
    file = tmp_path / "trackers.db"

    async def told() -> FailSafeTrackerStore:
        store = Agent._create_tracker_store(SQLiteTrackerStore(DOMAIN, db=str(file)), DOMAIN)
        for _ in range(2):
            tracker = await store.get_or_create_tracker("sender")
            tracker.update(UserUttered(f"my son {MARK}"))
            tracker.update(SlotSet("previous", {"message": MARK * 3000}))
            with FAULTS[fault](file):
                await store.save(tracker)
                await store.retrieve("sender")
                await store.retrieve_full_tracker("sender")
        return store

    with everything_logged() as written:
        store = asyncio.run(told())
    assert store._fallback_tracker_store is None
    if fault not in ("missing", "corrupt"):  # SQLite goes on writing into a log that was removed
        assert any("a tracker was not stored: " in line for line in written.lines)
    assert MARK not in "\n".join(written.lines) + "".join(capfd.readouterr())


def test_rasa_serves_families_only_with_quiet_logs(monkeypatch, quiet_process) -> None:
    called = []
    monkeypatch.setattr("rasa.__main__.main", lambda: called.append(logging.getLogRecordFactory()))
    module = rasa_command("run", "--port", "1")[2]
    logging.setLogRecordFactory(logging.LogRecord)
    monkeypatch.setattr(sys, "argv", [module, "run"])
    runpy.run_module(module, run_name="__main__")
    assert called == [QuietRecord]
    assert rasa_command("train")[2] == "rasa"
