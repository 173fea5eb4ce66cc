"""However it is typed, danger is looked for in the same plain words."""

from __future__ import annotations

import pytest

from bot.reading.plain_speech import plain


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("He\u2019s  been BRAYIN\u2019 wor lass!!", "hes been brayin our lass ."),
        ("he h1t me, she h*ts", "he hit me she hits"),
        ("\u0440\u043elice, now", "police now"),
        ("sui\u200bcide\u202e", "suicide"),
        ("unconcious. brusied", "unconscious . bruised"),
        ("the battery slipped", "the battery slipped"),
        ("nooooo", "noo"),
        ("divvent te the polis", "dont to the police"),
        ("", ""),
    ],
)
def test_text_has_one_plain_form(typed, read):
    assert plain(typed) == read
