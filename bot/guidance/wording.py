"""Every sentence the product says by itself: `knowledge/wording.yml`, read by an editor."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from bot.paths import KNOWLEDGE


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
    """Return every sentence of a section of wording.yml by its key; raise KeyError where there is no such section."""
    return {key: str(text).strip() for key, text in _sentences()[section].items()}


@lru_cache
def _sentences() -> dict[str, Any]:
    return dict(yaml.safe_load((KNOWLEDGE / "wording.yml").read_text(encoding="utf-8")))
