"""The vocabulary's words are read as the understanding side needs them."""

from __future__ import annotations

from bot.reading.vocabulary import load_vocabulary


def test_words_that_people_use_are_looked_up_in_small_letters():
    vocabulary = load_vocabulary()
    assert vocabulary.abbreviations["ehcp"]
    assert all(word == word.lower() for word in (*vocabulary.abbreviations, *vocabulary.replacements))


def test_a_misspelling_and_dialect_are_replaced_alike():
    replacements = load_vocabulary().replacements
    assert replacements["divvent"] and replacements["bairn"]
