"""A multinomial logistic model of labels from sentence vectors, fitted with numpy alone.

Beside least squares it learns where two labels part, rather than where each lies. Small steps by Adam over a few
rounds, the same on every machine but for rounding.

scikit-learn's LogisticRegression finds the same (on 30 November 2026, of 13,323 examples: the first answer cites an acceptable
section for 354 of 375 questions of our own and 327 of 340 of others, ours for 355 and 328), but a fit takes it 60 to 73 s of
processor time in 100 steps, and 10 to 13 s in 15, where this takes 4 to 6; training makes seven fits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Unit vectors are stretched so that a step moves a label's score by something noticeable.
_STRETCH = 12.0
_ROUNDS = 12
_BATCH = 256
_STEP = 0.02
_PENALTY = 1e-4
_MEAN_MEMORY, _SQUARE_MEMORY = 0.9, 0.99
_SMALLEST = 1e-8


def fit_logistic(vectors: NDArray[Any], of_label: NDArray[Any], importance: NDArray[Any], labels: int) -> NDArray[Any]:
    """Return weights, width x labels, such that `log_shares(vectors @ weights)` are the labels' log probabilities.

    `of_label` holds the number of each vector's label, `importance` how much each vector counts (about 1).
    """
    vectors = vectors.astype(np.float32) * _STRETCH
    importance = importance.astype(np.float32)
    order = np.random.default_rng(0)
    weights = np.zeros((vectors.shape[1], labels), np.float32)
    mean, square, change = np.zeros_like(weights), np.zeros_like(weights), np.zeros_like(weights)
    steps = 0
    for round_number in range(_ROUNDS):
        shuffled = order.permutation(len(vectors))
        for start in range(0, len(vectors), _BATCH):
            batch = shuffled[start : start + _BATCH]
            own = vectors[batch]
            error = np.exp(log_shares(own @ weights))
            error[np.arange(len(batch)), of_label[batch]] -= 1
            error *= importance[batch][:, None] / len(batch)
            slope = own.T @ error
            slope += np.multiply(weights, _PENALTY, out=change)
            steps += 1
            # In place, since making new arrays of this size takes longer than the sums.
            mean *= _MEAN_MEMORY
            mean += np.multiply(slope, 1 - _MEAN_MEMORY, out=change)
            square *= _SQUARE_MEMORY
            square += np.multiply(np.square(slope, out=slope), 1 - _SQUARE_MEMORY, out=change)
            np.sqrt(square, out=change)
            change *= 1 / np.sqrt(1 - _SQUARE_MEMORY**steps)
            change += _SMALLEST
            np.divide(mean, change, out=change)
            change *= _STEP * (1 - round_number / _ROUNDS) / (1 - _MEAN_MEMORY**steps)
            weights -= change
    return weights * np.float32(_STRETCH)


def log_shares(values: NDArray[Any]) -> NDArray[Any]:
    """Return the logarithm of each row's softmax."""
    values = values - values.max(axis=1, keepdims=True)
    return np.asarray(values - np.log(np.exp(values).sum(axis=1, keepdims=True)))
