"""What a person typed, made safe to send on: it can be neither an intent nor hold characters that break a page."""

from __future__ import annotations

from bot.reading.characters import WORD_JOINER, without_unprintable, without_unseen_around


def cleaned(message: str) -> str:
    """Return a message without control characters, and without white space or invisible marks around it."""
    return without_unseen_around(without_unprintable(message))


def as_ordinary_text(text: str) -> str:
    """Return `text` so that Rasa takes it for words.

    Rasa strips white space and reads what then begins with "/" as an intent, and "EXTERNAL: " as its own
    mark: a word joiner in front, which the normaliser drops, keeps both from happening.
    """
    return WORD_JOINER + text if text.startswith("/") or text.upper().startswith("EXTERNAL:") else text
