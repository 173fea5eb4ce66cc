"""What Rasa logs of a failure: what failed and where, never what somebody wrote.

Rasa 3.6 adds the message's text to its errors, and every local variable to its tracebacks. Its entries go through
structlog before they reach `logging`, where `bot.privacy.quiet_logs` looks after all others.
"""

from __future__ import annotations

import re
import sys
from typing import Any, MutableMapping, Union

import structlog
from rasa.utils.log_utils import configure_structlog

from bot.privacy import quiet_logs
from bot.privacy.quiet_logs import NOT_LOGGED, Reduced, failure

_KEPT = ("event", "level", "failed")
_NAME_OF_EVENT = re.compile(r"[\w.-]{1,80}")


def keep_texts_out_of_logs(process: bool = False) -> None:
    """Have Rasa's log entries reduced, before they are written, to their name, level and the place of the failure.

    `process`: see to whatever else this process writes as well: other libraries, uncaught exceptions, warnings.
    """
    if process:
        quiet_logs.keep_texts_out_of_logs()
    if not structlog.is_configured():
        configure_structlog()
    # Loggers that were used before hold this very list.
    processors = structlog.get_config()["processors"]
    if reduced not in processors:
        processors.insert(len(processors) - 2 if len(processors) > 2 else 0, reduced)
        processors.append(_marked)


def reduced(logger: Any, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return a log entry without anything that may repeat a message."""
    info = entry.get("exc_info")
    error = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if error is not None:
        entry["failed"] = failure(error)
    if not _NAME_OF_EVENT.fullmatch(str(entry.get("event", ""))):
        entry["event"] = NOT_LOGGED
    return {key: entry[key] for key in _KEPT if key in entry}


def _marked(logger: Any, method: str, written: Any) -> Union[Reduced, Any]:
    """Mark what structlog hands to `logging`: it is reduced already."""
    return Reduced(written) if isinstance(written, str) else written
