"""What a process of the guide has to do with its supervisor. Standard library only: both environments use it.

A socket leads to the supervisor. Through it the process says that it got something done, hears how often parts were
started again, and notices that the supervisor is gone: then it ends too, for nobody would stop it or start it again.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import runpy
import signal
import socket
import sys
import threading
import time

VARIABLE = "SUPERVISOR_SOCKET"
ENDS_WITHIN_S = 5.0
PULSE_EVERY_S = 1.0
_SET_SIGNAL_OF_PARENTS_DEATH = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>


class Supervised:
    """This process's end of the socket. Without a supervisor everything here does nothing."""

    def __init__(self) -> None:
        """Take the socket that the environment names, if any."""
        number = os.environ.pop(VARIABLE, None)
        self._socket = socket.socket(fileno=int(number)) if number else None
        self._said_at = float("-inf")
        self.restarts: dict[str, int] = {}
        if self._socket:
            self._socket.set_inheritable(False)
            _die_with_parent()
            threading.Thread(target=self._listen, args=(self._socket,), daemon=True).start()

    def pulse(self) -> None:
        """Say that something was done; more than one call in a second says nothing new."""
        now = time.monotonic()
        if self._socket and now - self._said_at >= PULSE_EVERY_S:
            self._said_at = now
            with contextlib.suppress(OSError):  # the socket is full, or nobody listens
                self._socket.send(b".", socket.MSG_DONTWAIT)

    def _listen(self, supervisor: socket.socket) -> None:
        with contextlib.suppress(OSError), supervisor.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                with contextlib.suppress(ValueError):
                    self.restarts = json.loads(line)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(ENDS_WITHIN_S)
        os._exit(1)


def _die_with_parent() -> None:
    """Have Linux kill this process when the supervisor ends, even if it is stopped or hangs just then."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_SIGNAL_OF_PARENTS_DEATH, signal.SIGKILL)


_process: Supervised | None = None


def supervised() -> Supervised:
    """Return what this process has to do with its supervisor; the first call begins it."""
    global _process
    if _process is None:
        _process = Supervised()
    return _process


def main() -> None:
    """Run another module as a part of the guide from its first moment on: `python -m bot.processes.supervised rasa run ...`."""
    from bot.processes import supervised as imported  # the module that others import, rather than this run of it

    imported.supervised()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
