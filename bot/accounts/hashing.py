"""Hashing passwords, a few at once: it takes much work on purpose, and the chat must not wait for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2
LONGEST_WAIT_S = 3.0
MOST_WAITING = 8  # each of them holds a thread of the gateway


class Busy(Exception):
    """Too many passwords are being checked; try again in a moment."""


class Turns:
    """Lets so many work at once and a few more wait, briefly; the rest are told to come back."""

    def __init__(self, at_once: int, most_waiting: int, longest_wait_s: float) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + most_waiting)
        self._longest_wait_s = longest_wait_s

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it; raise Busy where too many wait already or it takes too long."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._free.acquire(timeout=self._longest_wait_s):
                raise Busy
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._places.release()


hashing = Turns(AT_ONCE, MOST_WAITING, LONGEST_WAIT_S)
