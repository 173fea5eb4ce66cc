"""How near some vectors are to many others, quickly: kept as signed bytes, compared by simsimd's integer instructions.

Ten thousand vectors of 768 numbers take 38 MB as floats, and reading them is what takes the time. As bytes a
comparison is five to ten times quicker, and a cosine is off by 0.002 at most (tests/nlu/test_nearness.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import simsimd
from numpy.typing import NDArray

_LARGEST = 127.0


class ByteVectors:
    """Vectors to compare with."""

    def __init__(self, vectors: NDArray[Any]) -> None:
        """`vectors`: members x width, floats."""
        self._bytes, self._scales = _as_bytes(vectors)

    def __len__(self) -> int:
        return len(self._bytes)

    def products(self, vectors: NDArray[Any]) -> NDArray[Any]:
        """Return texts x members: the dot product of each of `vectors` with each member; of unit vectors, the cosine."""
        if not len(self):
            return np.zeros((len(vectors), 0), np.float32)
        own, scales = _as_bytes(vectors)
        products = np.asarray(simsimd.cdist(own, self._bytes, "dot"), np.float32).reshape(len(own), len(self))
        scaled: NDArray[Any] = products * scales[:, None] * self._scales
        return scaled


def _as_bytes(vectors: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return each vector scaled to the whole range of a signed byte, and by what to multiply to get it back."""
    scales = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-9) / _LARGEST
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)
