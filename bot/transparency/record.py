"""The algorithmic transparency record: `knowledge/transparency.yml`, filled in from the guide as it is configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.paths import KNOWLEDGE, ROOT
from bot.settings import Settings
from bot.transparency.facts import facts

RECORD_FILE = KNOWLEDGE / "transparency.yml"
DOCUMENT = ROOT / "docs" / "transparency-record.md"
GAP = "Not yet stated by the council."


@dataclass(frozen=True)
class Field:
    """One field of the standard; `text` is None where only the council can state it and has not."""

    number: str
    title: str
    text: str | None


@dataclass(frozen=True)
class Section:
    """A section of the record."""

    tier: str
    title: str
    fields: tuple[Field, ...]


def transparency_record(settings: Settings, file: Path = RECORD_FILE) -> list[Section]:
    """Return the record for a guide with these settings.

    Raises KeyError naming the word in curly brackets, or the council's field, that nothing supplies.
    """
    content = _content(file)
    known = facts(settings)
    return [
        Section(
            tier["title"],
            section["title"],
            tuple(_field(entry, content["council"], known) for entry in section["fields"]),
        )
        for tier in content["tiers"]
        for section in tier["sections"]
    ]


def as_markdown(record: list[Section]) -> str:
    """Return the record as Markdown, gaps shown as gaps."""
    lines = [
        "# Algorithmic transparency record",
        "",
        "Written by `python -m bot atrs --write` from the guide's configuration.",
    ]
    tier = ""
    for section in record:
        if section.tier != tier:
            tier = section.tier
            lines += ["", f"## {tier}"]
        lines += ["", f"### {section.title}"]
        for field in section.fields:
            lines += ["", f"**{field.number} {field.title}**", "", field.text or f"*{GAP}*"]
    return "\n".join(lines) + "\n"


def _field(entry: Mapping[str, Any], council: Mapping[str, str | None], known: Mapping[str, str]) -> Field:
    if "council" in entry:
        return Field(str(entry["number"]), entry["title"], council[entry["council"]])
    return Field(str(entry["number"]), entry["title"], str(entry["text"]).strip().format_map(known))


@lru_cache(maxsize=2)
def _content(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))
