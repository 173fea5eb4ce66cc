"""English, however it is spelt, is never taken for another language; other languages are recognised."""

from __future__ import annotations

import pytest
import yaml

from bot.nlu.components.language import other_language
from bot.paths import EXAMPLES


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("mój syn nie mówi, kto może pomóc?", "pl"),
        ("fiul meu are nevoie de ajutor la școală", "ro"),
        ("ابني يحتاج إلى مساعدة في المدرسة", "ar"),
        ("моя дитина потребує допомоги", "uk"),
        ("necesito ayuda para mi hijo", "es"),
        ("我的孩子需要帮助", "zh"),
    ],
)
def test_other_languages(message, language):
    assert other_language(message) == language


@pytest.mark.parametrize(
    "message",
    [
        "divvent kna wat tee dee",
        "wor bairn cannit haad a pencil",
        "ehcp",
        "wats a senco",
        "12345",
        "???",
        "Niamh O'Hara",
        "",
    ],
)
def test_english_in_every_spelling(message):
    assert other_language(message) is None


def test_no_training_example_is_taken_for_another_language():
    examples = [
        line.strip()[2:]
        for file in EXAMPLES.rglob("*.yml")
        if file.stem != "other_language"
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
        for line in block["examples"].splitlines()
    ]
    taken = [example for example in examples if other_language(example)]
    assert len(taken) <= len(examples) / 1000, taken
