"""Work that nobody waits for."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

_LEAST = 19


def let_others_first() -> None:
    """Give the calling thread the least priority, so that it takes what turns of people leave over.

    Only Linux has a priority for each thread; elsewhere nothing changes.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST)
