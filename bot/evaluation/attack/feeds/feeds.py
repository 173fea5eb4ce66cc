"""What the publisher of a feed, or somebody in between, can do to the guide that reads it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.evaluation.attack.feeds.hostile_feed import SECRET, hostile_server
from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack
from bot.evaluation.system import own_environment
from bot.paths import ROOT

SUBJECT = "feeds"
# Lets the guide read feeds of this one address, which it must refuse otherwise; the internal service has another.
OWN_NETWORKS = {"GUIDE_FEED_NETWORKS": "127.0.0.1/32"}
MOST_MEMORY_MB = 700
ENDED_WITHIN_S = 45.0


@dataclass(frozen=True)
class Import:
    """What came of a command: status (None: ended by us), all it printed, its most memory, seconds, names imported."""

    status: int | None
    printed: str
    megabytes: float
    seconds: float
    names: tuple[str, ...]

    @property
    def is_refusal(self) -> bool:
        """Tell whether it ended with a status of failure and words, not with a traceback."""
        return self.status not in (0, None) and "Traceback" not in self.printed and bool(self.printed.strip())


def import_feed(words: list[str], settings: dict[str, str], within_s: float = ENDED_WITHIN_S) -> Import:
    """Run `python -m bot directory <words>` with stores of its own and watch what it takes."""
    with tempfile.TemporaryDirectory(prefix="guide-attack-") as folder:
        environment = {**own_environment(folder), **settings}
        printed = Path(folder) / "printed"
        began = time.monotonic()
        with open(printed, "wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", "directory", *words],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            status, most = _watched(process, within_s)
        seconds = time.monotonic() - began
        return Import(status, printed.read_text(errors="replace"), most, seconds, _names(Path(folder) / "directory.db"))


def _watched(process: subprocess.Popen[bytes], within_s: float) -> tuple[int | None, float]:
    """Wait for a process; end it where it takes too long or too much. Returns its status and most memory in MB."""
    deadline, most = time.monotonic() + within_s, 0.0
    while process.poll() is None:
        most = max(most, _memory_mb(process.pid))
        if time.monotonic() > deadline or most > 2 * MOST_MEMORY_MB:
            process.kill()
            process.wait()
            return None, most
        time.sleep(0.05)
    return process.returncode, most


def _memory_mb(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    except (OSError, ValueError, IndexError):
        pass
    return 0.0


def _names(store: Path) -> tuple[str, ...]:
    try:
        with closing(sqlite3.connect(store)) as opened:
            return tuple(str(row[0])[:80] for row in opened.execute("SELECT name FROM service"))
    except sqlite3.Error:
        return ()


def _one(address: str, settings: dict[str, str]) -> Import:
    return import_feed(["import", address, "--name", "hostile", "--quiet"], settings)


@attack(
    SUBJECT,
    "a feed at an address of our own network",
    "127.0.0.1 in six spellings, 127.0.0.3, localhost, and a link-local address",
    "refused in a sentence, and nothing asked for",
    alone=True,
)
def own_network(target: Target) -> Outcome:
    """Import from inside, with the default settings."""
    cases = []
    with hostile_server() as (base, seen):
        port = base.rpartition(":")[2]
        hosts = ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]")
        for host in hosts:
            before = len(seen)
            done = _one(f"http://{host}:{port}/internal", {})
            cases.append((host, done.is_refusal and len(seen) == before and SECRET not in done.names))
        link_local = import_feed(["import", "http://169.254.169.254/latest", "--name", "x", "--quiet"], {})
        cases.append(("169.254.169.254", link_local.is_refusal))
    return all_held(cases, "refused")


@attack(
    SUBJECT,
    "a feed that sends elsewhere",
    "redirections to another server of this machine, by number, by name, twice, to a file, in a ring",
    "not followed to where the feed does not live; nothing of it is imported",
    alone=True,
)
def redirected(target: Target) -> Outcome:
    """Follow the feed to an internal service."""
    cases = []
    with hostile_server("127.0.0.3") as (inner, inner_seen), hostile_server(elsewhere=inner) as (base, _):
        for word in (
            "redirect",
            "redirect-user",
            "redirect-number",
            "redirect-twice",
            "redirect-file",
            "redirect-loop",
        ):
            before = len(inner_seen)
            done = _one(f"{base}/{word}", OWN_NETWORKS)
            held = SECRET not in done.names and done.is_refusal and len(inner_seen) == before
            cases.append((word, held))
    return all_held(cases, "not followed")


@attack(
    SUBJECT,
    "a feed that fills memory",
    "gzip and deflate that unpack to 700 MB, packed twice, pages without end, a name of 30 MB, 200,000 records a page",
    f"refused in a sentence within {ENDED_WITHIN_S:g} s and {MOST_MEMORY_MB} MB",
    alone=True,
)
def fills_memory(target: Target) -> Outcome:
    """Read what unpacks to more than memory has."""
    cases, most, slowest = [], 0.0, 0.0
    with hostile_server() as (base, _):
        for word in ("good", "bomb", "bomb-deflate", "bomb-twice", "endless", "long-name", "long-number", "many"):
            done = _one(f"{base}/{word}", OWN_NETWORKS)
            fine = done.status == 0 if word == "good" else done.status is not None and "Traceback" not in done.printed
            cases.append(
                (f"{word} ({done.megabytes:.0f} MB, {done.seconds:.0f} s)", fine and done.megabytes <= MOST_MEMORY_MB)
            )
            most, slowest = max(most, done.megabytes), max(slowest, done.seconds)
    outcome = all_held(cases, "kept small")
    return Outcome(outcome.held, f"{outcome.figures}; most {most:.0f} MB, slowest {slowest:.0f} s")


@attack(
    SUBJECT,
    "a feed that never ends its answer",
    "a body of one character a second, and a head likewise",
    f"given up within {ENDED_WITHIN_S:g} s, as the feed's own limit of time says",
    alone=True,
)
def never_ends(target: Target) -> Outcome:
    """Read a character a second, as a configured feed with a short limit."""
    cases = []
    with hostile_server() as (base, _), tempfile.TemporaryDirectory() as folder:
        for word in ("slow", "slow-head"):
            done = import_feed(["sync", "--quiet"], OWN_NETWORKS | _configured(folder, [("slow", f"{base}/{word}")]))
            cases.append((f"{word} ({done.seconds:.0f} s)", done.is_refusal))
    return all_held(cases, "given up")


def _configured(folder: str, feeds: list[tuple[str, str]]) -> dict[str, str]:
    file = Path(folder) / "sources.yml"
    lines = ["sources:"]
    for name, address in feeds:
        lines += [
            f"  - name: {name}",
            f"    title: {name}",
            f"    address: {address}",
            "    timeout_s: 2",
            "    page_s: 8",
        ]
    file.write_text("\n".join(lines) + "\n")
    return {"GUIDE_DIRECTORY_SOURCES": str(file)}


@attack(
    SUBJECT,
    "a feed nested too deep",
    "JSON 200,000 lists deep, 100,000 objects deep, a record 900 deep; the same before a good feed in `sync`",
    "refused in a sentence without a traceback; the feed after it is read",
    alone=True,
)
def nested(target: Target) -> Outcome:
    """Read JSON that no reader can follow."""
    cases = []
    with hostile_server() as (base, _), tempfile.TemporaryDirectory() as folder:
        for word in ("deep", "deep-objects", "deep-record"):
            done = _one(f"{base}/{word}", OWN_NETWORKS)
            cases.append((word, done.status is not None and "Traceback" not in done.printed))
        for word in ("deep", "deep-objects", "redirect-file", "bomb"):
            feeds = [("bad", f"{base}/{word}"), ("goodone", f"{base}/good")]
            done = import_feed(["sync", "--quiet"], OWN_NETWORKS | _configured(folder, feeds))
            fine = "A good service" in done.names and "Traceback" not in done.printed and done.status == 1
            cases.append((f"sync after {word}", fine))
    return all_held(cases, "read or refused")
