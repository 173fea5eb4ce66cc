"""Characters that nobody sees, and letters that look like others: one table of each, for every reader of text.

Each function says what it keeps. What is read by patterns or a model may lose all that is not seen; what people are shown must
keep what belongs to a script or a picture; what is laid before staff must keep nothing that turns a line around.
"""

from __future__ import annotations

import re
import unicodedata

WORD_JOINER = "\u2060"
_ZERO_WIDTH_JOINER = "\u200d"

# Control characters but tab and new line, halves of characters, and what is no character at all.
_UNPRINTABLE = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
# Hyphens and joiners without a width, marks that turn the direction of writing, and the marks of byte order.
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
# Fillers, selectors of a letter's form, separators of lines and tags: no letter, but part of how some scripts are written.
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2028\u2029\u3164\ufe00-\ufe0d\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"

_OF_UNPRINTABLE = re.compile(f"[{_UNPRINTABLE}]")
_OF_UNSEEN = re.compile(f"[{_UNSEEN}]")
_OF_UNSEEN_BUT_JOINERS = re.compile(f"[{_UNSEEN}]".replace("\u200b-\u200f", "\u200b\u200c\u200e\u200f"))
_OF_ALL = re.compile(f"[{_UNPRINTABLE}{_UNSEEN}{_FILLERS}]")
_AROUND = re.compile(f"^[\\s{_UNSEEN}]+|[\\s\u200b\u2060\ufeff]+$")
_JOINER_BETWEEN_LETTERS = re.compile(f"(?<=\\w){_ZERO_WIDTH_JOINER}(?=\\w)")

# Cyrillic letters that look like Latin ones.
CYRILLIC_AS_LATIN = dict(zip("АВЕЅІЈКМНОРСТХаеѕіјорсух", "ABESIJKMHOPCTXaesijopcyx", strict=True))
_PLAIN = str.maketrans({**CYRILLIC_AS_LATIN, **dict(zip("’‘“”–—", "''\"\"--", strict=True))})
# Small ones that look like a Latin capital, in small.
_SMALL_CAPITALS = str.maketrans("кмнтв", "kmhtb")


def without_unprintable(text: str) -> str:
    """Return a text as typed, without control characters. Keeps tabs, new lines and every mark of writing."""
    return _OF_UNPRINTABLE.sub("", text)


def without_unseen_around(text: str) -> str:
    """Return a text without white space and unseen marks in front of it and behind. Keeps all within, and marks that end
    a letter or a picture (a joiner, a mark of direction)."""
    return _AROUND.sub("", text)


def without_unseen(text: str) -> str:
    """Return a text without marks that are not seen. Keeps the joiner within a picture (a family), not one between letters."""
    return _JOINER_BETWEEN_LETTERS.sub("", _OF_UNSEEN_BUT_JOINERS.sub("", text))


def without_anything_unseen(text: str) -> str:
    """Return a text for staff and records: neither what cannot be printed nor what is not seen. Keeps tabs and new lines."""
    return _OF_ALL.sub("", text)


def plain_characters(text: str, *, boldly: bool = False) -> str:
    """Return a text for patterns and models: compatible characters folded (NFKC), look-alike letters made Latin, plain
    quotation marks and dashes, and no mark that is not seen. Keeps every letter that looks like itself, and all white space.

    `boldly`: letters that are only like a small capital are made Latin as well. For words of danger, which somebody may hide;
    not where the language is told by its letters.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return _OF_UNSEEN.sub("", folded.translate(_SMALL_CAPITALS) if boldly else folded)
