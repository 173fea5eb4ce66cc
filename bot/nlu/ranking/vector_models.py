"""What is learnt from sentence vectors: two linear models of the labels, and what similarity of vectors means here."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.nlu.ranking.by_label import importance, sums_of_labels
from bot.nlu.ranking.examples import Passage
from bot.nlu.ranking.logistic import fit_logistic

_RIDGE = 3.0
# How much a paragraph of an answer counts beside an example, where the logistic model learns from both.
_PASSAGE_SHARE = 0.5
_LIKENESS_SHRINKAGE = 0.5


def ridge(vectors: NDArray[Any], of_label: NDArray[Any], labels: int) -> NDArray[Any]:
    """Return a linear model (width + 1) x labels: least squares with a penalty, each label counting alike."""
    with_constant = np.concatenate([vectors, np.ones((len(vectors), 1), vectors.dtype)], axis=1)
    weighted = with_constant * importance(of_label, labels)[:, None].astype(vectors.dtype)
    gram = (weighted.T @ with_constant).astype(np.float64) + _RIDGE * np.eye(with_constant.shape[1])
    return np.linalg.solve(gram, sums_of_labels(weighted, of_label, labels).T).astype(np.float32)


def logistic(
    vectors: NDArray[Any], of_label: NDArray[Any], passages: Sequence[Passage], place: Mapping[str, int]
) -> NDArray[Any]:
    """Return a logistic model width x labels, learnt from the examples and, with less weight, the answers' paragraphs."""
    counting = importance(of_label, len(place))
    if passages:
        vectors = np.concatenate([vectors, np.stack([passage.vector for passage in passages])])
        of_label = np.concatenate([of_label, [place[passage.label] for passage in passages]])
        counting = np.concatenate([counting, np.full(len(passages), _PASSAGE_SHARE)])
    return fit_logistic(vectors, of_label, counting, len(place))


def similarity(vectors: NDArray[Any], of_label: NDArray[Any], labels: int) -> NDArray[Any]:
    """Return a projection that shrinks the directions in which messages that ask the same differ.

    The covariance within labels, each counting alike, is undone in part (power and shrinkage were chosen by
    leaving writers out).
    """
    counts = np.maximum(np.bincount(of_label, minlength=labels), 1)
    means = sums_of_labels(vectors, of_label, labels) / counts[:, None]
    spread = (vectors - means[of_label]) / np.sqrt(counts)[of_label][:, None]
    covariance = spread.T @ spread
    covariance /= np.trace(covariance) / len(covariance)
    values, directions = np.linalg.eigh(covariance)
    whitening: NDArray[Any] = ((directions / np.sqrt(values + _LIKENESS_SHRINKAGE)) @ directions.T).astype(np.float32)
    return whitening


def unit(vectors: NDArray[Any]) -> NDArray[Any]:
    """Return each row at unit length."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))
