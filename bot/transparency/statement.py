"""The accessibility statement's content: `knowledge/accessibility.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.paths import KNOWLEDGE

STATEMENT_FILE = KNOWLEDGE / "accessibility.yml"


@dataclass(frozen=True)
class Check:
    """Something that was checked: `by` is the test that does it, or the role of the person and the date."""

    what: str
    by: str


@dataclass(frozen=True)
class Statement:
    """What was checked by tests and by people, what was not, and what is known not to work."""

    prepared: date
    contact: str | None
    tested: tuple[Check, ...]
    people: tuple[Check, ...]
    not_checked: tuple[str, ...]
    problems: tuple[str, ...]


@lru_cache(maxsize=2)
def statement(file: Path = STATEMENT_FILE) -> Statement:
    """Read the statement; raise KeyError where a part of it is missing."""
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Statement(
        content["prepared"],
        content["contact"],
        tuple(Check(entry["what"], entry["test"]) for entry in content["tested"]),
        tuple(Check(entry["what"], f"{entry['who']}, {entry['date']}") for entry in content["people"]),
        tuple(content["not_checked"]),
        tuple(content["problems"]),
    )
