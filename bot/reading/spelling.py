"""Which known word a misspelt one means.

A slip is a letter lost, added, changed, or swapped with its neighbour. Both environments have this one way to it: an index
over the known words (SymSpell), so that a look-up takes the same time however many they are. Two neighbours do another job and
look through all that there is: names of places are several words long, and what stands around one decides how many slips it
may have (`bot.directory.records.places`); the stems of records change too often for an index (`bot.directory.search.words`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import List, NamedTuple, Optional

from symspellpy import SymSpell, Verbosity

# The index of a word is made of its first letters: as many as this.
_INDEXED_LETTERS = 7


class Near(NamedTuple):
    """A known word, and how many slips away it is."""

    word: str
    slips: int


class Spelling:
    """Known words, each with a count: of two as near, the word with the higher count is meant."""

    def __init__(self, counts: Mapping[str, int], most_slips: int) -> None:
        self._index = SymSpell(max_dictionary_edit_distance=most_slips, prefix_length=_INDEXED_LETTERS)
        self._most = most_slips
        for word, count in counts.items():
            self._index.create_dictionary_entry(word, count)

    def near(self, word: str, most_slips: Optional[int] = None) -> List[Near]:
        """Return the known words at most so many slips away that begin with the same letter, the likeliest first.

        The first letter is nearly always right, and holding on to it keeps "hunting" from being read as "bunting".
        """
        found = self._index.lookup(word, Verbosity.ALL, max_edit_distance=self._allowed(most_slips))
        return [Near(each.term, each.distance) for each in found if each.term[0] == word[0]]

    def repaired(self, word: str, most_slips: Optional[int] = None) -> str:
        """Return the likeliest known word, whatever its first letter, or the word itself where none is near.

        For words of everyday English, among which a first letter lost ("ealth") is told from another word by their counts.
        """
        found = self._index.lookup(word, Verbosity.TOP, max_edit_distance=self._allowed(most_slips))
        return str(found[0].term) if found else word

    def _allowed(self, most_slips: Optional[int]) -> int:
        return self._most if most_slips is None else min(most_slips, self._most)
