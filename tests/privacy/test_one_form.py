"""One form to look in, and the way back to the text as it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.names import redact_names
from bot.privacy.one_form import figures_form, plain_form
from bot.privacy.redaction import redact

TYPED = st.text(
    st.one_of(st.sampled_from("0oO1lI79 ./-,@'’\n\u200b٠７ａ½ﷺ한£[]"), st.characters(codec="utf-8")), max_size=80
)
_WORDS = "oh one two double hundred and twenty fifteen thousand third of may o 7 07700 street"
NUMBER_WORDS = st.lists(st.sampled_from(_WORDS.split())).map(" ".join)


@pytest.mark.parametrize(
    ("typed", "figures"),
    [
        ("０７７００ ９００１２３", "07700 900123"),
        ("O77OO 9oo l23", "07700 900 123"),
        ("oh seven seven double oh, nine hundred", "0 7 7 00, 900"),
        ("o seven seven", "0 7 7"),
        ("born twenty first of May two thousand and nine", "born 21th of May 2009"),
        ("nineteen ninety nine, twenty fifteen, twenty oh six", "1999, 2015, 2006"),
        ("one hundred and four mill lane", "104 mill lane"),
        ("s.o’neill＠example.org", "s.o'neill@example.org"),
        ("Jay\u200bden ＺＯË", "Jayden ZOE"),
        ("oh no, the first school, a second chance", "oh no, the first school, a second chance"),
    ],
)
def test_what_is_one_thing_has_one_form(typed, figures):
    assert figures_form(plain_form(typed)).text == figures


@given(st.one_of(TYPED, NUMBER_WORDS))
def test_every_character_knows_where_it_came_from(text):
    for form in (plain_form(text), figures_form(plain_form(text))):
        assert len(form.text) == len(form.starts) == len(form.ends)
        assert list(form.starts) == sorted(form.starts)
        assert all(0 <= start < end <= len(text) for start, end in zip(form.starts, form.ends, strict=True))


@given(st.one_of(TYPED, NUMBER_WORDS))
def test_any_text_is_redacted_and_nothing_but_placeholders_is_new(text):
    redacted = redact_names(redact(text).text)
    left = redacted.text.replace(" removed]", "")
    assert len(left) <= len(text) + 40 * left.count("[")


def test_what_is_left_keeps_its_own_characters():
    assert redact("Zoë’s № is ０７７００ ９００１２３ – Grüße ½").text == "Zoë’s № is [phone number removed] – Grüße ½"


def test_names_are_found_in_any_form_and_the_rest_stays():
    assert redact_names("my son Ｊａｙ\u200bｄｅｎ’s café").text == "my son [name removed]’s café"
