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


def test_each_kind_of_entity_has_phrases_for_its_values():
    phrases = load_vocabulary().entity_phrases()
    assert phrases and all(
        isinstance(words, list) and words for values in phrases.values() for words in values.values()
    )
