"""Words of requests and records: their stems, which ones say nothing, and which known word a misspelt one means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.paths import KNOWLEDGE

FILE = KNOWLEDGE / "search_words.yml"
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENDINGS = (
    ("ational", "ate"), ("isation", "ise"), ("ization", "ise"), ("ically", "ic"), ("iveness", "ive"), ("fulness", "ful"),
    ("ations", "ate"), ("ation", "ate"), ("ments", ""), ("ment", ""), ("ists", "y"), ("ist", "y"), ("ies", "y"), ("ied", "y"),
    ("ings", ""), ("ing", ""), ("ers", ""), ("er", ""), ("ed", ""), ("es", ""), ("ly", ""), ("s", ""),
)  # fmt: skip


@dataclass(frozen=True)
class SearchWords:
    """What `knowledge/search_words.yml` says of words."""

    meanings: Mapping[str, str]
    ordinary: frozenset[str]
    weak: frozenset[str]
    phrases: tuple[str, ...]
    same: Mapping[str, str]
    ages: Mapping[str, tuple[float, float]]
    pointing: frozenset[str]


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without apostrophes and possessive endings."""
    found = (match[0].lower().replace("’", "'") for match in _WORD.finditer(text))
    return [word.removesuffix("'s").replace("'", "") for word in found]


def cut(text: str, match: re.Match[str]) -> str:
    """Return a text without what a pattern found in it; what stood on both sides stays apart."""
    return f"{text[: match.start()]} , {text[match.end() :]}"


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return a crude stem: "borrowing", "borrowed" and "borrows" are one word; short words stay as they are."""
    if word.isdigit() or len(word) <= 3:
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= 3:
            base = word[: len(word) - len(ending)] + instead
            if (
                len(base) > 3
                and base[-1] == base[-2]
                and base[-1] not in "aeiousl"
                and ending in ("ing", "ings", "ed", "er", "ers")
            ):
                base = base[:-1]
            return base.removesuffix("e") if len(base) > 3 else base
    return word.removesuffix("e") if len(word) > 4 else word


@lru_cache(maxsize=20_000)
def stems_of(text: str) -> frozenset[str]:
    """Return the stems of a text's words."""
    same = search_words().same
    return frozenset(same.get(own, own) for own in map(stem, words_of(text)))


@lru_cache(maxsize=1)
def search_words(file: Path = FILE) -> SearchWords:
    """Read the file of words."""
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    same = {stem(str(word)): stem(words[0]) for words in content["same"] for word in words}
    meanings = {str(phrase): str(plain) for plain, phrases in content["meanings"].items() for phrase in phrases}
    return SearchWords(
        meanings,
        frozenset(_each(content["ordinary"])),
        frozenset(stem(word) for word in _each(content["weak"])),
        tuple(content["phrases"]),
        same,
        {word: (float(span["from"]), float(span["to"])) for span in content["ages"] for word in span["words"]},
        frozenset(_each(content["pointing"])),
    )


def _each(lines: Iterable[str]) -> Iterator[str]:
    """Give each word of lines of words."""
    for line in lines:
        yield from line.split()


def meant_by(own: str, known: Mapping[str, int]) -> str:
    """Return the stem among `known` that a stem stands for: itself where it is known, or the nearest misspelt one.

    All stems of all records are looked through: there are many, and they change with every synchronisation, so that the index of
    `bot.reading.spelling` would cost more to make than it saves.
    """
    if own in known or len(own) < 5 or not own.isalpha():
        return own
    near = process.extract(own, known.keys(), scorer=OSA.distance, score_cutoff=1 if len(own) < 8 else 2, limit=3)
    near = [found for found in near if found[0][0] == own[0]]
    return str(min(near, key=lambda found: (found[1], -known[found[0]]))[0]) if near else own
