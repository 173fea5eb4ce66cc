"""Vectors as bytes: as near as floats say, for any number of texts and members."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.ranking.nearness import ByteVectors


def unit(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, 768)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("texts", [1, 5])
def test_products_are_those_of_floats_within_two_thousandths(texts):
    members = unit(300, seed=1)
    asked = members[:texts] * 0.7 + unit(texts, seed=2) * 0.7
    products = ByteVectors(members).products(asked)
    assert products.shape == (texts, 300)
    assert np.abs(products - asked @ members.T).max() < 0.002
    assert (products.argmax(axis=1) == np.arange(texts)).all()


def test_of_no_members_nothing_is_near():
    assert ByteVectors(np.zeros((0, 768), np.float32)).products(unit(2, seed=3)).shape == (2, 0)


def test_a_vector_of_zeros_is_near_to_nothing():
    assert (ByteVectors(unit(4, seed=4)).products(np.zeros((1, 768), np.float32)) == 0).all()
