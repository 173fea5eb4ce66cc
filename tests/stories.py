"""A long message, and how long texts are for whoever shortens it: for both Pythons."""

from __future__ import annotations

from collections.abc import Iterable

STORY = [
    "we moved here in may and he is seven.",
    "the weather was nice.",
    "my mother came along with us too.",
    "how do i ask for an ehcp?",
    "the school was no help at all.",
    "nobody has rung me back since then.",
]


def words(texts: Iterable[str]) -> list[int]:
    """Return how many words each text has."""
    return [len(text.split()) for text in texts]
