"""Rate limits: a bucket of tokens for each conversation and each address, in memory and bounded."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_BUCKETS = 20_000


class RateLimit:
    """So many a minute for each key; the buckets used longest ago are forgotten first."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`per_minute` of 0 turns the limit off."""
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_to_wait(self, key: str) -> int:
        """Take one token for `key`: 0 when there was one, else the whole seconds until there is."""
        if not self._per_minute:
            return 0
        with self._lock:
            now = self._clock()
            tokens, last = self._buckets.pop(key, (float(self._per_minute), now))
            tokens = min(tokens + (now - last) * self._per_minute / 60, float(self._per_minute))
            enough = tokens >= 1
            self._buckets[key] = (tokens - 1 if enough else tokens, now)
            while len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
            return 0 if enough else max(math.ceil((1 - tokens) * 60 / self._per_minute), 1)
