"""What was typed breaks no page and is never taken for an intent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.typed_text import as_ordinary_text, cleaned


@pytest.mark.parametrize(
    ("typed", "sent"), [("\u200b /restart\x00 ", "/restart"), ("  hello\u2060", "hello"), ("\x07", "")]
)
def test_what_nobody_sees_goes(typed, sent):
    assert cleaned(typed) == sent


@given(st.text())
def test_a_cleaned_text_is_clean(text):
    assert cleaned(cleaned(text)) == cleaned(text)


@pytest.mark.parametrize("text", ["/restart", "EXTERNAL: x", "external: x"])
def test_no_text_is_an_intent(text):
    assert not as_ordinary_text(text).startswith(("/", "E", "e"))
    assert as_ordinary_text(text).endswith(text)


def test_ordinary_words_stay():
    assert as_ordinary_text("and/or") == "and/or"
