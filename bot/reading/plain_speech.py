"""A message in plain speech: the form in which the patterns of danger are looked for.

Not the form that the ranking reads (`bot.reading.text`): only what the patterns stand on is put right here, so that a figure
of speech keeps its own words, and it costs a fraction of the time.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.reading.bounds import bounded
from bot.reading.characters import plain_characters
from bot.reading.patterns import plain_words
from bot.reading.spelling import Spelling

_DIGITS_AS_LETTERS = str.maketrans("013457@$", "oieastas")
_DISGUISED = re.compile(r"(?<=[a-z])[013457@$*](?=[a-z])")
_QUOTES = re.compile(r"['`´‘’ʼ\"“”]")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_SENTENCE_END = re.compile(r"[.!?;]+|\n\s*\n")
_OTHER_SIGNS = re.compile(r"[^a-z0-9. ]+")
_SHORTEST_REPAIRED = 6


def plain(text: str) -> str:
    """Return lower-case words with one space between them and ` . ` where a sentence ends.

    Apostrophes and commas go: people leave them out anyway.
    """
    text = _QUOTES.sub("", plain_characters(bounded(text), boldly=True).lower())
    text = _DISGUISED.sub(lambda match: match[0].translate(_DIGITS_AS_LETTERS).replace("*", "i"), text)
    text = _REPEATED.sub(r"\1\1", text)
    text = _OTHER_SIGNS.sub(" ", _SENTENCE_END.sub(" . ", text))
    return " ".join(_plain_word(word) for word in text.split())


@lru_cache(maxsize=20_000)
def _plain_word(word: str) -> str:
    known = plain_words()
    if word in known.meanings:
        return known.meanings[word]
    if len(word) < _SHORTEST_REPAIRED or word in known.left_alone:
        return word
    near = _spelling().near(word)
    return near[0].word if near else word


@lru_cache(maxsize=1)
def _spelling() -> Spelling:
    """Return the repairer of the words of danger, the first of the list before the others where two are as near."""
    repaired = plain_words().repaired
    return Spelling({word: len(repaired) - place for place, word in enumerate(repaired)}, most_slips=1)
