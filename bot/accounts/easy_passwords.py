"""Passwords that somebody would guess: common ones, and those put together from common parts.

A password is cut into parts that guessers try first (knowledge/easy-passwords.yml: words, walks over the keyboard; also
figures, repetitions, the account's own name). Each part counts for little, any other sign for one; what counts for too
little in all is refused. So a few words that do not belong together pass, however plain, and no sign of any kind is asked for.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from bot.paths import KNOWLEDGE

FILE = KNOWLEDGE / "easy-passwords.yml"
ENOUGH = 8  # such parts and signs that a password has at least
SHORTEST_WORD = 4
_SHORTEST_WALK = 4
_FIGURES_A_PART = 3
# Signs that people put in place of a letter.
_INSTEAD = {
    "a": "a4@",
    "b": "b8",
    "e": "e3",
    "g": "g9",
    "i": "i1!|",
    "l": "l1|",
    "o": "o0",
    "s": "s5$",
    "t": "t7+",
    "z": "z2",
}
# The figure under a sign of the keyboard's top row, British and American.
_UNSHIFTED = str.maketrans('!"£$%^&*()@#', "123456789023")


@dataclass(frozen=True)
class _Easy:
    words: tuple[str, ...]
    walks: tuple[str, ...]


def is_easy(password: str, own_words: Iterable[str] = ()) -> bool:
    """Tell whether a password is among the first that somebody would try. `own_words`: names to count as common words."""
    own = tuple(sorted({word for text in own_words for word in _words(text)}))
    plain = _plain(password)
    unshifted = plain.translate(_UNSHIFTED)
    joined = "".join(sign for sign in plain if sign.isalnum() or sign in "@$!|+")
    return any(_strength(form, own) < ENOUGH for form in {plain, plain[::-1], unshifted, joined, joined[::-1]})


def _strength(text: str, own: Sequence[str]) -> int:
    """Count parts that guessers know as one and other letters as one each; signs between them count for nothing."""
    # A text that repeats a part is found in its double before its own end: the part is as long as that.
    text = text[: f"{text}{text}".find(text, 1)] if text else text
    parts, rest = _known_parts(own).subn(" ", text)
    found = 0
    for run in re.findall(r"\d+", parts):
        found += math.ceil(len(run) / _FIGURES_A_PART)
    return found + rest + sum(len(_once(run)) for run in re.findall(r"[^\W\d_]+", parts))


def _once(letters: str) -> str:
    """Return letters with a sign that is repeated three times or more written once."""
    return re.sub(r"(.)\1{2,}", r"\1", letters)


@lru_cache(maxsize=64)
def _known_parts(own: Sequence[str]) -> re.Pattern[str]:
    easy = _easy()
    words = sorted({*easy.words, *own}, key=len, reverse=True)
    years = r"(?:19|20)\d\d"
    walks = sorted(easy.walks, key=len, reverse=True)
    return re.compile("|".join([*map(_with_signs_instead, words), *map(re.escape, walks), years, r"(.)\1{3,}"]))


def _with_signs_instead(word: str) -> str:
    return "".join(f"[{re.escape(_INSTEAD[letter])}]" if letter in _INSTEAD else re.escape(letter) for letter in word)


@lru_cache(maxsize=1)
def _easy() -> _Easy:
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    words = {_plain("".join(str(word).split())) for word in [*content["words"], *content["passwords"]]}
    return _Easy(tuple(sorted(words)), tuple(_walks(content["walks"])))


def _walks(rows: Iterable[str]) -> set[str]:
    """Return every stretch of these rows of keys, in both directions."""
    found = set()
    for row in map(str, rows):
        for keys in (row, row[::-1]):
            for start in range(len(keys)):
                found |= {keys[start:end] for end in range(start + _SHORTEST_WALK, len(keys) + 1)}
    return found


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", _plain(text)) if len(word) >= SHORTEST_WORD]


def _plain(text: str) -> str:
    """Return text in small letters without accents and other forms of the same signs."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
