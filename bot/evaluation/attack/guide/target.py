"""The guide under attack: started here with stores of its own, or one given by its address."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from urllib.parse import urlsplit

from bot.evaluation.attack.guide.family import ORDINARY, Family
from bot.evaluation.system import own_environment, wait_until_ready
from bot.paths import ROOT

# Somebody receives referrals, so that the handover is open; nothing listens at the mail server's port.
RECEIVED = {
    "GUIDE_REFERRAL_EMAIL": "inbox@sendiass.example",
    "GUIDE_SMTP_HOST": "127.0.0.1",
    "GUIDE_SMTP_PORT": "9",
    "GUIDE_SMTP_SECURITY": "none",
}
# Each part by words of its command line.
PARTS = {
    "rasa": ("run", "--interface"),
    "actions": ("-m", "actions"),
    "gateway": ("-m", "bot.application"),
    "delivery": ("-m", "bot.handover.delivery.process"),
}
STOP_WITHIN_S = 20.0
# Other work may take the processors meanwhile: a slow start is no finding.
READY_WITHIN_S = 300.0


class Elsewhere(ValueError):
    """An address that is not this machine's."""


def checked_base(address: str) -> str:
    """Return the address of a guide on this machine; raise Elsewhere for any other."""
    parts = urlsplit(address)
    if parts.scheme != "http" or not _is_this_machine(parts.hostname or ""):
        raise Elsewhere(f"{address} is not on this machine: attack http://127.0.0.1:<port> only")
    return f"http://{parts.hostname}:{parts.port or 80}"


def _is_this_machine(host: str) -> bool:
    """Tell whether a host is a loopback address by number; a name may lead anywhere."""
    try:
        return IPv4Address(host).is_loopback
    except AddressValueError:
        return False


class Target:
    """A guide: its address, and where it was started here its folder, its variables, its log and its processes."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.folder = Path()
        self.environment: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What all its processes have printed. Not in the folder of its stores."""
        return self.folder.parent / "guide.log"

    def family(self, address: str | None = None) -> Family:
        """Return a new visitor."""
        return Family(self.base, address)

    def part(self, name: str) -> int | None:
        """Return the process id of a part, or None where it does not run."""
        wanted = PARTS[name]
        for pid in descendants(self.process.pid) if self.process else []:
            words = command_line(pid)
            if all(word in words for word in wanted):
                return pid
        return None

    def signal(self, name: str, number: signal.Signals) -> int | None:
        """Send a signal to a part and all that it started; return its process id, None where it does not run."""
        pid = self.part(name)
        if pid is not None:
            for each in [pid, *descendants(pid)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, number)
        return pid

    def command(self, *words: str, stdin: str = "", timeout_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run one of the guide's commands with its variables; status 124 where it does not end in time."""
        command = [sys.executable, "-m", "bot", *words]
        try:
            return subprocess.run(
                command, cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, timeout=timeout_s
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 124, "", "it did not end")

    def is_well(self) -> bool:
        """Tell whether an ordinary question gets an answer now."""
        return self.family().say(ORDINARY).is_answered

    def wait_until_well(self, within_s: float) -> float | None:
        """Return the seconds until an ordinary question is answered, None where it is not in time."""
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            if self.is_well():
                return time.monotonic() - began
            time.sleep(0.5)
        return None


def no_guide() -> Target:
    """Return a target without a guide, with the variables that one would be started with."""
    target = Target("http://127.0.0.1:9")
    target.environment = {**os.environ, "GUIDE_SECRET_KEY": secrets.token_urlsafe(32), **RECEIVED}
    return target


@contextmanager
def started_guide(**environment: str) -> Iterator[Target]:
    """Start a whole guide with default limits and empty stores; stop all of it afterwards. Raises NotReady."""
    with tempfile.TemporaryDirectory(prefix="guide-attack-") as above:
        folder = Path(above) / "store"
        folder.mkdir()
        own = {
            **own_environment(str(folder)),
            "GUIDE_SECRET_KEY": secrets.token_urlsafe(32),
            **RECEIVED,
            **environment,
        }
        target = Target(f"http://127.0.0.1:{own['PORT']}")
        target.folder, target.environment = folder, own
        with started(target, "bot", "serve"):
            assert target.process is not None
            wait_until_ready(target.base, target.process, target.log, READY_WITHIN_S)
            yield target


@contextmanager
def started(target: Target, *words: str) -> Iterator[None]:
    """Run `python -m <words>` as the target's process, its output added to the log; end it and all below it."""
    with open(target.log, "ab") as output:
        target.process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=target.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        end(target.process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started, kindly first."""
    below = descendants(process.pid)
    for pid in below:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in below:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def command_line(pid: int) -> list[str]:
    """Return the words of a process's command line; none where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def descendants(parent: int) -> list[int]:
    """Return the processes that a process started, and those that they started."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                above = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                children.setdefault(above, []).append(int(entry.name))
    found: list[int] = []
    waiting = [parent]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def is_running(pid: int) -> bool:
    """Tell whether a process lives (one that waits to be collected does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
