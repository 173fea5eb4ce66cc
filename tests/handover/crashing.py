"""Children that are killed (SIGKILL) just before a given line of bot/handover, or at a random moment.

The product has no hook for this: the line is found by Python's own tracing. The children are forked from a helper
process that never opens a database, since SQLite must not be carried over a fork.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import bot.handover
from bot.guidance.wording import wordings

WATCHED = str(Path(bot.handover.__file__).parent)
MOST_LINES = 500
Act = Callable[..., None]


class Nursery:
    """Runs acts in children that do not live to see their end."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def killed_before_each_line(self, act: Act, arguments: Callable[[int], tuple[Any, ...]]) -> Iterator[int]:
        """Run `act` in a child killed before its first line of bot/handover, then before its second, and so on.

        Yields the number of the line after each kill, and ends when a child got through: what that one did is done.
        """
        for number in range(MOST_LINES):
            if not self._is_killed((act, arguments(number), number, None)):
                return
            yield number
        raise AssertionError("the child never got through")

    def killed_after(self, seconds: float, act: Act, arguments: tuple[Any, ...]) -> bool:
        """Run `act` in a child and kill it after so long; tell whether it was killed before it was through."""
        return self._is_killed((act, arguments, None, seconds))

    def _is_killed(self, task: tuple[Act, tuple[Any, ...], int | None, float | None]) -> bool:
        self._line.send(task)
        assert self._line.poll(60), "the child hangs"
        status = self._line.recv()
        assert status in (0, -signal.SIGKILL), f"the child ended with {status}"
        return bool(status)


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Start the helper process."""
    ours, theirs = multiprocessing.Pipe()
    helper = multiprocessing.get_context("spawn").Process(target=_fork_children, args=(theirs,))
    helper.start()
    try:
        yield Nursery(ours)
    finally:
        ours.send(None)
        helper.join(10)


def _fork_children(line: Connection) -> None:
    wordings("consent")  # read once here rather than in every child
    while task := line.recv():
        act, arguments, last_line, seconds = task
        child = os.fork()
        if not child:
            _live(act, arguments, last_line)
        line.send(os.waitstatus_to_exitcode(_ended(child, seconds)))


def _ended(child: int, seconds: float | None) -> int:
    """Wait for a child, for at most so long; then kill it. Return its status."""
    if seconds is not None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return status
            time.sleep(0.005)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _live(act: Act, arguments: tuple[Any, ...], last_line: int | None) -> None:
    try:
        if last_line is not None:
            sys.settrace(_killing_before(last_line))
        act(*arguments)
        os._exit(0)
    finally:
        os._exit(1)


def _killing_before(last: int) -> Callable[..., Any]:
    seen = -1

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal seen
        if not frame.f_code.co_filename.startswith(WATCHED):
            return None
        if event == "line":
            seen += 1
            if seen == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace
