"""The action server as it runs, with the records' store broken: it writes nothing of what somebody said."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot.paths import ROOT

MARK = "Zaphodine"
AT_DEBUG = """
import logging
logging.basicConfig(level=logging.DEBUG)
from actions.__main__ import main
main()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    broken = tmp_path / "directory.db"
    broken.write_bytes(b"this is no database " * 500)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    written = tmp_path / "written"
    environment = {
        **os.environ,
        "GUIDE_DIRECTORY_URL": f"sqlite:///{broken}",
        "GUIDE_DATABASE_URL": f"sqlite:///{tmp_path / 'guide.db'}",
        "GUIDE_REFERRALS_URL": f"sqlite:///{tmp_path / 'referrals.db'}",
    }
    with written.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", AT_DEBUG, "--port", str(port)], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and process.poll() is None:
            try:
                requests.get(f"{address}/health", timeout=1)
                break
            except requests.RequestException:
                time.sleep(0.2)
        yield address, written
    finally:
        process.terminate()
        process.wait(20)


def test_nothing_of_a_message_is_written(server: tuple[str, Path]) -> None:
    address, written = server
    message = {"text": f"a club for {MARK} near Durham", "intent": {"name": MARK}, "entities": [], "metadata": {}}
    tracker = {"sender_id": MARK, "slots": {"place": MARK}, "latest_message": message, "events": [], "paused": False}
    calls: list[dict[str, object]] = [
        {"next_action": action, "sender_id": MARK, "tracker": {**tracker, **change}, "domain": {}, "version": "3.6.21"}
        for action in ("action_find_service", "action_answer", "action_urgent_help", f"action_{MARK}")
        for change in ({}, {"latest_message": MARK}, {"events": MARK}, {"slots": None})
    ]
    statuses = {requests.post(f"{address}/webhook", json=call, timeout=30).status_code for call in calls}
    requests.post(f"{address}/webhook", data=f"{{{MARK}".encode(), timeout=30)
    requests.get(f"{address}/{MARK}", timeout=30)
    assert 500 in statuses, "an exception must have left an action"
    told = written.read_text(errors="replace")
    assert "Error" in told
    assert MARK not in told, [line for line in told.splitlines() if MARK in line][:3]
