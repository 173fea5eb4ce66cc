"""Small guides for attacks that need settings of their own: the gateway alone, and a start that should be refused."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from bot.evaluation.attack.guide.target import Target, end, started
from bot.evaluation.system import own_environment
from bot.paths import ROOT

_UP_WITHIN_S = 150.0
# What `serve` prints once it has taken its settings and starts the parts.
_ACCEPTED = "Starting the guide"


class NotUp(RuntimeError):
    """A gateway that ended at its start, as one does that refuses its settings."""


@contextmanager
def gateway_alone(target: Target, **settings: str) -> Iterator[Target]:
    """Start a gateway without Rasa, with `settings` and empty stores. Raises NotUp where it ends, TimeoutError where it is not up in time."""
    with tempfile.TemporaryDirectory(prefix="guide-attack-") as above:
        folder = Path(above) / "store"
        folder.mkdir()
        environment = {**(target.environment or os.environ), **own_environment(str(folder)), **settings}
        alone = Target(f"http://127.0.0.1:{environment['PORT']}")
        alone.folder, alone.environment = folder, environment
        alone.command("database", "upgrade")
        with started(alone, "bot.application"):
            _wait_until_up(alone)
            yield alone


def _wait_until_up(gateway: Target) -> None:
    deadline = time.monotonic() + _UP_WITHIN_S
    while time.monotonic() < deadline and gateway.process and gateway.process.poll() is None:
        try:
            requests.get(f"{gateway.base}/livez", timeout=2)
            return
        except requests.RequestException:
            time.sleep(0.2)
    if gateway.process and gateway.process.poll() is not None:
        raise NotUp("the gateway alone ended at its start")
    raise TimeoutError(f"the gateway alone did not start within {_UP_WITHIN_S:g} s")


@dataclass(frozen=True)
class Start:
    """What came of a start: its exit status (None: it took its settings and was ended by us), and all it printed."""

    status: int | None
    printed: str

    @property
    def is_sentence(self) -> bool:
        """Tell whether it ended with a few plain words, not with a traceback or a list of a library's making."""
        lines = [line for line in self.printed.splitlines() if line.strip()]
        plain = "Traceback" not in self.printed and "pydantic" not in self.printed and "input_value" not in self.printed
        return self.status not in (0, None) and plain and 1 <= len(lines) <= 3


def try_to_start(environment: Mapping[str, str], within_s: float = 40.0) -> Start:
    """Run `python -m bot serve` until it ends or takes its settings; whatever was started is ended again."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed = b""
    deadline = time.monotonic() + within_s
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline and _ACCEPTED.encode() not in printed:
            if waiting.select(0.5):
                piece = os.read(process.stdout.fileno(), 65536)
                if not piece:
                    break
                printed += piece
    text = printed.decode(errors="replace")
    if _ACCEPTED in text or time.monotonic() >= deadline:
        end(process)
        return Start(None, text)
    return Start(process.wait(10), text)


def fresh_environment(target: Target, folder: str, **settings: str) -> dict[str, str]:
    """Return the variables of a guide with ports and stores of its own, changed by `settings`."""
    return {**(target.environment or os.environ), **own_environment(folder), **settings}
