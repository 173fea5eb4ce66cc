"""The catalogue of documents agrees with the sources themselves, where they are at hand."""

from __future__ import annotations

import pytest
import yaml

from bot.guidance.reading_age import reading_age, syllables
from bot.guidance.sources import load_documents
from bot.paths import ROOT

SHARED = ROOT.parent / "shared" / "sources"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the source documents (../shared/sources) are not here")
def test_the_catalogue_has_every_section_of_the_sources():
    theirs = yaml.safe_load((SHARED / "sections.yml").read_text(encoding="utf-8"))
    ours = load_documents()
    assert {name: fields["sections"] for name, fields in theirs.items()} == {d.id: d.sections for d in ours.values()}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the source documents (../shared/sources) are not here")
def test_every_link_stands_in_its_document():
    for document in load_documents().values():
        text = (SHARED / f"{document.id}.txt").read_text(encoding="utf-8")
        assert [link for link in document.links if link not in text] == []


@pytest.mark.parametrize(
    ("word", "count"), [("school", 1), ("money", 2), ("occupational", 5), ("plan", 1), ("needed", 2), ("table", 2)]
)
def test_syllables(word, count):
    assert syllables(word) == count


def test_plain_words_read_younger_than_officialese():
    plain = "Ask the school first. They can help you."
    official = (
        "Representations regarding dissatisfaction necessitate formal consideration by the responsible organisation."
    )
    assert reading_age(plain) < 8 < 16 < reading_age(official)
