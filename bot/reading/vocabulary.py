"""The vocabulary that editors keep, `knowledge/vocabulary.yml`, as the understanding side uses it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from bot.paths import KNOWLEDGE

VOCABULARY_FILE = KNOWLEDGE / "vocabulary.yml"


@dataclass(frozen=True)
class Vocabulary:
    """Words of the field and the words people use for them; all keys are lower case."""

    abbreviations: dict[str, str]
    everyday: frozenset[str]
    replacements: dict[str, str]
    explained_terms: frozenset[str]
    spelling_words: frozenset[str]
    number_words: tuple[str, ...]


@lru_cache
def load_vocabulary(file: Path = VOCABULARY_FILE) -> Vocabulary:
    """Read the vocabulary file."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    spellings = {variant: right for right, variants in content["spellings"].items() for variant in variants}
    return Vocabulary(
        abbreviations={short.lower(): long for short, long in content["abbreviations"].items()},
        everyday=frozenset(word.upper() for word in content["everyday"]),
        replacements={
            str(word).lower(): str(meaning)
            for table in (content["text_speak"], content["dialect"], spellings)
            for word, meaning in table.items()
        },
        explained_terms=frozenset(content["explained_terms"]),
        spelling_words=frozenset(content["spelling_words"]),
        number_words=tuple(content["number_words"]),
    )
