"""Words of distress are heard, whatever else is asked; calm words are not taken for them."""

from __future__ import annotations

import pytest

from bot.reading.distress import sounds_distressed


@pytest.mark.parametrize(
    "text", ["I'm at my wits\u2019 end, how do I get a plan", "sat here crying over this form", "we are so overwhelmed"]
)
def test_distress_is_heard(text):
    assert sounds_distressed(text)


@pytest.mark.parametrize(
    "text", ["what is an ehc plan", "he cries when the bell rings", "how do I apply for help with coping skills"]
)
def test_calm_is_calm(text):
    assert not sounds_distressed(text)
