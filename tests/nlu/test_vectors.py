"""Rasa's fingerprint of a message goes by the numbers in its vectors."""

from __future__ import annotations

import numpy as np
from rasa.shared.nlu.training_data.message import Message

from bot.encoder.vectors import Vectors


def fingerprint(array: np.ndarray) -> str:
    return Message(data={"text": "same", "vectors": Vectors.of(array)}).fingerprint()


def test_the_same_numbers_have_the_same_fingerprint():
    numbers = np.arange(2000, dtype=np.float32)
    assert fingerprint(numbers) == fingerprint(numbers.copy())


def test_one_other_number_or_shape_has_another():
    numbers = np.arange(2000, dtype=np.float32)
    other = numbers.copy()
    other[1000] = -1  # numpy's own text of a long array leaves its middle out
    assert len({fingerprint(numbers), fingerprint(other), fingerprint(numbers[None, :])}) == 3
