"""Why a guide did not start, from its log: the reason first, without what libraries warn of at every start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

MOST_CHARACTERS = 3000
# "rasa    | a line of a process"; what has no such beginning, `python -m bot serve` says itself.
_OF_A_PART = re.compile(r"^(\w+) *\| ?(.*)$")
_ENDED = re.compile(r"^(\w+) (?:cannot start with these settings|ended with status|did not answer)")
_ERROR = re.compile(r"\b(?:ERROR|CRITICAL)\b|^\w+ *\| [\w.]*(?:Error|Exception)\b")
_WARNING = re.compile(r"\.py:\d+: \w*Warning: ")
_LONGEST_WARNING_LINES = 4
_DIGITS = re.compile(r"\d+")


def why_not_started(log: str) -> str:
    """Return why a guide did not start, and then the end of what its processes said: 3,000 characters at most."""
    lines = list(_once(_without_warnings([line.rstrip() for line in log.splitlines() if line.strip()])))
    if not lines:
        return "it said nothing"
    reason = _reason(lines)
    others = "\n".join(line for line in lines if line != reason)
    end = others[-MOST_CHARACTERS:]
    if len(end) < len(others):
        end = end.partition("\n")[2]
    return f"{reason}\n\nThe end of its log, without warnings and repeats:\n{end}" if end else reason


def _reason(lines: Sequence[str]) -> str:
    """Return the last words of the part that ended; else the last error; else what was said last."""
    for place in range(len(lines) - 1, -1, -1):
        ended = _ENDED.match(lines[place])
        if ended:
            its_last = [line for line in lines[:place] if _part_of(line) == ended[1]]
            return its_last[-1] if its_last else lines[place]
    errors = [line for line in lines if _ERROR.search(line)]
    said = [line for line in lines if line != "Stopping."]
    return (errors or said or lines)[-1]


def _part_of(line: str) -> str:
    found = _OF_A_PART.match(line)
    return found[1] if found else ""


def _without_warnings(lines: Sequence[str]) -> Iterator[str]:
    """Leave out each warning of Python's, as far as the line of code, set in, that ends it."""
    place = 0
    while place < len(lines):
        if not _WARNING.search(lines[place]):
            yield lines[place]
            place += 1
            continue
        part = _part_of(lines[place])
        following = range(place + 1, min(place + _LONGEST_WARNING_LINES, len(lines)))
        code = [after for after in following if _part_of(lines[after]) == part and _is_set_in(lines[after])]
        place = code[0] + 1 if code else place + 1


def _is_set_in(line: str) -> bool:
    found = _OF_A_PART.match(line)
    return (found[2] if found else line).startswith("  ")


def _once(lines: Iterator[str]) -> Iterator[str]:
    """Leave out what differs from a later line by its numbers alone, such as the time."""
    last: dict[str, str] = {}
    for line in lines:
        alike = _DIGITS.sub("0", line)
        last.pop(alike, None)
        last[alike] = line
    yield from last.values()
