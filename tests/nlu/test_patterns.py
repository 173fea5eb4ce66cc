"""As tests/test_patterns.py, in Rasa's Python: modules that only it can import, and its own `re`."""

from __future__ import annotations

from tests.patterns import no_pattern_is_slow, the_fuzz_finds_what_was_slow, their_patterns_are_read


def test_no_text_makes_a_pattern_slow():
    no_pattern_is_slow()


def test_texts_that_stopped_the_guide_once_are_found_by_the_fuzz():
    the_fuzz_finds_what_was_slow()


def test_the_patterns_of_every_module_are_read():
    their_patterns_are_read(
        {
            "bot.reading.context",
            "bot.reading.text",
            "bot.reading.asking",
            "bot.reading.danger",
            "bot.reading.calm_words",
        }
    )
