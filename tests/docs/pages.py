"""What the README and docs/ name: the code in backticks and blocks, the links and the headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.paths import ROOT

PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES += [page for page in [ROOT / "CONTRIBUTING.md"] if page.exists()]
# What the guide did once, or was measured to be: the names of then.
OF_THE_PAST = ("docs/decisions/", "docs/evaluation.md", "docs/transparency-record.md")
_BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.M | re.S)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"(?<!!)\[[^]]*\]\(([^)\s]+)\)|!\[[^]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.M)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def is_of_now(page: Path) -> bool:
    return not name_of(page).startswith(OF_THE_PAST)


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_of(text: str) -> list[str]:
    """The pieces of code: what stands in backticks, and each line of a block."""
    blocks = _BLOCK.findall(text)
    return [*_CODE.findall(_BLOCK.sub("", text)), *(line.strip() for block in blocks for line in block.splitlines())]


def links_of(text: str) -> list[str]:
    return [one or other for one, other in _LINK.findall(_BLOCK.sub("", text))]


def anchors_of(text: str) -> set[str]:
    """The anchors of a page's headings, as they are made where Markdown is shown."""
    headings = _HEADING.findall(_BLOCK.sub("", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def found(pattern: str, pages: list[Path]) -> Iterator[tuple[str, str]]:
    """Each page and what the pattern finds in its code."""
    for page in pages:
        for code in code_of(text_of(page)):
            for name in re.findall(pattern, code):
                yield name_of(page), name
