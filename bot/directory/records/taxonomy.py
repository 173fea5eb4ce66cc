"""Our own taxonomy of Local Offer records, `knowledge/taxonomy.yml`, and the way from a publisher's labels into it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from bot.paths import KNOWLEDGE

FILE = KNOWLEDGE / "taxonomy.yml"
FACETS = ("need", "suitability", "kind", "accessibility")
# A publisher's taxonomy that already uses our ids: the starting directory's, and what our own interface publishes.
_OUR_NAMES = {"need": "need", "suitability": "suitability", "kind": "kind", "service_kind": "kind"} | {
    "accessibility": "accessibility"
}
_NAMESPACE = uuid.UUID("0c1d7f1e-6e5b-5a7e-9a55-3e4c5a0f8f10")


@dataclass(frozen=True)
class Term:
    """One term: its facet, its lasting id, how it is shown, publishers' labels and parents' words for it."""

    facet: str
    id: str
    name: str
    feeds: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def uuid(self) -> str:
        """The term's UUID, as the standard asks for; the same in every installation."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.facet}/{self.id}"))


@dataclass(frozen=True)
class OurTaxonomy:
    """All terms, and the look-up of a publisher's label."""

    terms: tuple[Term, ...]
    _by_label: dict[str, frozenset[tuple[str, str]]]

    def of_facet(self, facet: str) -> tuple[Term, ...]:
        """Return the terms of a facet, in the file's order."""
        return tuple(term for term in self.terms if term.facet == facet)

    def term(self, facet: str, ident: str) -> Term | None:
        """Return a term by its id, or None."""
        return next((term for term in self.terms if (term.facet, term.id) == (facet, ident)), None)

    def of_labels(self, labels: Iterable[str], facets: Iterable[str] = FACETS) -> set[tuple[str, str]]:
        """Return facet and id of every term that one of a publisher's labels stands for."""
        wanted = set(facets)
        found = (self._by_label.get(_plain(label), frozenset()) for label in labels)
        return {pair for pairs in found for pair in pairs if pair[0] in wanted}

    def of_attribute(self, taxonomy: str | None, name: str) -> set[tuple[str, str]]:
        """Return the terms that an Open Referral attribute stands for, by its taxonomy's and its term's name."""
        facet = _OUR_NAMES.get((taxonomy or "").strip().lower())
        if facet and self.term(facet, name):
            return {(facet, name)}
        return self.of_labels([name])


def _plain(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", label.lower().replace("'", "").replace("’", "")).strip()


@lru_cache
def our_taxonomy(file: Path = FILE) -> OurTaxonomy:
    """Return the taxonomy of a file; raise KeyError or OSError where it is broken or missing."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    terms = tuple(
        Term(facet, ident, entry["name"], tuple(entry["feeds"]), tuple(entry["words"]))
        for facet in FACETS
        for ident, entry in data[facet].items()
    )
    by_label: dict[str, set[tuple[str, str]]] = {}
    for term in terms:
        for label in (*term.feeds, term.name):
            by_label.setdefault(_plain(label), set()).add((term.facet, term.id))
    every_need = {(term.facet, term.id) for term in terms if term.facet == "need"}
    for label in data["every_need"]:
        by_label[_plain(label)] = every_need
    return OurTaxonomy(terms, {label: frozenset(pairs) for label, pairs in by_label.items()})
