"""Keep processes running: start again one that ended, and one that no longer answers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.paths import ROOT
from bot.processes.answering import responds
from bot.processes.supervised import VARIABLE
from bot.settings import REFUSED

LONGEST_PAUSE_S = 30.0
CALM_AFTER_S = 60.0
STOP_WITHIN_S = 8.0
LOOK_EVERY_S = 0.5
WRONG_ARGUMENTS = 2


@dataclass(frozen=True)
class Patience:
    """How long a part may say nothing, in seconds, and how it is asked."""

    stuck_after_s: float = 30.0
    start_within_s: float = 300.0
    ask_every_s: float = 3.0
    answer_within_s: float = 3.0
    end_within_s: float = 3.0


@dataclass
class Part:
    """One process: how to start it, and where it answers ("" where it has no address and shows by its pulse that it works)."""

    name: str
    command: list[str]
    environment: dict[str, str]
    answers_at: str
    patience: Patience = Patience()
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_again_at: float = field(default=0.0)
    restarts: int = 0
    has_answered: bool = False
    silent_s: float = 0.0
    ending_since: float | None = None
    line: socket.socket | None = None

    @property
    def is_stuck(self) -> bool:
        """Tell whether it has said nothing for too long."""
        patience = self.patience
        return self.silent_s > (patience.stuck_after_s if self.has_answered else patience.start_within_s)

    def listen(self, waited_s: float) -> None:
        """Ask once, and note the answer, or a pulse since the last time, or that there was neither for `waited_s` more."""
        asked_of = self.process
        if asked_of is None:
            return
        began = time.monotonic()
        answered = self._pulsed() | bool(self.answers_at and responds(self.answers_at, self.patience.answer_within_s))
        if asked_of is not self.process:
            return  # it was started again meanwhile
        if answered:
            self.has_answered, self.silent_s = True, 0.0
        else:
            # At most what the asking may take: the supervisor itself may have been stopped and gone on.
            took = min(time.monotonic() - began, self.patience.answer_within_s)
            self.silent_s += took + waited_s

    def _pulsed(self) -> bool:
        try:
            return bool(self.line and self.line.recv(4096, socket.MSG_DONTWAIT))
        except OSError:
            return False


class Supervisor:
    """Starts parts, watches them, each by a thread of its own, and stops them."""

    def __init__(self, parts: Sequence[Part], say: Callable[[str], None]) -> None:
        """`say` is given each line: of the parts, and of what is done about them."""
        self.parts = parts
        self._say = say
        self.stopping = threading.Event()
        self.status = 0

    def run(self) -> int:
        """Keep the parts running until `stopping` is set; return the exit status.

        It is 1 where a part ended for what will not pass by itself, such as settings that it refuses.
        """
        for part in self.parts:
            threading.Thread(target=self._listen_to, args=(part,), daemon=True).start()
        try:
            while not self.stopping.is_set():
                for part in self.parts:
                    self._keep_running(part)
                self.stopping.wait(LOOK_EVERY_S)
        finally:
            try:
                self._say("Stopping.")
            finally:
                self._stop()
        return self.status

    def _listen_to(self, part: Part) -> None:
        while not self.stopping.wait(part.patience.ask_every_s):
            part.listen(part.patience.ask_every_s)

    def _keep_running(self, part: Part) -> None:
        now = time.monotonic()
        if part.process and part.process.poll() is None:
            self._end_if_stuck(part, now)
            if part.failures and now - part.started_at > CALM_AFTER_S + part.patience.stuck_after_s:
                part.failures = 0
            return
        if part.process:
            self._ended(part, now)
        if now >= part.start_again_at and not self.stopping.is_set():
            self._start(part)

    def _end_if_stuck(self, part: Part, now: float) -> None:
        assert part.process
        if part.ending_since is not None:
            if now - part.ending_since > part.patience.end_within_s:
                _signal_group(part.process, signal.SIGKILL)
        elif part.is_stuck:
            part.ending_since = now
            _signal_group(part.process, signal.SIGTERM)

    def _ended(self, part: Part, now: float) -> None:
        assert part.process
        _signal_group(part.process, signal.SIGKILL)  # what it started must not hold its port
        status, part.process = part.process.returncode, None
        if status in (REFUSED, WRONG_ARGUMENTS):
            self._say(f"{part.name} cannot start with these settings, as it says above: the guide stops")
            self.status = 1
            self.stopping.set()
            return
        part.failures += 1
        part.restarts += 1
        pause = min(2.0 ** (part.failures - 1), LONGEST_PAUSE_S)
        what = f"ended with status {status}"
        if part.ending_since is not None:
            what = f"did not answer for {part.silent_s:.0f} s and was ended"
        self._say(f"{part.name} {what}; starting it again in {pause:.0f} s")
        part.start_again_at = now + pause
        self._tell_restarts()

    def _start(self, part: Part) -> None:
        if part.line:
            part.line.close()
        part.line, theirs = socket.socketpair()
        part.has_answered, part.silent_s, part.ending_since = False, 0.0, None
        part.process = subprocess.Popen(
            part.command,
            cwd=ROOT,
            env={**part.environment, VARIABLE: str(theirs.fileno())},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        part.started_at = time.monotonic()
        threading.Thread(target=self._prefix_lines, args=(part.name, part.process), daemon=True).start()
        self._tell_restarts()

    def _tell_restarts(self) -> None:
        """Tell every part how often each was started again: the gateway shows it among its figures."""
        line = json.dumps({part.name: part.restarts for part in self.parts}).encode() + b"\n"
        for part in self.parts:
            with contextlib.suppress(OSError):
                if part.line and part.process:
                    part.line.send(line, socket.MSG_DONTWAIT)

    def _prefix_lines(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip():
                self._say(f"{name:8}| {line.rstrip()}")

    def _stop(self) -> None:
        """Ask each process group to end, then end those that have not."""
        alive = [part.process for part in self.parts if part.process and part.process.poll() is None]
        for process in alive:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN_S
        for process in alive:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                _signal_group(process, signal.SIGKILL)
                process.wait()


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
