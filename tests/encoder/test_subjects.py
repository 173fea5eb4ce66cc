"""What a question is about: directions that tell answers apart, whatever else differs."""

from __future__ import annotations

import numpy as np

from bot.encoder.subjects import Subjects, subjects

RANDOM = np.random.default_rng(4)
ANSWERS = np.repeat(np.arange(4), 30)
CENTRES = RANDOM.normal(size=(4, 10))
# The first number is how a thing is said: it differs much, and tells nothing.
VECTORS = CENTRES[ANSWERS] + RANDOM.normal(scale=0.2, size=(120, 10))
VECTORS[:, 0] = RANDOM.normal(scale=6, size=120)


def learnt() -> Subjects:
    return Subjects.fit("an encoder", VECTORS, ANSWERS, 3, 0.1)


def test_questions_of_one_answer_are_near_however_they_are_said():
    found = learnt().of(VECTORS)
    near = found @ found.T
    same = ANSWERS[:, None] == ANSWERS
    assert near[same].min() > 0.8 > near[~same].mean()
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_what_is_saved_is_read_again(tmp_path):
    learnt().save(tmp_path / "subjects.npz")
    again = subjects(tmp_path / "subjects.npz")
    assert again.fingerprint == "an encoder"
    np.testing.assert_allclose(again.of(VECTORS), learnt().of(VECTORS), atol=0.02)
