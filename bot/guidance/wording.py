"""Every sentence the product says by itself: `knowledge/wording.yml`, read by an editor."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

from bot.paths import KNOWLEDGE

WORDING_FILE = KNOWLEDGE / "wording.yml"


def wording(key: str, **values: object) -> str:
    """Return the sentence at a dotted `key`, with `{name}` filled from `values`.

    Raises KeyError naming the key if there is no such sentence.
    """
    place: Any = _sentences()
    for part in key.split("."):
        if not isinstance(place, dict) or part not in place:
            raise KeyError(f"knowledge/wording.yml has no sentence {key!r}")
        place = place[part]
    return str(place).strip().format(**values) if values else str(place).strip()


def wordings(section: str) -> dict[str, str]:
    """Return every sentence of a section (a dotted key) of wording.yml by its key; raise KeyError where there is none."""
    place: Any = _sentences()
    for part in section.split("."):
        place = place[part]
    return {key: str(text).strip() for key, text in place.items()}


def all_wordings() -> dict[str, str]:
    """Return every sentence of wording.yml by its dotted key."""
    return dict(_leaves(_sentences(), ""))


def _leaves(place: Any, key: str) -> Iterator[tuple[str, str]]:
    if not isinstance(place, dict):
        yield key, str(place).strip()
        return
    for part, inner in place.items():
        yield from _leaves(inner, f"{key}.{part}" if key else str(part))


@lru_cache
def _sentences() -> dict[str, Any]:
    return dict(yaml.safe_load(WORDING_FILE.read_text(encoding="utf-8")))
