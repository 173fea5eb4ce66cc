"""From the views' scores to probabilities: a conditional logit whose weights are the same for every label."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.nlu.ranking.features import FAQ_INTENT, OUT_OF_SCOPE_INTENT, URGENT_INTENT

_WEIGHT_PENALTY = 1e-3


def label_constants(labels: Sequence[str]) -> NDArray[Any]:
    """Return labels x 3: 1 for labels without answer text - out of scope, urgent help, all others - else 0."""
    return np.array(
        [
            (
                label.startswith(OUT_OF_SCOPE_INTENT),
                label == URGENT_INTENT,
                not label.startswith((FAQ_INTENT, OUT_OF_SCOPE_INTENT, URGENT_INTENT)),
            )
            for label in labels
        ],
        np.float32,
    )


def with_constants(scores: NDArray[Any], constants: NDArray[Any]) -> NDArray[Any]:
    """Add, for labels without answer text, constants of their own."""
    return np.concatenate([scores, constants], axis=1)


def softmax(values: NDArray[Any]) -> NDArray[Any]:
    """Return shares that add up to 1, from their logarithms but for a constant."""
    exponents: NDArray[Any] = np.exp(values - values.max())
    shares: NDArray[Any] = exponents / exponents.sum()
    return shares


def fit_weights(held_out: Sequence[NDArray[Any]], truths: Sequence[int]) -> NDArray[Any]:
    """Find the weights of a conditional logit from the scores (`with_constants`) of held-out messages and their true labels."""
    stacked = np.stack(held_out)
    scale = stacked.reshape(-1, stacked.shape[-1]).std(axis=0) + 1e-9
    stacked = (stacked / scale).astype(np.float32)
    flat = stacked.reshape(-1, stacked.shape[-1])
    rows = np.arange(len(truths))
    right = np.array(truths)

    def loss(weights: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        values = (flat @ weights.astype(np.float32)).reshape(stacked.shape[:2])
        values -= values.max(axis=1, keepdims=True)
        shares = np.exp(values)
        shares /= shares.sum(axis=1, keepdims=True)
        likelihood = float(np.log(shares[rows, right] + 1e-12).mean(dtype=np.float64))
        expected = shares.ravel() @ flat / len(rows)
        gradient = expected - stacked[rows, right].mean(axis=0)
        return -likelihood + _WEIGHT_PENALTY * weights @ weights, gradient + 2 * _WEIGHT_PENALTY * weights

    found = minimize(loss, np.full(stacked.shape[-1], 0.5), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    weights: NDArray[Any] = (found.x / scale).astype(np.float32)
    return weights
