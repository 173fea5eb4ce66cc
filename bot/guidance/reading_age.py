"""How old a reader must be: sentence and word length, after Flesch and Kincaid."""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_VOWELS = re.compile(r"[aeiouy]+")
YEARS_BEFORE_SCHOOL = 5


def sentences(text: str) -> list[str]:
    """Return the sentences of a Markdown text; a list item is a sentence of its own."""
    plain = re.sub(r"^\s*- ", "", text, flags=re.M)
    return [part.strip() for part in _SENTENCE_END.split(plain) if _WORD.search(part)]


def words(text: str) -> list[str]:
    """Return the words of `text`, figures left out."""
    return _WORD.findall(text)


def syllables(word: str) -> int:
    """Return about how many syllables an English word has, at least one."""
    word = word.lower()
    count = len(_VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee", "ye")) or word.endswith(("es", "ed")) and count > 1
    if silent and not word.endswith(("ted", "ded", "ses", "ces", "zes", "ges", "xes", "shes", "ches")):
        count -= 1
    return max(count, 1)


def reading_age(text: str, explained: frozenset[str] = frozenset()) -> float:
    """Return the age in years at which `text` is easily read (the Flesch-Kincaid grade, plus 5).

    The words in `explained` (names and terms that the guide explains) count as two syllables at most,
    since a reader meets them in every letter from school and cannot be spared them.
    """
    spoken = words(text)
    if not spoken:
        return 0.0
    total = sum(min(syllables(word), 2) if word.lower() in explained else syllables(word) for word in spoken)
    per_sentence = len(spoken) / max(len(sentences(text)), 1)
    return 0.39 * per_sentence + 11.8 * total / len(spoken) - 15.59 + YEARS_BEFORE_SCHOOL
