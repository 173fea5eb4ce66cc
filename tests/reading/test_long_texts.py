"""What tells most of a long text is kept, in the order in which it was written."""

from __future__ import annotations

from bot.reading import long_texts
from bot.reading.long_texts import most_telling, pieces_of, shortened
from tests.stories import STORY, words


def test_what_asks_is_kept_first_then_the_last_and_the_first():
    assert most_telling(STORY, 7, words) == [3]
    assert most_telling(STORY, 14, words) == [3, 5]
    assert most_telling(STORY, 23, words) == [3, 5, 0]


def test_what_is_kept_stands_in_its_own_order_and_a_short_text_stays_as_it_is():
    assert shortened(" ".join(STORY), 23, words) == f"{STORY[0]} {STORY[3]} {STORY[5]}"
    assert shortened(STORY[0], 23, words) == STORY[0]


def test_a_sentence_without_an_end_is_cut_in_pieces_and_one_that_does_not_fit_is_cut_by_letters():
    assert max(words(pieces_of("and then he went " * 100))) <= long_texts.LONGEST_PIECE_WORDS
    assert 0 < len(shortened("z" * 500, 20, lambda texts: [len(text) for text in texts])) <= 20
