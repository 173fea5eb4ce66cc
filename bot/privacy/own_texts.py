"""The guide's own texts, whose words, names and addresses are nobody's personal details."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.paths import KNOWLEDGE


def knowledge_texts(besides: frozenset[Path] = frozenset()) -> list[str]:
    """Return the text of every file of knowledge, but for those `besides`. Raises OSError."""
    return [file.read_text(encoding="utf-8") for file in sorted(text_files(KNOWLEDGE)) if file not in besides]


def text_files(folder: Path) -> Iterable[Path]:
    """Return the files of a folder that hold text."""
    return (file for file in folder.rglob("*") if file.suffix in (".md", ".yml", ".json"))
