"""What a person typed, made safe to send on: it can be neither an intent nor hold characters that break a page."""

from __future__ import annotations

import re

WORD_JOINER = "\u2060"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE_AT_AN_END = re.compile(
    "^[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+|[\\s\u200b\u2060\ufeff]+$"
)


def cleaned(message: str) -> str:
    """Return a message without control characters, and without white space or invisible marks around it."""
    return _INVISIBLE_AT_AN_END.sub("", _UNPRINTABLE.sub("", message))


def as_ordinary_text(text: str) -> str:
    """Return `text` so that Rasa takes it for words.

    Rasa strips white space and reads what then begins with "/" as an intent, and "EXTERNAL: " as its own
    mark: a word joiner in front, which the normaliser drops, keeps both from happening.
    """
    return WORD_JOINER + text if text.startswith("/") or text.upper().startswith("EXTERNAL:") else text
