"""What a search for personal details gives: where one lies, and of what kind it is."""

from __future__ import annotations

import re
from typing import NamedTuple


class Found(NamedTuple):
    """A detail in a form of the text; `kind` is what families are told was taken out."""

    start: int
    end: int
    kind: str


def found(match: re.Match[str], kind: str, group: str | int = 0) -> Found:
    """Return what a match, or a group of it, found."""
    return Found(match.start(group), match.end(group), kind)
