"""Which answer does a message ask for? Several views of the same question, fused and calibrated.

The weights of the views are fitted on messages whose writer the views did not see, so that the probabilities hold for
strangers: 0.8 means right four times in five.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.nlu.ranking.certainty import Certainty
from bot.nlu.ranking.examples import Example, Passage, Utterance
from bot.nlu.ranking.fusion import fit_weights, label_constants, softmax, with_constants
from bot.nlu.ranking.held_out import held_out_scores
from bot.nlu.ranking.views import Views


class Ranker:
    """Fused views: probabilities over all labels for a message."""

    def __init__(self, views: Views, weights: NDArray[Any], certainty: Certainty) -> None:
        self.views = views
        self.weights = weights
        self.certainty = certainty
        self._constants = label_constants(views.labels)

    @property
    def labels(self) -> list[str]:
        """The labels, in the order of the probabilities."""
        return self.views.labels

    def rank(self, utterance: Utterance) -> NDArray[Any]:
        """Return the probability of each label for the message."""
        return self.probabilities(self.views.score(utterance))

    def probabilities(self, scores: NDArray[Any]) -> NDArray[Any]:
        """Fuse the views' scores of one message into probabilities."""
        return softmax(with_constants(scores, self._constants) @ self.weights)

    def chance(self, probabilities: NDArray[Any], scores: NDArray[Any]) -> float:
        """Return how likely the likeliest answer is to be right, or to cite a section that the right one cites."""
        return self.certainty.chance(probabilities, scores)

    @classmethod
    def fit(
        cls,
        examples: Sequence[Example],
        passages: Sequence[Passage],
        sources: Mapping[str, frozenset[str]],
        progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
    ) -> Ranker:
        """Fit views on all examples; weights and certainty on folds that each leave some writers out.

        `sources` gives the sections that each answer's label cites. `progress` wraps the folds.
        """
        labels = sorted({example.label for example in examples} | {passage.label for passage in passages})
        constants = label_constants(labels)
        scores, truths = held_out_scores(labels, examples, passages, progress)
        weights = fit_weights([with_constants(score, constants) for score in scores], truths)
        held_out = ((softmax(with_constants(score, constants) @ weights), score) for score in scores)
        certainty = Certainty.fit(labels, sources, held_out, truths)
        return cls(Views.fit(labels, examples, passages), weights, certainty)

    def save(self, folder: Path) -> None:
        """Write the ranker to `folder` as npz and JSON."""
        np.savez(folder / "views.npz", weights=self.weights, certainty=self.certainty.weights, **self.views.arrays())
        (folder / "labels.json").write_text(json.dumps(self.labels), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, sources: Mapping[str, frozenset[str]]) -> Ranker:
        """Read a ranker that `save` wrote."""
        labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        with np.load(folder / "views.npz") as stored:
            arrays = {name: stored[name] for name in stored.files}
        weights, certainty = arrays.pop("weights"), arrays.pop("certainty")
        return cls(Views(labels, arrays), weights, Certainty(labels, sources, certainty))
