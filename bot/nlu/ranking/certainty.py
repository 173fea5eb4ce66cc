"""How sure is the likeliest answer? Calibrated on messages whose writer the views did not see.

The ranking's probabilities are spread over hundreds of labels, many of them near relations, so they doubt too
much. What counts is whether the first answer, or one that cites the same section, is right: a logistic model of
a few features says how often that is so, and 0.8 means four times in five.
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bot.nlu.ranking.features import (
    FAQ_INTENT,
    NEAREST_ALIKE,
    NEAREST_PASSAGE,
    OUT_OF_SCOPE_INTENT,
    URGENT_INTENT,
    VIEWS,
)

NEAR_ANSWERS = 8
FEATURES = (
    "first",
    "first and kin",
    "lead",
    "refusal",
    "urgent help",
    "other talk",
    "nearest alike",
    "nearest passage",
)
_STRENGTH = 0.3
_SMALL = 1e-4


class Certainty:
    """The chance that the likeliest answer is right."""

    def __init__(self, labels: Sequence[str], sources: Mapping[str, frozenset[str]], weights: NDArray[Any]) -> None:
        self.weights = weights
        self._sources = [sources.get(label, frozenset()) for label in labels]
        self._answers = np.flatnonzero([label.startswith(f"{FAQ_INTENT}/") for label in labels])
        self._refusals = np.array([label.startswith(OUT_OF_SCOPE_INTENT) for label in labels])
        self._urgent = np.array([label == URGENT_INTENT for label in labels])
        self._other = ~self._refusals & ~self._urgent
        self._other[self._answers] = False

    @classmethod
    def fit(
        cls,
        labels: Sequence[str],
        sources: Mapping[str, frozenset[str]],
        held_out: Iterable[tuple[NDArray[Any], NDArray[Any]]],
        truths: Sequence[int],
    ) -> Certainty:
        """Learn from held-out messages: probabilities and scores of each, and the number of its true label."""
        own = cls(labels, sources, np.zeros(len(FEATURES) + 1))
        if not len(own._answers):
            return own
        features, right = [], []
        for (probabilities, scores), truth in zip(held_out, truths):
            first = own.first(probabilities)
            features.append(own.features(probabilities, scores))
            right.append(first == truth or bool(own._sources[first] & own._sources[truth]))
        if len(set(right)) < 2:
            own.weights[-1] = _logit(float(np.mean(right))) if right else 0.0
            return own
        values = np.array(features)
        middle, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
        model = LogisticRegression(C=_STRENGTH, max_iter=2000).fit((values - middle) / spread, right)
        slopes = model.coef_[0] / spread
        own.weights = np.append(slopes, model.intercept_[0] - slopes @ middle)
        return own

    def first(self, probabilities: NDArray[Any]) -> int:
        """Return the number of the likeliest answer's label."""
        return int(self._answers[np.argmax(probabilities[self._answers])])

    def chance(self, probabilities: NDArray[Any], scores: NDArray[Any]) -> float:
        """Return the chance that the likeliest answer is right, between 0 and 1."""
        return float(1 / (1 + np.exp(-(self.features(probabilities, scores) @ self.weights[:-1] + self.weights[-1]))))

    def features(self, probabilities: NDArray[Any], scores: NDArray[Any]) -> NDArray[Any]:
        """Return the features, in the order of FEATURES, from the probabilities and the views' scores of a message."""
        order = self._answers[np.argsort(-probabilities[self._answers])[:NEAR_ANSWERS]]
        first = order[0]
        kin = [other for other in order[1:] if self._sources[other] & self._sources[first]]
        strangers = [probabilities[other] for other in order[1:] if other not in kin]
        together = probabilities[first] + sum(probabilities[other] for other in kin)
        return np.array(
            [
                _logit(probabilities[first]),
                _logit(together),
                np.log(together + _SMALL) - np.log(max(strangers, default=0.0) + _SMALL),
                np.log(max(probabilities[self._refusals], default=0.0) + _SMALL),
                np.log(probabilities[self._urgent].sum() + _SMALL),
                np.log(probabilities[self._other].sum() + _SMALL),
                max(scores[first, NEAREST_ALIKE], scores[first, VIEWS + NEAREST_ALIKE]),
                max(scores[first, NEAREST_PASSAGE], scores[first, VIEWS + NEAREST_PASSAGE]),
            ]
        )


def _logit(share: float) -> float:
    share = min(max(share, _SMALL), 1 - _SMALL)
    return float(np.log(share / (1 - share)))
