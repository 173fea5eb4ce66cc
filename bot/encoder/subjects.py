"""What a question is about: its sentence vector in the directions that tell the guide's answers apart.

Questions of one meaning in many people's words differ in how they are said; a sentence vector holds that as well. The
directions were learnt (`bot.nlu.tools.fit_subjects`) from example questions: little spread within an answer, much between.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SUBJECTS_FILE = Path(__file__).with_name("subjects.npz")


class Subjects:
    """The directions, for the vectors of one encoder."""

    def __init__(self, fingerprint: str, middle: NDArray[Any], directions: NDArray[Any]) -> None:
        """`middle`: the mean vector; `directions`: width x number. `fingerprint` names the encoder."""
        self.fingerprint = fingerprint
        self._middle = middle
        self._directions = directions

    @classmethod
    def fit(
        cls, fingerprint: str, vectors: NDArray[Any], answers: NDArray[Any], number: int, shrinkage: float
    ) -> Subjects:
        """Learn from examples: row i of `vectors` is one of answer `answers`[i] (whole numbers from 0).

        `shrinkage` (0 to 1): how much the spread within answers is taken to be alike in all directions.
        """
        means = np.zeros((int(answers.max()) + 1, vectors.shape[1]))
        np.add.at(means, answers, vectors)
        means /= np.bincount(answers)[:, None]
        within = vectors - means[answers]
        spread = within.T @ within / len(within)
        even = np.trace(spread) / len(spread) * np.eye(len(spread))
        values, axes = np.linalg.eigh((1 - shrinkage) * spread + shrinkage * even)
        whitened = axes @ np.diag(values**-0.5) @ axes.T
        between = (means - vectors.mean(axis=0)) @ whitened
        _, apart = np.linalg.eigh(between.T @ between)
        return cls(fingerprint, vectors.mean(axis=0), whitened @ apart[:, ::-1][:, :number])

    def of(self, vectors: NDArray[Any]) -> NDArray[Any]:
        """Return a unit vector of the subject for each sentence vector."""
        found = (vectors - self._middle) @ self._directions
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6), np.float32)

    def save(self, file: Path = SUBJECTS_FILE) -> None:
        """Write the directions, in 16 bits."""
        middle, directions = self._middle.astype(np.float16), self._directions.astype(np.float16)
        np.savez_compressed(file, fingerprint=np.array(self.fingerprint), middle=middle, directions=directions)


@lru_cache(maxsize=1)
def subjects(file: Path = SUBJECTS_FILE) -> Subjects:
    """Read the directions; raise OSError where they are missing."""
    with np.load(file, allow_pickle=False) as kept:
        middle, directions = (kept[name].astype(np.float32) for name in ("middle", "directions"))
        return Subjects(str(kept["fingerprint"]), middle, directions)
