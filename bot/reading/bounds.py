"""What a person types, brought into bounds before any pattern, spaCy or the encoder reads it.

Some of what can be typed costs far more to read than it says: two thousand commas, one word two hundred times, a "word" without an
end. Nothing that somebody means is lost: of each run so much stays that it is still seen as one. Both environments import this.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_TEXT = 4000
MOST_ALIKE = 3
MOST_PUNCTUATION = 12
LONGEST_WORD = 60
LONGEST_PHRASE_WORDS = 12
_MOST_FOLDED_GROWTH = 1.5

# Telephone numbers and sums may well hold "0000".
_ALIKE = re.compile(rf"(\D)\1{{{MOST_ALIKE},}}")
_PUNCTUATION = re.compile(rf"([^\w\s]{{{MOST_PUNCTUATION}}})[^\w\s]+")
_OVERLONG = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_PIECE = re.compile(rf"\S{{0,{LONGEST_WORD - 1}}}[^\w\s](?=\S)|\S{{{LONGEST_WORD}}}(?=\S)")
_WORD = re.compile(r"\S+\s*")
_AROUND_WORDS = re.compile(r"^[^\w]+|[^\w]+$")
# An aside in brackets. Longer ones are no asides, and looking for their end from each bracket takes a square of the time.
ASIDE = re.compile(r"\([^)]{0,200}\)")


def bounded(text: str) -> str:
    """Return `text` with runs of one character, of punctuation, and of a repeated phrase shortened, and overlong words broken up.

    Three of the same stay, twelve punctuation marks in a row, words of 60 characters, and LONGEST_TEXT characters in all. Takes time in
    proportion to the text's length.
    """
    text = _unfolded(text)[:LONGEST_TEXT]
    text = _PUNCTUATION.sub(r"\1", _ALIKE.sub(lambda run: run[1] * MOST_ALIKE, text))
    text = _OVERLONG.sub(lambda word: _PIECE.sub(lambda piece: f"{piece[0]} ", word[0]), text)
    return _without_repeated_phrases(text)


def _unfolded(text: str) -> str:
    """Return a text whose compatible characters stand for many others each (U+FDFA for 18) with those in their place."""
    text = text[:LONGEST_TEXT]
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return folded if len(folded) > len(text) * _MOST_FOLDED_GROWTH else text


def _without_repeated_phrases(text: str) -> str:
    """Return a text in which no word or phrase of up to LONGEST_PHRASE_WORDS stands more than MOST_ALIKE times in a row.

    Whole repetitions go and nothing else, so that each word that was typed is still there.
    """
    written = [match[0] for match in _WORD.finditer(text)]
    words = [_AROUND_WORDS.sub("", word.strip()).lower() or word.strip() for word in written]
    for length in range(1, LONGEST_PHRASE_WORDS + 1):
        gone = _repetitions(words, length)
        if gone:
            written = [word for place, word in enumerate(written) if place not in gone]
            words = [word for place, word in enumerate(words) if place not in gone]
    return text[: len(text) - len(text.lstrip())] + "".join(written)


def _repetitions(words: list[str], length: int) -> set[int]:
    """Return the places of the words that repeat the `length` words before them once too often."""
    gone: set[int] = set()
    alike = 0
    for place in range(length, len(words) + 1):
        if place < len(words) and words[place] == words[place - length]:
            alike += 1
            continue
        too_many = alike // length - (MOST_ALIKE - 1)
        if too_many > 0:
            gone.update(range(place - too_many * length, place))
        alike = 0
    return gone
