"""Each answer is tidied or turned down with a sentence that says what to do."""

from __future__ import annotations

import pytest

from bot.handover.form.details import NotUsable
from bot.handover.form.steps import ANSWERS


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("phone", " 0191-498 0123 ", "0191 498 0123"),
        ("phone", "+44 (0)191 498 0123", "0191 498 0123"),
        ("phone", "07912345678", "07912 345678"),
        ("phone", "+33 1 42 68 53 00", "+33 1 42 68 53 00"),
        ("email", " Someone@Example.ORG ", "Someone@example.org"),
        ("child_age", "7", "7"),
        ("child_age", "07 years old", "7"),
        ("child_age", "0", "0"),
        ("child_age", "", None),
        ("school", "   ", None),
        ("name", "Bo\u0000b", "Bob"),
        ("about", " he isn't coping ", "he isn't coping"),
    ],
)
def test_an_answer_is_tidied(name, typed, kept):
    assert ANSWERS[name].checked(typed) == kept


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("phone", "12345"),
        ("phone", "my phone"),
        ("phone", "999"),
        ("email", "someone"),
        ("email", "someone@example"),
        ("email", "a@b@example.org"),
        ("child_age", "26"),
        ("child_age", "-1"),
        ("child_age", "seven"),
        ("child_age", "７"),
        *[(name, "x" * (answer.limit + 1)) for name, answer in ANSWERS.items()],
    ],
)
def test_an_answer_that_will_not_do_is_turned_down_kindly(name, typed):
    with pytest.raises(NotUsable) as refused:
        ANSWERS[name].checked(typed)
    assert len(str(refused.value).split()) > 4
