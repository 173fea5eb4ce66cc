"""The table of attacks, on the terminal and between the marks in docs/security.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bot.evaluation.attack.kinds import Outcome, Row
from bot.paths import ROOT

DOCUMENT = ROOT / "docs" / "security.md"
_PLACE = re.compile(r"(?<=<!-- attacks -->\n).*?(?=<!-- end -->)", re.S)


def in_words(outcome: Outcome | None) -> str:
    """Return "held", "not held" or, for an attack that could not be made here, "left out"."""
    return "left out" if outcome is None else "held" if outcome.held else "not held"


def as_table(rows: Sequence[Row]) -> str:
    """Return the rows as a table, in their order."""
    lines = ["| attack | what it tries | what must hold | | measured |", "|---|---|---|---|---|"]
    for row in rows:
        figures = row.outcome.figures if row.outcome else "needs a guide that this command starts"
        cells = (row.attack.name, row.attack.tries, row.attack.must, in_words(row.outcome), figures)
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines)


def write(rows: Sequence[Row], document: Path = DOCUMENT) -> None:
    """Put the table between the marks of the document."""
    held = sum(bool(row.outcome and row.outcome.held) for row in rows)
    summary = f"`make attack`, {date.today().isoformat()}: {held} of {len(rows)} held.\n\n{as_table(rows)}\n"
    document.write_text(_PLACE.sub(lambda _: summary, document.read_text(encoding="utf-8")), encoding="utf-8")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
