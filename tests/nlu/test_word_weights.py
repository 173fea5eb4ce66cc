"""Weights of words and of groups of letters: what is rare tells more, and what all have tells nothing."""

from __future__ import annotations

import numpy as np

from bot.nlu.ranking.word_weights import (
    bm25,
    letters_vectorizer,
    load_sparse,
    store_sparse,
    weighted_letters,
    words_vectorizer,
)


def test_a_word_speaks_for_the_label_whose_texts_have_it():
    weights = bm25(["portage at home", "a plan at school", "a plan at college"])
    portage, plan, at = (
        (words_vectorizer().transform([word]) @ weights).toarray()[0] for word in ("portage", "plan", "at")
    )
    assert portage[0] > 0 == portage[1] == portage[2]
    assert portage[0] > plan[1] > at[1] > 0


def test_a_misspelt_text_is_nearest_to_its_like():
    texts = ["dyslexia assessment", "hearing aid", "school transport", "respite care"]
    near = (letters_vectorizer().transform(["dislexia asessment"]) @ weighted_letters(texts)).toarray()[0]
    assert near.argmax() == 0 and near[0] > 2 * near[1:].max()


def test_letters_that_most_examples_have_count_for_nothing():
    weights = weighted_letters(["common"] * 200 + ["rarity"])
    assert weights[:, :200].nnz == 0
    np.testing.assert_allclose(weights[:, 200].power(2).sum(), 1)


def test_what_is_stored_is_loaded_again():
    arrays: dict[str, np.ndarray] = {}
    weights = bm25(["one text", "another"])
    store_sparse(arrays, "weights", weights)
    assert abs(load_sparse(arrays, "weights") - weights).max() < 1e-6
