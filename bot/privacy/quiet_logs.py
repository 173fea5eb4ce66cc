"""What a process writes of a failure: what failed and where, never what somebody wrote.

Texts of exceptions, of warnings and of other people's libraries may repeat a message, a name or a token. So nothing of
them is written but what stands in the program itself: kinds, places, and the unchanging words of a log call. Every
process of the guide calls `keep_texts_out_of_logs` before anything else. Standard library only: Rasa's Python too.
"""

from __future__ import annotations

import ast
import errno
import linecache
import logging
import sys
import threading
import traceback
import warnings
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, List, Optional, Type

# Loggers of the guide's own code, which may write what they choose; exceptions that they pass are reduced all the same.
OWN = frozenset({"bot", "actions", "__main__"})
NOT_LOGGED = "(text not logged)"
_VALUE = "…"
_MOST_PLACES = 6
_MOST_CAUSES = 4


class Reduced(str):
    """A log entry that was reduced already, and is written as it is."""


class QuietRecord(logging.LogRecord):
    """A log record that holds no text but what its program says by itself."""

    def __init__(
        self,
        name: str,
        level: int,
        pathname: str,
        lineno: int,
        msg: object,
        args: Any,
        exc_info: Any,
        func: Optional[str] = None,
        sinfo: Optional[str] = None,
        **_: Any,
    ) -> None:
        """Take what `logging` gives a record; the text of a stack (`sinfo`) is left out."""
        error = exc_info[1] if isinstance(exc_info, tuple) else None
        if name.partition(".")[0] in OWN and isinstance(msg, str):
            args = _without_exceptions(args)
        elif not isinstance(msg, Reduced):
            error = error or (msg if isinstance(msg, BaseException) else None)
            words = _calls_of(pathname).get(lineno)
            msg, args = words or f"{NOT_LOGGED} at {Path(pathname).name}:{lineno}", ()
        if error is not None:
            told = failure(error)
            # A record with values is filled by "%": a percent sign of ours must stay one.
            msg = f"{msg}: {told.replace('%', '%%') if args else told}"
        super().__init__(name, level, pathname, lineno, msg, args, None, func, None)


def keep_texts_out_of_logs() -> None:
    """From now on reduce every log record, uncaught exception and warning of this process."""
    logging.setLogRecordFactory(QuietRecord)
    logging.raiseExceptions = False  # else a record that cannot be formatted is printed with its values
    sys.excepthook = _uncaught
    threading.excepthook = lambda uncaught: _write(f"a thread ended: {failure(uncaught.exc_value)}")
    sys.unraisablehook = lambda lost: _write(f"an exception was lost: {failure(lost.exc_value)}")
    warnings.showwarning = _warned


def failure(error: Optional[BaseException]) -> str:
    """Return the kind of a failure, where it was raised (the innermost place first), and the same of its causes."""
    said: List[str] = []
    seen: List[int] = []
    while error is not None and id(error) not in seen and len(said) < _MOST_CAUSES:
        seen.append(id(error))
        said.append(_one(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return " from ".join(said) or "nothing is known of it"


def _one(error: BaseException) -> str:
    number = errno.errorcode.get(error.errno or 0, "") if isinstance(error, OSError) else ""
    kind = type(error).__name__ + (f" {number}" if number else "")
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_PLACES:] if error.__traceback__ else []
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames)]
    return f"{kind} at {' < '.join(places)}" if places else kind


def _uncaught(kind: Type[BaseException], error: BaseException, _: Optional[TracebackType]) -> None:
    _write("stopped" if issubclass(kind, KeyboardInterrupt) else f"ended by {failure(error)}")


def _warned(message: Any, category: Type[Warning], filename: str, lineno: int, *_: Any, **__: Any) -> None:
    _write(f"{category.__name__} at {Path(filename).name}:{lineno}")


def _write(line: str) -> None:
    if sys.stderr:
        print(line, file=sys.stderr, flush=True)


def _without_exceptions(args: Any) -> Any:
    """Return the values of a log call of our own with the kind and place of each exception in place of its text."""
    if isinstance(args, tuple):
        return tuple(failure(value) if isinstance(value, BaseException) else value for value in args)
    return args


@cache
def _calls_of(path: str) -> Dict[int, str]:
    """Return the unchanging words of each log call of a file, by its lines."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError, RecursionError):
        return {}
    found: Dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
            given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "msg")]
            words = next((text for text in map(_constant, given) if text), None)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1) if words else ():
                found.setdefault(line, words or "")
    return found


_METHODS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"})


def _constant(node: ast.expr) -> str:
    """Return the words of an expression that stand in the source; "" where there are none."""
    if isinstance(node, ast.Constant):
        return node.value.strip() if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_constant_part(part) for part in node.values).strip(_VALUE + " ")
    return ""


def _constant_part(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else _VALUE
