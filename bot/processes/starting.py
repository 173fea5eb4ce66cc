"""Nothing may be in the way of a guide that starts: neither another guide on the same stores nor what holds its ports."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.settings import Settings

_LISTENS = "0A"  # the state of a listening socket in /proc/net/tcp


class Busy(RuntimeError):
    """Something is in the way; the message says what and how to stop it."""


@contextmanager
def only_one(tracker_database: Path) -> Iterator[None]:
    """Hold a lock beside Rasa's tracker store, which one guide alone may use; raise Busy where another holds it.

    The lock goes with the process that holds it, however that ends.
    """
    file = tracker_database.with_name(f"{tracker_database.name}.lock")
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            number = lock.read().strip()
            raise Busy(
                f"Another guide runs with these stores (process {number}): stop it with Ctrl-C or `kill {number}`,"
                " or give this one stores and ports of its own."
            ) from error
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def check_ports(configured: Settings) -> None:
    """Raise Busy where one of the guide's ports is taken, or its address is none of this machine's."""
    loopback = "127.0.0.1"
    wanted = [
        ("GUIDE_ACTIONS_PORT", loopback, configured.actions_port),
        ("GUIDE_RASA_PORT", loopback, configured.rasa_port),
        ("PORT", configured.host, configured.port),
        *([("GUIDE_METRICS_PORT", loopback, configured.metrics_port)] if configured.metrics_port else []),
    ]
    problems = [problem for name, host, port in wanted if (problem := _problem(name, host, port))]
    if problems:
        raise Busy("\n".join(problems))


def _problem(name: str, host: str, port: int) -> str | None:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return "GUIDE_HOST names no address of this machine: write 127.0.0.1, or 0.0.0.0 for all of its addresses."
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the parts do: a port just left is free
        try:
            trial.bind(address)
            trial.listen(1)
        except PermissionError:
            return f"Port {port} may not be used by this account: set {name} to one above 1023."
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} is taken{_by(port)}, or set {name} to another."
            return "GUIDE_HOST names no address of this machine: write 127.0.0.1, or 0.0.0.0 for all of its addresses."
    return None


def _by(port: int) -> str:
    holder = holder_of(port)
    if holder is None:
        return f": find what holds it with `lsof -i :{port}` and stop it"
    number, what = holder
    return f" by process {number} ({what}): stop it with `kill {number}`"


def holder_of(port: int) -> tuple[int, str] | None:
    """Return number and name of the process that listens on a port; None where that cannot be seen (other than Linux)."""
    if sys.platform != "linux":
        return None
    sockets = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == _LISTENS and int(columns[1].rpartition(":")[2], 16) == port:
                    sockets.add(f"socket:[{columns[9]}]")
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(str(handle.readlink()) in sockets for handle in (folder / "fd").iterdir()):
                return int(folder.name), _called(folder)
    return None


def _called(folder: Path) -> str:
    """Return the module or program that a process runs, without its other arguments: they may hold what is secret."""
    words = (folder / "cmdline").read_text(errors="replace").split("\0")
    module = words[words.index("-m") + 1] if "-m" in words[:-1] else Path(words[0]).name
    return module if module.isprintable() else "unknown"
