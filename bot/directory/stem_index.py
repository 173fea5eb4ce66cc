"""The words of all documents in memory, as numbers, so that what a text covers of a request is told without the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

_TITLE = np.uint32(1 << 31)


class StemIndex:
    """The stems of each row of a catalogue, and which of them are in its title."""

    def __init__(self, texts: Iterable[tuple[str, str]], known: Iterable[str]) -> None:
        """Take, for each row, its stems and its title's stems, parted by spaces, and all stems there are."""
        self._numbers = {stem: number for number, stem in enumerate(known)}
        lengths: list[int] = []
        parts: list[np.ndarray] = []
        for stems, title_stems in texts:
            own = [self._numbers[stem] for stem in stems.split() if stem in self._numbers]
            titled = {self._numbers[stem] for stem in title_stems.split() if stem in self._numbers}
            numbers = np.array(own, np.uint32)
            numbers[[place for place, number in enumerate(own) if number in titled]] |= _TITLE
            parts.append(numbers)
            lengths.append(len(own))
        self._starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        self._stems = np.concatenate(parts) if parts else np.zeros(0, np.uint32)

    def shares(self, weights: Mapping[str, float], rows: np.ndarray, in_title: bool = False) -> np.ndarray:
        """Return for each of `rows` the share, 0 to 1, of the weight of these stems that its text (or title) has."""
        total = sum(weights.values())
        here = [(self._numbers[stem], weight) for stem, weight in weights.items() if stem in self._numbers]
        if not total or not here or not len(rows):
            return np.zeros(len(rows))
        numbers, worth = np.array([pair[0] for pair in here], np.uint32), np.array([pair[1] for pair in here])
        lengths = self._starts[rows + 1] - self._starts[rows]
        owner = np.repeat(np.arange(len(rows)), lengths)
        ends = np.cumsum(lengths)
        stems = self._stems[np.arange(ends[-1]) + (self._starts[rows] - ends + lengths)[owner]]
        if in_title:
            owner, stems = owner[stems >= _TITLE], stems[stems >= _TITLE]
        found = ((stems & ~_TITLE)[:, None] == numbers) @ worth
        shares: np.ndarray = np.bincount(owner, found, minlength=len(rows)) / total
        return shares
