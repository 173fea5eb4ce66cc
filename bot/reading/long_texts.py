"""What of a long text is encoded: the encoder takes as long for a story of 300 words as for fifteen messages.

Patterns and words are read in the whole text. Its meaning is taken from as much as the budget allows, in this order: sentences that
ask, the last and the first, then those that hold most words of the field. What fits in is encoded in the order it was written in.
"""

from __future__ import annotations

from typing import Callable, List, Sequence

from bot.reading.context import asks
from bot.reading.text import sentences
from bot.reading.vocabulary import load_vocabulary

MOST_TOKENS = 96
# A follow-up leaves as much for itself as for what it leans on.
CONTEXT_TOKENS = MOST_TOKENS // 2
LONGEST_PIECE_WORDS = 24
_MARKS = 2  # the encoder adds one at each end

Tokens = Callable[[Sequence[str]], List[int]]


def shortened(text: str, most_tokens: int, tokens: Tokens) -> str:
    """Return as much of a normalised text as `most_tokens` allow, its most telling pieces in their order."""
    if tokens([text])[0] <= most_tokens:
        return text
    pieces = pieces_of(text)
    kept = most_telling(pieces, most_tokens, tokens)
    # Where not even one piece fits, so many characters do: no part of a word is shorter.
    return " ".join(pieces[place] for place in sorted(kept)) or text[: most_tokens - _MARKS]


def most_telling(pieces: Sequence[str], most_tokens: int, tokens: Tokens) -> List[int]:
    """Return the places of the most telling pieces that `most_tokens` allow, the most telling first."""
    sizes = tokens(pieces) if pieces else []
    order = sorted(range(len(pieces)), key=lambda place: _rank(pieces, place))
    kept, left = [], most_tokens
    for place in order:
        if sizes[place] <= left:
            kept.append(place)
            left -= sizes[place]
    return kept


def pieces_of(text: str) -> List[str]:
    """Return the sentences of a text; one without an end is cut after every LONGEST_PIECE_WORDS words."""
    pieces = []
    for sentence in sentences(text):
        words = sentence.split()
        pieces += [
            " ".join(words[start : start + LONGEST_PIECE_WORDS]) for start in range(0, len(words), LONGEST_PIECE_WORDS)
        ]
    return pieces


def _rank(pieces: Sequence[str], place: int) -> tuple[int, int, int]:
    piece = pieces[place]
    if asks(piece):
        return 0, 0, -place
    if place in (len(pieces) - 1, 0):
        return 1, 0, -place
    known = load_vocabulary().abbreviations
    return 2, -sum(word.strip(".,!?") in known for word in piece.split()), -place
