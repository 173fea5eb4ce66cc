"""What is learnt from words and groups of letters: sparse weights of each, for labels and for examples."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

_BM25_K1 = 1.2
_BM25_B = 0.6
_WORD_BUCKETS = 2**16
_LETTER_BUCKETS = 2**17
# Groups of letters in more of the examples than this tell nothing, and take most of the time; of a handful, nothing is left out.
_COMMON_LETTERS = 0.03
_FEWEST_COMMON = 3


def words_vectorizer() -> HashingVectorizer:
    """Return what counts words and pairs of words, each once a text, in buckets."""
    return HashingVectorizer(
        n_features=_WORD_BUCKETS,
        alternate_sign=False,
        norm=None,
        ngram_range=(1, 2),
        token_pattern=r"[a-z0-9£']+",
        binary=True,
    )


def letters_vectorizer() -> HashingVectorizer:
    """Return what counts groups of three to five letters, within words, in buckets; unit rows."""
    return HashingVectorizer(n_features=_LETTER_BUCKETS, alternate_sign=False, analyzer="char_wb", ngram_range=(3, 5))


def bm25(documents: Sequence[str]) -> sparse.csr_matrix:
    """Return buckets x labels: the BM25 weight of each word and pair of words in each label's texts."""
    vectorizer = words_vectorizer().set_params(binary=False)
    counts = sparse.csr_matrix(vectorizer.transform(documents), dtype=np.float64)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    in_documents = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log(1 + (len(documents) - in_documents + 0.5) / (in_documents + 0.5))
    coordinates = counts.tocoo()
    norm = _BM25_K1 * (1 - _BM25_B + _BM25_B * lengths[coordinates.row] / max(lengths.mean(), 1e-9))
    weights = coordinates.data * (_BM25_K1 + 1) / (coordinates.data + norm) * rarity[coordinates.col]
    return sparse.csr_matrix((weights, (coordinates.col, coordinates.row)), shape=counts.shape[::-1])


def weighted_letters(texts: Sequence[str]) -> sparse.csr_matrix:
    """Return buckets x examples: unit rows of letter groups, weighted by rarity; what is common to many counts for nothing."""
    counts = sparse.csr_matrix(letters_vectorizer().transform(texts), dtype=np.float64)
    in_examples = np.bincount(counts.indices, minlength=counts.shape[1])
    counts.data[in_examples[counts.indices] > max(_COMMON_LETTERS * len(texts), _FEWEST_COMMON)] = 0
    counts.eliminate_zeros()
    return sparse.csr_matrix(TfidfTransformer().fit_transform(counts).T)


def store_sparse(arrays: dict[str, NDArray[Any]], name: str, matrix: sparse.csr_matrix) -> None:
    """Put a sparse matrix among arrays, under names that begin with its own."""
    matrix = sparse.csr_matrix(matrix, dtype=np.float32)
    for part in ("data", "indices", "indptr"):
        arrays[f"{name}_{part}"] = getattr(matrix, part)
    arrays[f"{name}_shape"] = np.array(matrix.shape)


def load_sparse(arrays: dict[str, NDArray[Any]], name: str) -> sparse.csr_matrix:
    """Return the sparse matrix that `store_sparse` put among arrays."""
    parts = (arrays[f"{name}_data"], arrays[f"{name}_indices"], arrays[f"{name}_indptr"])
    return sparse.csr_matrix(parts, shape=tuple(arrays[f"{name}_shape"]))
