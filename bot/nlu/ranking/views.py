"""Several views of the same question: how each label scores for a message, before the scores are fused.

Each label (an answer, or another intent) is scored by how near the message is to the label's examples and to its
answer's own text, by two linear models, and by the words and parts of words they share.
"""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.nlu.ranking.by_label import Members
from bot.nlu.ranking.examples import Example, Passage, Utterance
from bot.nlu.ranking.features import VIEWS
from bot.nlu.ranking.logistic import log_shares
from bot.nlu.ranking.nearness import ByteVectors
from bot.nlu.ranking.vector_models import logistic, ridge, similarity, unit
from bot.nlu.ranking.word_weights import (
    bm25,
    letters_vectorizer,
    load_sparse,
    store_sparse,
    weighted_letters,
    words_vectorizer,
)

_MESSAGES_AT_ONCE = 64


class Views:
    """The scores of every label for a message, one column a view, before they are fused."""

    def __init__(self, labels: Sequence[str], arrays: dict[str, NDArray[Any]]) -> None:
        self.labels = list(labels)
        self._arrays = arrays
        self._words = words_vectorizer()
        self._letters = letters_vectorizer()
        self._word_weights = load_sparse(arrays, "word_weights")
        self._letter_weights = load_sparse(arrays, "letter_weights")
        self._examples = ByteVectors(arrays["examples"].astype(np.float32))
        self._passages = ByteVectors(arrays["passages"].astype(np.float32))
        self._of_examples = Members(arrays["example_labels"], len(labels))
        self._of_passages = Members(arrays["passage_labels"], len(labels))

    @classmethod
    def fit(cls, labels: Sequence[str], examples: Sequence[Example], passages: Sequence[Passage]) -> Views:
        """Learn the views from examples and passages."""
        place = {label: index for index, label in enumerate(labels)}
        examples = sorted(examples, key=lambda example: place[example.label])
        passages = sorted(passages, key=lambda passage: place[passage.label])
        vectors = np.stack([example.utterance.vectors[0] for example in examples])
        of_label = np.array([place[example.label] for example in examples])
        texts = [example.utterance.texts[0] for example in examples]
        documents: list[list[str]] = [[] for _ in labels]
        for text, index in zip(texts, of_label):
            documents[index].append(text)
        for passage in passages:
            documents[place[passage.label]].append(passage.text)
        alike = similarity(vectors, of_label, len(labels))
        arrays: dict[str, NDArray[Any]] = {
            "examples": unit(vectors @ alike).astype(np.float16),
            "example_labels": of_label,
            "passages": np.stack([passage.vector for passage in passages]).astype(np.float16)
            if passages
            else np.zeros((0, vectors.shape[1]), np.float16),
            "passage_labels": np.array([place[passage.label] for passage in passages], int),
            "linear": ridge(vectors, of_label, len(labels)),
            "logistic": logistic(vectors, of_label, passages, place),
            "similarity": alike,
        }
        store_sparse(arrays, "word_weights", bm25([" \n ".join(texts_of) for texts_of in documents]))
        store_sparse(arrays, "letter_weights", weighted_letters(texts))
        return cls(labels, arrays)

    def score(self, utterance: Utterance) -> NDArray[Any]:
        """Return labels x (2 * views): the scores of the whole message, then the best of any part of it."""
        return self.score_many([utterance])[0]

    def score_many(self, utterances: Sequence[Utterance]) -> list[NDArray[Any]]:
        """Return what `score` returns for each of several messages, in one go."""
        scores: list[NDArray[Any]] = []
        for start in range(0, len(utterances), _MESSAGES_AT_ONCE):
            batch = utterances[start : start + _MESSAGES_AT_ONCE]
            parts = self._score_texts(
                np.concatenate([utterance.vectors for utterance in batch]),
                [text for utterance in batch for text in utterance.texts],
            )
            first = 0
            for utterance in batch:
                own = parts[first : first + len(utterance.texts)]
                scores.append(np.concatenate([own[0], own.max(axis=0)], axis=1))
                first += len(utterance.texts)
        return scores

    def _score_texts(self, vectors: NDArray[Any], texts: Sequence[str]) -> NDArray[Any]:
        """Return texts x labels x views."""
        out = np.zeros((len(texts), len(self.labels), VIEWS), np.float32)
        linear = self._arrays["linear"]
        out[:, :, 0] = vectors @ linear[:-1] + linear[-1]
        if len(self._passages):
            out[:, :, 1] = self._of_passages.nearest(self._passages.products(vectors))
        counts = self._words.transform(texts)
        shared = np.maximum(counts.getnnz(axis=1), 1)[:, None]
        out[:, :, 2] = (counts @ self._word_weights).toarray() / shared
        letters = self._letters.transform(texts) @ self._letter_weights
        out[:, :, 3] = self._of_examples.nearest(letters.toarray())
        alike = self._examples.products(unit(vectors @ self._arrays["similarity"]))
        out[:, :, 4] = self._of_examples.nearest(alike)
        out[:, :, 5] = self._of_examples.nearest_few(alike)
        out[:, :, 6] = log_shares(vectors @ self._arrays["logistic"])
        return out

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what must be kept to rebuild this object."""
        return self._arrays
