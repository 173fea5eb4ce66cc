"""What Rasa logs of a failure: what failed and where, never what somebody wrote.

Rasa 3.6 adds the message's text to its errors, and every local variable to its tracebacks.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any, MutableMapping

import structlog
from rasa.utils.log_utils import configure_structlog

_KEPT = ("event", "level", "failed")


def keep_texts_out_of_logs() -> None:
    """Have Rasa's log entries reduced, before they are written, to their name, level and the place of the failure."""
    if not structlog.is_configured():
        configure_structlog()
    # Loggers that were used before hold this very list.
    processors = structlog.get_config()["processors"]
    if reduced not in processors:
        processors.insert(len(processors) - 2 if len(processors) > 2 else 0, reduced)


def reduced(logger: Any, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return a log entry without anything that may repeat a message."""
    info = entry.get("exc_info")
    error = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if error is not None:
        places = traceback.extract_tb(error.__traceback__)
        place = f" at {Path(places[-1].filename).name}:{places[-1].lineno}" if places else ""
        entry["failed"] = f"{type(error).__name__}{place}"
    return {key: entry[key] for key in _KEPT if key in entry}
