"""What the ranking learns from and ranks: messages, examples of what they may ask for, and the answers' own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True)
class Utterance:
    """A message ready to be ranked: its vectors and its plain words, whole first, then its parts (if more than one)."""

    vectors: NDArray[Any]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """A training message: what it asks for, and who wrote it (a voice, not a person's name)."""

    utterance: Utterance
    label: str
    writer: str


@dataclass(frozen=True)
class Passage:
    """A piece of an answer's own text."""

    vector: NDArray[Any]
    text: str
    label: str
