"""The source documents, their sections and their dates: `knowledge/sources.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.paths import KNOWLEDGE

SOURCES_FILE = KNOWLEDGE / "sources.yml"


@dataclass(frozen=True)
class Document:
    """One source document. Dates are year-month, or a year alone where the document says no more."""

    id: str
    title: str
    short_title: str
    published: str
    published_in_words: str
    review_due: str | None
    publisher: str
    url: str | None
    sections: dict[str, str]
    links: tuple[str, ...]
    old_after_years: int

    def is_stale(self, today: date) -> bool:
        """Tell whether its review date has passed or, where it names none, whether it has grown old."""
        if self.review_due:
            year, month = (int(part) for part in self.review_due.split("-"))
            return (today.year, today.month) > (year, month)
        return today.year - int(self.published[:4]) >= self.old_after_years


@dataclass(frozen=True)
class Citation:
    """A section of a document, as an answer names it."""

    document: Document
    section: str

    @property
    def section_title(self) -> str:
        """The section's title, as the document has it."""
        return self.document.sections[self.section]

    def as_dict(self, today: date) -> dict[str, Any]:
        """Return the source in the form of the chat API."""
        return {
            "document": self.document.id,
            "section": self.section,
            "title": self.document.title,
            "section_title": self.section_title,
            "published": self.document.published,
            "review_due": self.document.review_due,
            "stale": self.document.is_stale(today),
            "url": self.document.url,
        }


class UnknownSection(ValueError):
    """A citation names a document or section that `sources.yml` does not have."""


def cite(reference: str, documents: dict[str, Document]) -> Citation:
    """Return the citation for `<document>#<section>`; raise UnknownSection where there is none."""
    document, _, section = reference.partition("#")
    if document not in documents or section not in documents[document].sections:
        raise UnknownSection(f"{reference!r} is not a section in knowledge/sources.yml")
    return Citation(documents[document], section)


@lru_cache
def load_documents(file: Path = SOURCES_FILE) -> dict[str, Document]:
    """Return the documents of `file` by id."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        ident: Document(
            id=ident,
            old_after_years=content["old_after_years"],
            **{**fields, "links": tuple(fields["links"])},
        )
        for ident, fields in content["documents"].items()
    }
