"""Processes that are started anew whenever they end, and killed with SIGKILL at random moments (seeded)."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import requests

from bot.handover.delivery.process import STARTED
from bot.paths import ROOT

LIFE_IN_STARTS = (0.1, 2.5)  # a process is killed after this many times as long as it took to start
AT_WORK_WITHIN_S = 120.0


class Supervised:
    """A process that is started anew whenever it ends, and killed now and then."""

    def __init__(
        self, name: str, module: str, environment: dict[str, str], log: Path, is_at_work: Callable[[], bool]
    ) -> None:
        self.name = name
        self.kills = 0
        self._command, self._environment, self._log = [sys.executable, "-m", module], environment, log
        self._is_at_work = is_at_work
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        with open(self._log, "ab") as log:
            return subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )

    def run_until_at_work(self, ending: threading.Event) -> float:
        """Start the process if it has ended, and wait until it does its work; return how long that took, in seconds.

        Raises RuntimeError where it never does.
        """
        began = time.monotonic()
        if self._process.poll() is not None:
            self._process = self._started()
        deadline = began + AT_WORK_WITHIN_S
        while not ending.wait(0.1) and not self._is_at_work():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not start:\n{self._log.read_text(errors='replace')[-2000:]}")
        return time.monotonic() - began

    def kill(self) -> None:
        """Kill the process as it stands."""
        self._process.kill()
        self._process.wait()
        self.kills += 1

    def stop(self) -> None:
        """Ask the process to end."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def killed_at_random(environment: dict[str, str], folder: Path, dice: random.Random) -> Iterator[list[Supervised]]:
    """Run the gateway and the delivery process, each killed now and then until the block ends."""
    address = f"http://127.0.0.1:{environment['PORT']}/handover"
    log = folder / "delivery.log"
    processes = [
        Supervised("gateway", "bot.application", environment, folder / "gateway.log", lambda: _answers(address)),
        Supervised("delivery", "bot.handover.delivery.process", environment, log, _LineCount(log, STARTED).has_grown),
    ]
    ending = threading.Event()

    def see_to(process: Supervised, own: random.Random) -> None:
        while not ending.is_set():
            took = process.run_until_at_work(ending)
            if not ending.wait(own.uniform(*LIFE_IN_STARTS) * took):
                process.kill()

    with ThreadPoolExecutor(len(processes)) as pool:
        seeing = [pool.submit(see_to, process, random.Random(dice.random())) for process in processes]
        try:
            yield processes
        finally:
            ending.set()
            wait(seeing)
            for process in processes:
                process.stop()
            for each in seeing:
                each.result()


class _LineCount:
    """Tells whether a log has one more line with some words than when it was asked before."""

    def __init__(self, log: Path, words: str) -> None:
        self._log, self._words, self._seen = log, words, 0

    def has_grown(self) -> bool:
        count = self._log.read_text(errors="replace").count(self._words) if self._log.exists() else 0
        grown, self._seen = count > self._seen, max(count, self._seen)
        return grown


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).status_code == 200
    except requests.RequestException:
        return False
