"""From what people type to words a model knows."""

from __future__ import annotations

import pytest

from bot.reading.text import clean, normaliser, plain_words, without_introduction


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("wats a personel budjet", "what is a personal budget"),
        ("wor bairn cannit haad a pencil", "our child cannot hold a pencil"),
        ("WHERE is teh SENCO", "where is the senco"),
        ("he is sooooo tired", "he is soo tired"),
        ("do u need a ehc plan", "do you need a ehcp"),
        ("ring the O.T", "ring the ot"),
        ("£6,000 a year", "£6,000 a year"),
    ],
)
def test_text_speak_dialect_and_spelling(typed, plain):
    assert normaliser()(typed) == plain


@pytest.mark.parametrize("name", ["Jayden", "Niamh", "Kayleigh", "Seaham", "Ushaw Moor"])
def test_names_are_left_alone(name):
    assert normaliser()(f"my son {name} is six") == f"my son {name.lower()} is six"


def test_lookalike_letters_become_latin():
    assert clean("О\u0422 and РНВ") == "OT and PHB"


def test_invisible_characters_go():
    assert clean("\u2060/restart\u200b now") == "/restart now"


def test_abbreviations_are_followed_by_their_words():
    assert normaliser().expand("an ehcp please") == "an ehcp (education, health and care plan) please"


def test_a_long_story_is_also_cut_into_sentences():
    story = (
        "We moved here in May and my son is seven. He has been at three schools already. "
        "Nobody listens to me and I am so tired of it all. How often should school meet us about his support?"
    )
    whole, parts = plain_words(story)
    assert len(parts) == 4 and parts[-1].startswith("how often should school meet")
    assert whole.startswith("we moved here")


def test_a_short_message_is_not_cut():
    assert plain_words("Hello. What is a plan?")[1] == []


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("SENCO here. Which posts changed in 2018?", "which posts changed in 2018?"),
        ("Health visitor enquiry: may a child be referred again?", "may a child be referred again?"),
        ("I'm a school nurse and want some training", "want some training"),
        ("As a foster carer, can I ask for a break?", "can i ask for a break?"),
        ("GP here", "gp here"),
        ("my mam asked about it", "my mum asked about it"),
    ],
)
def test_who_asks_is_left_out_where_the_question_remains(typed, left):
    assert without_introduction(normaliser()(typed)) == left
