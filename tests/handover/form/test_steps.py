"""Answers as people give them in a chat: in sentences, both ways of contact at once, ages in words."""

from __future__ import annotations

import pytest

from bot.handover.form.details import NotUsable
from bot.handover.form.steps import STEPS


@pytest.mark.parametrize(
    ("step", "typed", "found"),
    [
        ("about", "the school will not listen", {"about": "the school will not listen"}),
        ("name", "Jo", {"name": "Jo"}),
        ("name", "hi, my name is Jo Smythe.", {"name": "Jo Smythe"}),
        ("name", "it\u2019s Jo".replace("\u2019", "'"), {"name": "Jo"}),
        ("contact", "07700 900123", {"phone": "07700 900123"}),
        ("contact", "ring me on 07700900123 after six", {"phone": "07700 900123"}),
        ("contact", "JO@Example.org.", {"email": "JO@example.org"}),
        ("contact", "jo@example.org or 07700 900123", {"email": "jo@example.org", "phone": "07700 900123"}),
        ("contact", "+48 22 123 45 67", {"phone": "+48 22 123 45 67"}),
        ("when", "after the school run", {"when_to_reach": "after the school run"}),
        ("child", "she's called Mia", {"child_first_name": "Mia"}),
        ("age", "7", {"child_age": "7"}),
        ("age", "she is seven years old", {"child_age": "7"}),
        ("age", "he's 18 months", {"child_age": "1"}),
        ("age", "0", {"child_age": "0"}),
        ("school", "Quillfeather Primary", {"school": "Quillfeather Primary"}),
    ],
)
def test_an_answer_is_found_in_what_was_typed(step, typed, found):
    assert STEPS[step].read(typed) == found


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("about", "   "),
        ("about", " \u200b "),
        ("name", ""),
        ("about", "x" * 2001),
        ("name", "x" * 101),
        ("contact", "facebook"),
        ("contact", "07700 9001"),
        ("contact", "jo@example"),
        ("contact", "jo at home"),
        ("age", "nearly grown up"),
        ("age", "26"),
        ("age", "between 7 and 9"),
        ("school", "x" * 121),
    ],
)
def test_an_answer_that_will_not_do_is_refused_in_a_kind_sentence(step, typed):
    with pytest.raises(NotUsable) as refused:
        STEPS[step].read(typed)
    assert str(refused.value).endswith(".") and typed.strip()[:20] not in str(refused.value) or not typed.strip()
