"""What nobody sees goes, look-alike letters are read as what they look like, and each reader keeps what it needs."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from bot.reading.characters import (
    plain_characters,
    without_anything_unseen,
    without_unprintable,
    without_unseen,
    without_unseen_around,
)

ZERO_WIDTH_SPACE, JOINER, TURNED, SOFT_HYPHEN = "\u200b", "\u200d", "\u202e", "\u00ad"
FAMILY = f"\U0001f468{JOINER}\U0001f469{JOINER}\U0001f467"
EVERY_CHARACTER = [chr(number) for number in range(sys.maxunicode + 1)]


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        (without_unprintable, f"a{ZERO_WIDTH_SPACE}b{JOINER}c{TURNED}d\te\n{FAMILY}"),
        (without_unseen, f"abcd\te\n\x07{FAMILY}"),
        (without_anything_unseen, "abcd\te\n\U0001f468\U0001f469\U0001f467"),
        (plain_characters, "abcd\te\n\x07\U0001f468\U0001f469\U0001f467"),
    ],
)
def test_each_cleaner_keeps_what_it_says(keep, kept):
    assert keep(f"a{ZERO_WIDTH_SPACE}b{JOINER}c{TURNED}d\te\n\x07{FAMILY}") == kept


def test_around_a_text_only_its_ends_change():
    assert without_unseen_around(f" {TURNED}{SOFT_HYPHEN}\n a{JOINER}b {ZERO_WIDTH_SPACE}") == f"a{JOINER}b"
    assert without_unseen_around(FAMILY + "\u200d") == FAMILY + "\u200d"


def test_no_letter_digit_or_sign_that_is_seen_is_taken_for_one_that_is_not():
    for cleaned in (without_unprintable, without_unseen, without_anything_unseen, without_unseen_around):
        for character in EVERY_CHARACTER:
            if unicodedata.category(character)[0] in "LNPS" and character not in "\u115f\u1160\u3164\uffa0\ufffc\ufffd":
                assert cleaned(character) == character, (cleaned.__name__, hex(ord(character)))


def test_every_mark_that_turns_the_direction_of_writing_goes_from_what_is_read():
    directions = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    turning = [each for each in EVERY_CHARACTER if unicodedata.bidirectional(each) in directions]
    assert len(turning) >= 9
    for cleaned in (without_unseen, without_anything_unseen, plain_characters):
        assert not cleaned("".join(turning))


def test_letters_that_look_like_others_are_read_as_those():
    assert plain_characters("му ѕоn ’ЕНСР’ ﬁt") == "мy son 'EHCP' fit"
    assert plain_characters("ѕuісіdе") == "suicide"
    assert plain_characters("тhе кids", boldly=True) == "the kids"


@pytest.mark.parametrize("cleaned", [without_unprintable, without_unseen, without_anything_unseen, plain_characters])
def test_what_is_clean_stays_as_it_is(cleaned):
    for text in ("", "my son", "a\tb\nc", "“quoted” – it’s", "моя дитина", "ابني", "café"):
        assert cleaned(cleaned(text)) == cleaned(text)
