"""Languages that the guide recognises but does not speak, and what it can say in them: `knowledge/languages.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Optional

import yaml

from bot.paths import KNOWLEDGE


@dataclass(frozen=True)
class Language:
    """A language by its ISO 639-1 code; `text` is None where no wording was supplied or nobody has checked it."""

    code: str
    name: str
    text: Optional[str] = None


@lru_cache(maxsize=1)
def languages() -> dict[str, Language]:
    """Return the recognised languages by code; a text that no second reader has checked is left out."""
    content = yaml.safe_load((KNOWLEDGE / "languages.yml").read_text(encoding="utf-8"))["languages"]
    return {
        code: Language(code, fields["name"], fields["text"].strip() if fields.get("checked") else None)
        for code, fields in content.items()
    }
