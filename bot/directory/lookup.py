"""A first look-up of Local Offer records: the services of `knowledge/directory/`, by need, age, kind and words."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.guidance.wording import wording
from bot.paths import KNOWLEDGE

DIRECTORY = KNOWLEDGE / "directory"
MOST_RECORDS = 5
STALE_AFTER_DAYS = 365
_WEIGHT_OF_KIND = 3.0
_WEIGHT_OF_NEED = 2.0
_ORDINARY = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "around",
        "at",
        "be",
        "by",
        "can",
        "club",
        "children",
        "child",
        "could",
        "do",
        "for",
        "from",
        "get",
        "go",
        "group",
        "have",
        "help",
        "her",
        "him",
        "his",
        "i",
        "in",
        "is",
        "it",
        "kids",
        "like",
        "looking",
        "me",
        "my",
        "near",
        "need",
        "of",
        "on",
        "or",
        "our",
        "people",
        "please",
        "service",
        "services",
        "she",
        "so",
        "someone",
        "something",
        "somewhere",
        "son",
        "daughter",
        "support",
        "that",
        "the",
        "their",
        "them",
        "there",
        "they",
        "this",
        "to",
        "up",
        "us",
        "want",
        "we",
        "what",
        "where",
        "which",
        "who",
        "with",
        "you",
        "your",
    ]
)


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. `age` is in whole years; empty parts mean "any"."""

    words: str
    needs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    place: str | None = None
    age: int | None = None

    def in_words(self) -> str:
        """Return what was understood, for the reply."""
        parts = [wording("records.kind", kind=kind.replace("-", " ")) for kind in self.kinds]
        parts += [wording("records.need", need=need.replace("-", " ")) for need in self.needs]
        if self.place:
            parts.append(wording("records.place", place=self.place))
        if self.age is not None:
            parts.append(wording("records.age", age=self.age))
        return ", ".join(parts) or wording("records.anything")


@dataclass(frozen=True)
class Service:
    """One record, with the taxonomy terms it is found by."""

    record: dict[str, Any]
    kinds: frozenset[str]
    needs: frozenset[str]
    keywords: frozenset[str]

    def takes(self, age: int | None) -> bool:
        """Tell whether the age, in years, is within the service's range; an open end counts as within."""
        low, high = self.record.get("minimum_age"), self.record.get("maximum_age")
        return age is None or ((low is None or age >= low) and (high is None or age <= high))

    def as_reply(self, today: date) -> dict[str, Any]:
        """Return the record in the form of the chat API."""
        checked = self.record.get("assured_date")
        low, high = self.record.get("minimum_age"), self.record.get("maximum_age")
        return {
            "id": self.record["id"],
            "name": self.record["name"],
            "organisation": self.record["organization"]["name"],
            "description": self.record["description"],
            "url": self.record.get("url"),
            "phone": next((phone["number"] for phone in self.record.get("phones", [])), None),
            "email": self.record.get("email"),
            "place": next((area["name"] for area in self.record.get("service_areas", [])), None),
            "distance_miles": None,
            "ages": None
            if low is None and high is None
            else f"{low or 0} to {high}"
            if high is not None
            else f"{low} and over",
            "needs": sorted(self.needs),
            "last_checked": checked,
            "stale": checked is None or (today - date.fromisoformat(checked)).days > STALE_AFTER_DAYS,
        }


def find(wanted: Wanted, folder: Path = DIRECTORY) -> list[Service]:
    """Return the services that fit, best first, at most five.

    A service outside the wanted age, or named for other needs only, does not fit; one that names no need
    serves all. Something must speak for it: its kind, the need, or a word of its own that was asked for.
    """
    scored = [(_score(service, wanted), service) for service in load_services(folder) if service.takes(wanted.age)]
    found = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
    return [service for _, service in found[:MOST_RECORDS]]


@lru_cache
def load_services(folder: Path = DIRECTORY) -> tuple[Service, ...]:
    """Return the active services of every JSON file in `folder`."""
    records = [
        record for file in sorted(folder.glob("*.json")) for record in json.loads(file.read_text(encoding="utf-8"))
    ]
    return tuple(_service(record) for record in records if record.get("status") == "active")


def _service(record: dict[str, Any]) -> Service:
    def terms(taxonomy: str) -> frozenset[str]:
        attributes = (attribute["taxonomy_term"] for attribute in record.get("attributes", []))
        return frozenset(term["name"] for term in attributes if term["taxonomy"] == taxonomy)

    return Service(record, terms("service_kind"), terms("need"), terms("keyword"))


def _score(service: Service, wanted: Wanted) -> float:
    if wanted.needs and service.needs and not service.needs & set(wanted.needs):
        return 0.0
    if wanted.kinds and not service.kinds & set(wanted.kinds):
        return 0.0
    asked = set(_words([wanted.words]))
    own = set(_words([*service.keywords, service.record["name"]]))
    shared = len(asked & own)
    score = shared + _WEIGHT_OF_KIND * len(service.kinds & set(wanted.kinds))
    return score + _WEIGHT_OF_NEED * len(service.needs & set(wanted.needs))


def _words(texts: Sequence[str]) -> list[str]:
    return [word.rstrip("s") for text in texts for word in re.findall(r"[a-z]+", text.lower()) if word not in _ORDINARY]
