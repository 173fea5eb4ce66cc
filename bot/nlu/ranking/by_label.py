"""Examples and passages in the order of their labels: sums, the nearest of each label, how much an example counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Of a label's members, how many of the nearest count together.
_FEW = 3


class Members:
    """Which examples (or passages) belong to each label. They are in the order of their labels."""

    def __init__(self, of_label: NDArray[Any], labels: int) -> None:
        self._labels = labels
        self._present, self._starts = np.unique(of_label, return_index=True)
        self._few = _few_by_size(self._starts, np.diff(np.append(self._starts, len(of_label))))

    def nearest(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return texts x labels: each label's highest of texts x members; 0 where it has none."""
        out = np.zeros((len(values), self._labels), np.float32)
        out[:, self._present] = np.maximum.reduceat(values, self._starts, axis=1)
        return out

    def nearest_few(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return texts x labels: the mean of each label's `_FEW` highest of texts x members; 0 where it has none."""
        out = np.zeros((len(values), self._labels), np.float32)
        padded = np.concatenate([values, np.full((len(values), 1), -np.inf, values.dtype)], axis=1)
        for rows, table in self._few:
            found = padded[:, table]
            if table.shape[1] > _FEW:
                found = np.partition(found, -_FEW, axis=2)[:, :, -_FEW:]
            out[:, self._present[rows]] = found.mean(axis=2)
        return out


def _few_by_size(starts: NDArray[Any], sizes: NDArray[Any]) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Return labels of like size together, with a table of their members' places, filled up with -1.

    One table for all would be as wide as the largest label, mostly empty. Up to `_FEW` members nothing is filled up.
    """
    alike = np.where(sizes <= _FEW, sizes, 1 << np.ceil(np.log2(np.maximum(sizes, 1))).astype(int))
    groups = []
    for width in np.unique(alike):
        rows = np.flatnonzero(alike == width)
        places = np.arange(sizes[rows].max())
        groups.append((rows, np.where(places < sizes[rows][:, None], starts[rows][:, None] + places, -1)))
    return groups


def sums_of_labels(vectors: NDArray[Any], of_label: NDArray[Any], labels: int) -> NDArray[Any]:
    """Return labels x width: the sum of each label's vectors, which are in the order of their labels."""
    sums = np.zeros((labels, vectors.shape[1]))
    present, starts = np.unique(of_label, return_index=True)
    sums[present] = np.add.reduceat(vectors, starts, axis=0, dtype=np.float64)
    return sums


def importance(of_label: NDArray[Any], labels: int) -> NDArray[Any]:
    """Return how much each example counts: less, where its label has many."""
    counts = np.bincount(of_label, minlength=labels).astype(np.float64)
    return np.asarray((counts.mean() / np.maximum(counts, 1))[of_label] ** 0.5)
