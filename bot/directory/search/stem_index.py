"""The words of all documents in memory, as numbers, so that what a text covers of a request is told without the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

_TITLE = np.uint32(1 << 31)
_LONGEST = 1 << 20


class StemIndex:
    """The stems of each row of a catalogue, and which of them are in its title."""

    def __init__(self, texts: Iterable[tuple[str, str]], known: Iterable[str], common_from: int = 1) -> None:
        """Take, for each row, its stems and its title's stems, parted by spaces, and all stems there are.

        Stems that `common_from` rows or more have can be asked for with `having`.
        """
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
        self._common: dict[int, np.ndarray] = {}
        self._list_common(common_from)

    def having(self, stems: Sequence[str], allowed: np.ndarray, most: int) -> np.ndarray:
        """Return `most` of the `allowed` rows (a mask) that have all of these common stems, best first.

        Rows with more of them in the title come first, and then those with the shorter text. Unknown and rarer stems find nothing.
        """
        entries = [self._common.get(self._numbers.get(stem, -1)) for stem in stems]
        found, titled = allowed.copy(), np.zeros(len(allowed), np.int64)
        for entry in entries:
            if entry is None:
                return np.zeros(0, np.int64)
            here, rows = np.zeros(len(allowed), bool), entry & ~_TITLE
            here[rows] = True
            found &= here
            titled[rows[entry >= _TITLE]] += 1
        fits = np.flatnonzero(found)
        worth = titled[fits] * _LONGEST - np.minimum(self._starts[fits + 1] - self._starts[fits], _LONGEST - 1)
        best: np.ndarray = fits[np.argsort(-worth, kind="stable")[:most]]
        return best

    def _list_common(self, common_from: int) -> None:
        """List the rows of each common stem; an entry also tells whether the stem is in the row's title."""
        numbers = self._stems & ~_TITLE
        counts = np.bincount(numbers, minlength=len(self._numbers))
        common = np.flatnonzero(counts >= common_from)
        place = np.full(len(counts), len(common), np.min_scalar_type(len(common)))
        place[common] = np.arange(len(common))
        places = place[numbers]
        chosen = np.flatnonzero(places < len(common))
        order = chosen[np.argsort(places[chosen], kind="stable")]
        owners = np.repeat(np.arange(len(self._starts) - 1, dtype=np.uint32), np.diff(self._starts))
        entries = owners[order] | (self._stems[order] & _TITLE)
        ends = np.cumsum(counts[common])
        for number, end in zip(common.tolist(), ends.tolist()):
            self._common[number] = entries[end - counts[number] : end]

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
