"""A running guide to measure or test: its own ports and stores, limits off, the trained model of this checkout."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from bot.evaluation.start_log import why_not_started
from bot.paths import ROOT
from bot.privacy.encryption import new_key

READY_WITHIN_S = 120.0


class NotReady(RuntimeError):
    """The guide did not start in time; the message says why, and then holds the end of its log."""


@contextmanager
def running_guide(log_file: str | None = None, **environment: str) -> Iterator[str]:
    """Start the guide on free ports and yield its address, `http://127.0.0.1:<port>`; stop it afterwards.

    `environment` adds or changes variables; `log_file` takes what the processes print. Raises NotReady when it does not answer within two minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        own = {
            **own_environment(folder),
            "GUIDE_RATE_LIMIT_CONVERSATION": "0",
            "GUIDE_RATE_LIMIT_ADDRESS": "0",
            **environment,
        }
        log = Path(log_file or f"{folder}/guide.log")
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=own, stdout=output, stderr=subprocess.STDOUT
            )
            try:
                address = f"http://127.0.0.1:{own['PORT']}"
                wait_until_ready(address, process, log)
                yield address
            finally:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()


def own_environment(folder: str) -> dict[str, str]:
    """Return this process's variables with ports that are free, stores in `folder` and a key for personal details."""
    ports = free_ports(3)
    return {
        **os.environ,
        "PORT": str(ports[0]),
        "GUIDE_RASA_PORT": str(ports[1]),
        "GUIDE_ACTIONS_PORT": str(ports[2]),
        "GUIDE_METRICS_PORT": "0",
        "GUIDE_DATABASE_URL": f"sqlite:///{folder}/guide.db",
        "GUIDE_DIRECTORY_URL": f"sqlite:///{folder}/directory.db",
        "GUIDE_REFERRALS_URL": f"sqlite:///{folder}/referrals.db",
        "GUIDE_TRACKER_DATABASE": f"{folder}/trackers.db",
        "GUIDE_ENCRYPTION_KEYS": new_key(),
    }


def wait_until_ready(
    address: str, process: subprocess.Popen[bytes], log: Path, within_s: float = READY_WITHIN_S
) -> None:
    """Wait until a guide answers a real question; raise NotReady, with the reason, where it ends or takes too long."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{address}/health", timeout=10).status_code == 200:
                return
        except requests.RequestException:
            pass
        time.sleep(0.3)
    raise NotReady(f"The guide did not start: {why_not_started(log.read_text(errors='replace'))}")


def free_ports(count: int) -> list[int]:
    """Return `count` loopback ports that nothing listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
