"""What each section says, in brief, for people who work with families: `knowledge/briefs.yml`."""

from __future__ import annotations

from functools import lru_cache

import yaml

from bot.paths import KNOWLEDGE

BRIEFS_FILE = KNOWLEDGE / "briefs.yml"
LONGEST_BRIEF_WORDS = 45


@lru_cache(maxsize=1)
def briefs() -> dict[str, str]:
    """Return the briefs by section, `<document>#<section>`."""
    content = yaml.safe_load(BRIEFS_FILE.read_text(encoding="utf-8"))
    return {
        f"{document}#{section}": text.strip()
        for document, sections in content.items()
        for section, text in sections.items()
    }
