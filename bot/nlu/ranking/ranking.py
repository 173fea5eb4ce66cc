"""Which answer does a message ask for? Several views of the same question, fused and calibrated.

Each label (an answer, or another intent) is scored for a message by how near the message is to the
label's examples and to its answer's own text, by a linear model, and by the words and parts of words
they share. The weights of these views are fitted on messages whose writer the views did not see, so
that the probabilities hold for strangers: 0.8 means right four times in five.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from sklearn.feature_extraction.text import HashingVectorizer

from bot.nlu.ranking.certainty import Certainty
from bot.nlu.ranking.features import FAQ_INTENT, OUT_OF_SCOPE_INTENT, URGENT_INTENT, VIEWS
from bot.nlu.ranking.logistic import fit_logistic, log_shares
from bot.nlu.ranking.nearness import ByteVectors

_RIDGE = 3.0
# How much a paragraph of an answer counts beside an example, where the logistic model learns from both.
_PASSAGE_SHARE = 0.5
_LIKENESS_SHRINKAGE = 0.5
_FEW = 3
_BM25_K1 = 1.2
_BM25_B = 0.6
_WORD_BUCKETS = 2**16
_LETTER_BUCKETS = 2**17
# Groups of letters in more of the examples than this tell nothing, and take most of the time.
_COMMON_LETTERS = 0.03
_WEIGHT_PENALTY = 1e-3
_MESSAGES_AT_ONCE = 64
MOST_HELD_OUT = 5000


@dataclass(frozen=True)
class Utterance:
    """A message ready to be ranked: its vectors and its plain words, whole first, then its parts (if more than one)."""

    vectors: NDArray[Any]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """A training message: what it asks for, and who wrote it (a voice, not a person's name)."""

    utterance: Utterance
    label: str
    writer: str


@dataclass(frozen=True)
class Passage:
    """A piece of an answer's own text."""

    vector: NDArray[Any]
    text: str
    label: str


class Views:
    """The scores of every label for a message, one column a view, before they are fused."""

    def __init__(self, labels: Sequence[str], arrays: dict[str, NDArray[Any]]) -> None:
        self.labels = list(labels)
        self._arrays = arrays
        self._words = _words_vectorizer()
        self._letters = _letters_vectorizer()
        self._word_weights = _sparse(arrays, "word_weights")
        self._letter_weights = _sparse(arrays, "letter_weights")
        self._examples = ByteVectors(arrays["examples"].astype(np.float32))
        self._passages = ByteVectors(arrays["passages"].astype(np.float32))
        self._of_examples = _Members(arrays["example_labels"], len(labels))
        self._of_passages = _Members(arrays["passage_labels"], len(labels))

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
        likeness = _likeness(vectors, of_label, len(labels))
        arrays: dict[str, NDArray[Any]] = {
            "examples": _unit(vectors @ likeness).astype(np.float16),
            "example_labels": of_label,
            "passages": np.stack([passage.vector for passage in passages]).astype(np.float16)
            if passages
            else np.zeros((0, vectors.shape[1]), np.float16),
            "passage_labels": np.array([place[passage.label] for passage in passages], int),
            "linear": _ridge(vectors, of_label, len(labels)),
            "logistic": _logistic(vectors, of_label, passages, place),
            "likeness": likeness,
        }
        _store_sparse(arrays, "word_weights", _bm25([" \n ".join(texts_of) for texts_of in documents]))
        _store_sparse(arrays, "letter_weights", _weighted_letters(texts))
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
        alike = self._examples.products(_unit(vectors @ self._arrays["likeness"]))
        out[:, :, 4] = self._of_examples.nearest(alike)
        out[:, :, 5] = self._of_examples.nearest_few(alike)
        out[:, :, 6] = log_shares(vectors @ self._arrays["logistic"])
        return out

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what must be kept to rebuild this object."""
        return self._arrays


class _Members:
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


def _likeness(vectors: NDArray[Any], of_label: NDArray[Any], labels: int) -> NDArray[Any]:
    """Return a projection that shrinks the directions in which messages that ask the same differ.

    The covariance within labels, each counting alike, is undone in part (power and shrinkage were chosen by
    leaving writers out).
    """
    counts = np.maximum(np.bincount(of_label, minlength=labels), 1)
    means = _sums_of_labels(vectors, of_label, labels) / counts[:, None]
    spread = (vectors - means[of_label]) / np.sqrt(counts)[of_label][:, None]
    covariance = spread.T @ spread
    covariance /= np.trace(covariance) / len(covariance)
    values, directions = np.linalg.eigh(covariance)
    whitening: NDArray[Any] = ((directions / np.sqrt(values + _LIKENESS_SHRINKAGE)) @ directions.T).astype(np.float32)
    return whitening


def _unit(vectors: NDArray[Any]) -> NDArray[Any]:
    unit: NDArray[Any] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


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
        return _softmax(_features(scores, self._constants) @ self.weights)

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
        weights = _fit_weights([_features(score, constants) for score in scores], truths)
        held_out = ((_softmax(_features(score, constants) @ weights), score) for score in scores)
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


def held_out_scores(
    labels: Sequence[str],
    examples: Sequence[Example],
    passages: Sequence[Passage],
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
    most_folds: int = 6,
) -> tuple[list[NDArray[Any]], list[int]]:
    """Score every example by views that saw nothing by its writer. Returns scores and true label numbers.

    An example whose label nobody else wrote for is left out: it would teach the weights to doubt.
    """
    folds = _folds(examples, most_folds)
    place = {label: index for index, label in enumerate(labels)}
    scores: list[NDArray[Any]] = []
    truths: list[int] = []
    for fold in progress(sorted(set(folds))):
        seen = [example for example, own in zip(examples, folds) if own != fold]
        known = {example.label for example in seen}
        if not seen:
            continue
        views = Views.fit(labels, seen, passages)
        held_out = [example for example, own in zip(examples, folds) if own == fold and example.label in known]
        held_out = held_out[:: max(len(examples) // MOST_HELD_OUT, 1)]
        scores.extend(views.score_many([example.utterance for example in held_out]))
        truths.extend(place[example.label] for example in held_out)
    return scores, truths


def _folds(examples: Sequence[Example], most_folds: int) -> list[int]:
    """Return each example's fold: its writer's, but a writer of more than half of all examples is spread over the folds.

    Writers who share labels with few others go to different folds, or no fold could hold such a label out. Where most
    labels have one writer only (Rasa's own cross-validation writes them so), all examples are spread.
    """
    counts = Counter(example.writer for example in examples)
    writers_of: dict[str, set[str]] = {}
    for example in examples:
        writers_of.setdefault(example.label, set()).add(example.writer)
    if sum(len(writers) > 1 for writers in writers_of.values()) * 2 < len(writers_of):
        counts = Counter({"": len(examples)})
        examples = [replace(example, writer="") for example in examples]
    fold_of = _fold_of_writer(examples, counts, most_folds)
    seen: Counter[str] = Counter()
    folds = []
    for example in examples:
        if counts[example.writer] * 2 > len(examples):
            folds.append(seen[example.label] % most_folds)
            seen[example.label] += 1
        else:
            folds.append(fold_of[example.writer])
    return folds


def _fold_of_writer(examples: Sequence[Example], counts: Mapping[str, int], most_folds: int) -> dict[str, int]:
    """Return a fold for every writer, so that few examples lose all others who wrote for their label; even in size.

    Starts with even folds and moves one writer at a time while that helps.
    """
    by_label: dict[str, Counter[str]] = {}
    for example in examples:
        by_label.setdefault(example.label, Counter())[example.writer] += 1
    shared = [writers for writers in by_label.values() if len(writers) > 1]
    fold_of = {writer: number % most_folds for number, writer in enumerate(sorted(counts))}

    def cost(folds: Mapping[str, int]) -> tuple[int, int]:
        lost = sum(sum(writers.values()) for writers in shared if len({folds[writer] for writer in writers}) == 1)
        sizes: Counter[int] = Counter()
        for writer, fold in folds.items():
            sizes[fold] += counts[writer]
        return lost, max(sizes.values())

    best, better = cost(fold_of), True
    while better:
        moved = min(
            ({**fold_of, writer: fold} for writer in fold_of for fold in range(most_folds)),
            key=cost,
        )
        better = cost(moved) < best
        if better:
            fold_of, best = moved, cost(moved)
    return fold_of


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


def _features(scores: NDArray[Any], constants: NDArray[Any]) -> NDArray[Any]:
    """Add, for labels without answer text, constants of their own."""
    return np.concatenate([scores, constants], axis=1)


def _softmax(values: NDArray[Any]) -> NDArray[Any]:
    exponents: NDArray[Any] = np.exp(values - values.max())
    shares: NDArray[Any] = exponents / exponents.sum()
    return shares


def _fit_weights(features: Sequence[NDArray[Any]], truths: Sequence[int]) -> NDArray[Any]:
    """Find the weights of a conditional logit: the views' weights are the same for every label."""
    stacked = np.stack(features)
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


def _ridge(vectors: NDArray[Any], of_label: NDArray[Any], labels: int) -> NDArray[Any]:
    """Return a linear model (width + 1) x labels: least squares with a penalty, each label counting alike."""
    with_constant = np.concatenate([vectors, np.ones((len(vectors), 1), vectors.dtype)], axis=1)
    weighted = with_constant * _importance(of_label, labels)[:, None].astype(vectors.dtype)
    gram = (weighted.T @ with_constant).astype(np.float64) + _RIDGE * np.eye(with_constant.shape[1])
    return np.linalg.solve(gram, _sums_of_labels(weighted, of_label, labels).T).astype(np.float32)


def _sums_of_labels(vectors: NDArray[Any], of_label: NDArray[Any], labels: int) -> NDArray[Any]:
    """Return labels x width: the sum of each label's vectors, which are in the order of their labels."""
    sums = np.zeros((labels, vectors.shape[1]))
    present, starts = np.unique(of_label, return_index=True)
    sums[present] = np.add.reduceat(vectors, starts, axis=0, dtype=np.float64)
    return sums


def _logistic(
    vectors: NDArray[Any], of_label: NDArray[Any], passages: Sequence[Passage], place: Mapping[str, int]
) -> NDArray[Any]:
    """Return a logistic model width x labels, learnt from the examples and, with less weight, the answers' paragraphs."""
    importance = _importance(of_label, len(place))
    if passages:
        vectors = np.concatenate([vectors, np.stack([passage.vector for passage in passages])])
        of_label = np.concatenate([of_label, [place[passage.label] for passage in passages]])
        importance = np.concatenate([importance, np.full(len(passages), _PASSAGE_SHARE)])
    return fit_logistic(vectors, of_label, importance, len(place))


def _importance(of_label: NDArray[Any], labels: int) -> NDArray[Any]:
    """Return how much each example counts: less, where its label has many."""
    counts = np.bincount(of_label, minlength=labels).astype(np.float64)
    return np.asarray((counts.mean() / np.maximum(counts, 1))[of_label] ** 0.5)


def _words_vectorizer() -> HashingVectorizer:
    return HashingVectorizer(
        n_features=_WORD_BUCKETS,
        alternate_sign=False,
        norm=None,
        ngram_range=(1, 2),
        token_pattern=r"[a-z0-9£']+",
        binary=True,
    )


def _letters_vectorizer() -> HashingVectorizer:
    return HashingVectorizer(n_features=_LETTER_BUCKETS, alternate_sign=False, analyzer="char_wb", ngram_range=(3, 5))


def _bm25(documents: Sequence[str]) -> sparse.csr_matrix:
    """Return buckets x labels: the BM25 weight of each word and pair of words in each label's texts."""
    vectorizer = _words_vectorizer().set_params(binary=False)
    counts = sparse.csr_matrix(vectorizer.transform(documents), dtype=np.float64)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    in_documents = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log(1 + (len(documents) - in_documents + 0.5) / (in_documents + 0.5))
    coordinates = counts.tocoo()
    norm = _BM25_K1 * (1 - _BM25_B + _BM25_B * lengths[coordinates.row] / max(lengths.mean(), 1e-9))
    weights = coordinates.data * (_BM25_K1 + 1) / (coordinates.data + norm) * rarity[coordinates.col]
    return sparse.csr_matrix((weights, (coordinates.col, coordinates.row)), shape=counts.shape[::-1])


def _weighted_letters(texts: Sequence[str]) -> sparse.csr_matrix:
    """Return buckets x examples: unit rows of letter groups, weighted by rarity on both sides of the product."""
    counts = sparse.csr_matrix(_letters_vectorizer().transform(texts), dtype=np.float64)
    in_examples = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log((1 + len(texts)) / (1 + in_examples)) + 1
    rarity[in_examples > max(_COMMON_LETTERS * len(texts), _FEW)] = 0
    weighted = counts.multiply(rarity[None, :]).tocsr()
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    of_buckets = sparse.csr_matrix((sparse.diags(1 / np.maximum(norms, 1e-9)) @ weighted).T)
    of_buckets.eliminate_zeros()
    return of_buckets


def _store_sparse(arrays: dict[str, NDArray[Any]], name: str, matrix: sparse.csr_matrix) -> None:
    matrix = sparse.csr_matrix(matrix, dtype=np.float32)
    for part in ("data", "indices", "indptr"):
        arrays[f"{name}_{part}"] = getattr(matrix, part)
    arrays[f"{name}_shape"] = np.array(matrix.shape)


def _sparse(arrays: dict[str, NDArray[Any]], name: str) -> sparse.csr_matrix:
    parts = (arrays[f"{name}_data"], arrays[f"{name}_indices"], arrays[f"{name}_indptr"])
    return sparse.csr_matrix(parts, shape=tuple(arrays[f"{name}_shape"]))
