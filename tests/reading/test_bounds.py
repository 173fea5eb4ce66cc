"""A text is brought into bounds before it is read, and nothing that somebody means is lost by it."""

from __future__ import annotations

import json
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handover.form.steps import STEPS
from bot.paths import ROOT
from bot.reading.bounds import LONGEST_TEXT, LONGEST_WORD, MOST_PUNCTUATION, bounded
from bot.reading.danger import find_urgent
from bot.reading.handover_reply import read as read_in_handover

URGENT = [
    row["message"]
    for row in map(json.loads, (ROOT / "tests/evaluation/urgent_help.jsonl").read_text(encoding="utf-8").splitlines())
]
RUNS = (
    ",",
    "!",
    "?!",
    ",!",
    "(",
    '"',
    "\U0001f62d",
    "\U0001f62d\U0001f6a8 ",
    "a",
    "thank you ",
    "please please me ",
    "who is it ",
    "\u200b,",
    "x1-",
    "no no ",
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("help!!!!!!!!!!!", "help!!!"),
        ("no no no no no no stop", "no no no stop"),
        ("thank you " * 20 + "bye", "thank you thank you thank you bye"),
        ("Who is it? WHO IS IT. who is it " * 9 + "then", "Who is it? WHO IS IT. who is it then"),
        ("my dad my dad my dad my dad my mum", "my dad my dad my dad my mum"),
        ("sooooooo tired", "sooo tired"),
        ("ring 07700000000 or 0000000000", "ring 07700000000 or 0000000000"),
        ("so, so, so sorry!!! what now???", "so, so, so sorry!!! what now???"),
        ("my dad\n\nhits me", "my dad\n\nhits me"),
    ],
)
def test_what_is_said_too_often_is_read_three_times(typed, read):
    assert bounded(typed) == read


def test_overlong_words_are_broken_up_where_a_sign_stands_and_nothing_of_them_is_lost():
    glued = "/".join(f"word{number}" for number in range(60))
    assert bounded(glued).replace(" ", "") == glued
    assert all(len(word) <= LONGEST_WORD and not word.startswith("/") for word in bounded(glued).split())


def test_characters_that_stand_for_many_do_not_make_a_text_grow_out_of_bounds():
    assert len(bounded("".join(chr(0xFDFA) + chr(0x0627 + place % 20) for place in range(2000)))) <= LONGEST_TEXT * 1.1


def test_everything_urgent_is_found_between_hostile_runs():
    lost = []
    for place, text in enumerate(URGENT):
        run = RUNS[place % len(RUNS)]
        around = run * (900 // len(run))
        if not find_urgent(f"{around} . {text} . {around}") and find_urgent(text):
            lost.append(text)
    assert not lost


def test_a_handover_step_reads_danger_between_hostile_runs():
    assert read_in_handover(STEPS["about"], ",!" * 400 + " my husband hit our son last night " + "(" * 800) == "urgent"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a", "no", "my dad", ",", "!", "((", "\U0001f62d", " ", "\n", "hits", "me.", "abc-", "\u0301"])
    ),
    st.integers(1, 60),
)
def test_a_bounded_text_holds_each_word_that_was_typed_and_no_long_run(pieces, times):
    typed = " ".join(pieces * times)
    text = bounded(typed)
    words = re.compile(r"[^\W_]+")
    assert set(words.findall(text)) == set(words.findall(typed[:LONGEST_TEXT])) or len(typed) > LONGEST_TEXT
    assert not re.search(rf"[^\w\s]{{{MOST_PUNCTUATION + 1}}}|\S{{{LONGEST_WORD + 1}}}|(\D)\1\1\1\1", text)


def test_bringing_a_text_into_bounds_takes_little_time_whatever_it_is():
    random.seed(3)
    texts = [sign * 2000 for sign in ", ((!a\u0301\ufdfa\U0001f62d"]
    texts += ["".join(random.choice(",! ab\n\u200b\ufdfa") for _ in range(2000)) for _ in range(20)]
    texts += [("a b c d e f g h i j k l " * 90)[:2000], ("x" * 59 + " ") * 33]
    for text in texts:
        assert min(_seconds(text) for _ in range(5)) < 0.02, text[:40]


def _seconds(text: str) -> float:
    began = time.process_time()
    bounded(text)
    return time.process_time() - began
