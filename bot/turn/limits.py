"""Rate limits: a bucket of tokens for each asker or conversation, in memory and bounded."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_BUCKETS = 20_000


class RateLimit:
    """So many a minute for each key; the buckets used longest ago are forgotten first. Safe to share between threads."""

    def __init__(
        self, per_minute: int, burst: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`per_minute` tokens flow in, 0 turns the limit off; `burst` is how many a bucket holds (None: a minute's)."""
        self._per_minute = per_minute
        self._burst = float(per_minute if burst is None else burst)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_to_wait(self, key: str, cost: float = 1.0) -> int:
        """Take `cost` tokens for `key`: 0 when they were there, else the whole seconds until they are.

        What costs more than a bucket holds is let through by a full one, which it empties.
        """
        if not self._per_minute:
            return 0
        cost = min(cost, self._burst)
        with self._lock:
            now = self._clock()
            tokens, last = self._buckets.pop(key, (self._burst, now))
            tokens = min(tokens + max(now - last, 0.0) * self._per_minute / 60, self._burst)
            enough = tokens >= cost
            self._buckets[key] = (tokens - cost if enough else tokens, now)
            while len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
            return 0 if enough else max(math.ceil((cost - tokens) * 60 / self._per_minute), 1)
