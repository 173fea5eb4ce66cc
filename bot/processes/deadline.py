"""A piece of work that takes too long is given up, or its process ends. Standard library only: both environments use it.

Rasa and the action server do their work on the thread of their event loop, where nothing else can stop it. A thread that
watches would not even get to run while one call of a C library holds the interpreter, as a search with a regular
expression does. So two of the system's own clocks watch: a signal, which interrupts Python and its regular expressions
with an error that fails this one piece of work alone; and, a little later, `faulthandler`, which needs no interpreter:
it writes where the process stood (files, lines and functions; no values) and ends it. The supervisor starts it again.
"""

from __future__ import annotations

import faulthandler
import functools
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

log = logging.getLogger(__name__)

VARIABLE = "TURN_DEADLINE_S"
AGAIN_EVERY_S = 0.5  # whoever swallows the error is interrupted again
ENDS_AFTER_S = 4.0


class TookTooLong(Exception):
    """A piece of work took longer than it may."""


class _Running:
    """Whether a piece of work runs on the main thread, and whether its time is up."""

    now = False
    too_long = False


def turn_deadline_s() -> float | None:
    """Return how long a message may be worked on in this process, in seconds; None where nothing is said of it."""
    given = os.environ.get(VARIABLE)
    return float(given) if given else None


@contextmanager
def deadline(seconds: float, name: str, ends_after_s: float = ENDS_AFTER_S) -> Iterator[None]:
    """Raise TookTooLong within what is done here once it takes `seconds`; end the process where that does not help.

    `name` says in the log what took too long; it must hold nothing that anybody wrote. On another thread than the main
    one, or inside another deadline, it does nothing: signals reach the main thread alone.
    """
    if threading.current_thread() is not threading.main_thread() or _Running.now:
        yield
        return
    signal.signal(signal.SIGALRM, _interrupt)
    _Running.now, _Running.too_long = True, False
    faulthandler.dump_traceback_later(seconds + ends_after_s, exit=True, file=_standard_error())
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_EVERY_S)
    try:
        try:
            yield
        finally:
            _Running.now = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        if _Running.too_long:
            log.error("%s took longer than %.0f s and was given up", name, seconds)


def with_deadline(work: Callable[..., Any], name: str, done: Callable[[], None]) -> Callable[..., Any]:
    """Return `work` with this process's deadline, where it has one; `done` is called after each piece of work."""
    seconds = turn_deadline_s()
    if seconds is None:
        return work

    @functools.wraps(work)
    def limited(*arguments: Any, **named: Any) -> Any:
        with deadline(seconds, name):
            result = work(*arguments, **named)
        done()
        return result

    return limited


def _standard_error() -> int:
    return sys.__stderr__.fileno() if sys.__stderr__ else 2


def _interrupt(*_: object) -> None:
    if _Running.now:
        _Running.too_long = True
        raise TookTooLong
