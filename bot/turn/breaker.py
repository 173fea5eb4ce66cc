"""While Rasa does not answer, nobody is made to wait for it: a circuit breaker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TRY_EVERY_S = 1.0
ANSWERED_GOOD_FOR_S = 5.0


class NotAnswering(RuntimeError):
    """What lies behind the breaker did not answer lately; it was not asked."""


class Breaker:
    """Lets calls through while they are answered. Safe to share between threads.

    It opens when a call fails to reach the other side, and when somebody has waited `silent_after_s` while nobody got an
    answer: the other side does one thing at a time, so a long queue still gives an answer now and then. While it is open
    calls are refused at once, except that every `TRY_EVERY_S` one of them first tries (`trial`) whether all is well again.
    """

    def __init__(
        self, trial: Callable[[], bool], silent_after_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`trial` tells, quickly, whether the other side answers."""
        self._silent_after_s = silent_after_s
        self._trial = trial
        self._clock = clock
        self._lock = threading.Lock()
        self._open = False
        self._tried_at = float("-inf")
        self._answered_at = float("-inf")
        self._waiting: dict[int, float] = {}
        self._next = 0

    @property
    def is_open(self) -> bool:
        """Tell whether calls are refused just now."""
        with self._lock:
            return self._open or self._is_silent()

    def answers(self) -> bool:
        """Tell whether the other side answered lately, or does so now."""
        with self._lock:
            if not self._open and not self._is_silent() and self._clock() - self._answered_at < ANSWERED_GOOD_FOR_S:
                return True
        return self._try()

    @contextmanager
    def call(self, lost: type[BaseException] | tuple[type[BaseException], ...]) -> Iterator[None]:
        """Let one call through; one of the errors `lost` means that nothing came back. Raises NotAnswering."""
        if not self._may_pass():
            raise NotAnswering
        with self._lock:
            self._next += 1
            number = self._next
            self._waiting[number] = self._clock()
        try:
            yield
        except lost:
            with self._lock:
                self._open, self._tried_at = True, self._clock()
            raise
        else:
            self._answered()
        finally:
            with self._lock:
                self._waiting.pop(number)

    def _may_pass(self) -> bool:
        with self._lock:
            now = self._clock()
            if not self._open and not self._is_silent():
                return True
            if now - self._tried_at < TRY_EVERY_S:
                return False
            self._tried_at = now
        return self._try()

    def _try(self) -> bool:
        if self._trial():
            self._answered()
            return True
        with self._lock:
            self._open, self._tried_at = True, self._clock()
        return False

    def _answered(self) -> None:
        with self._lock:
            self._open, self._answered_at = False, self._clock()

    def _is_silent(self) -> bool:
        """Tell whether the call that waits longest has waited too long without a sign of life for anybody."""
        if not self._waiting:
            return False
        since = max(min(self._waiting.values()), self._answered_at)
        return self._clock() - since > self._silent_after_s
