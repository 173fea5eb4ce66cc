"""Parents and professionals get the text meant for them, and the facts never differ."""

from __future__ import annotations

import re

import pytest

from bot.guidance.answers import Answer, load_answers
from bot.guidance.briefs import briefs
from bot.guidance.replies import MOST_WORDS_WITH_BRIEF, answer_message
from tests.shared import SHARED

_FACT = re.compile(r"£?\d[\d,.]*\d%?|£?\d%?|https?://\S+")


def facts(text: str) -> set[str]:
    """Return the figures, dates and addresses that a text states."""
    return {found.strip(".,") for found in _FACT.findall(text)}


@pytest.mark.parametrize("answer", [a for a in load_answers().values() if a.professional], ids=lambda answer: answer.id)
def test_a_text_for_professionals_says_every_figure_that_parents_are_told(answer):
    missing = facts(answer.text) - facts(answer.professional) - facts(briefs().get(answer.sources[0], ""))
    assert not missing, f"{answer.file}: parents are told {missing}"


def test_the_same_sources_and_links_are_shown_to_both():
    for answer in load_answers().values():
        parent, professional = (answer_message(answer, audience, 1.0) for audience in ("parent", "professional"))
        for part in ("sources", "links", "answer"):
            assert parent["custom"][part] == professional["custom"][part]
        if not answer.professional:
            assert professional["text"].startswith(answer.text)


def _with_brief(long: bool, own_text: bool) -> Answer:
    for answer in load_answers().values():
        brief = briefs().get(answer.sources[0], "")
        together = len(answer.text_for("professional").split()) + len(brief.split())
        if brief and bool(answer.professional) == own_text and (together > MOST_WORDS_WITH_BRIEF) == long:
            return answer
    raise AssertionError("no such answer")


def test_a_long_answer_stands_without_its_brief_unless_it_has_a_text_for_professionals():
    for own_text in (False, True):
        answer = _with_brief(long=True, own_text=own_text)
        shown = answer_message(answer, "professional", 1.0)["text"]
        assert (briefs()[answer.sources[0]] in shown) == own_text


def test_a_brief_belongs_to_the_section_cited_first():
    answer = _with_brief(long=False, own_text=False)
    assert briefs()[answer.sources[0]] in answer_message(answer, "professional", 1.0)["text"]
    assert briefs()[answer.sources[0]] not in answer_message(answer, "parent", 1.0)["text"]


@pytest.mark.parametrize("answer", [a for a in load_answers().values() if a.simpler], ids=lambda answer: answer.id)
def test_a_simpler_text_is_shorter_and_adds_no_figure(answer):
    assert len(answer.simpler.split()) < len(answer.text.split())
    assert facts(answer.simpler) <= facts(answer.text)


@pytest.mark.parametrize("answer", [a for a in load_answers().values() if a.more], ids=lambda answer: answer.id)
def test_a_longer_text_states_no_figure_but_its_sections_ones(answer):
    folder = SHARED / "sources" / "sections"
    if not folder.exists():
        pytest.skip("the source documents (../shared/sources) are not here")
    cited = [source.partition("#") for source in answer.sources]
    sections = " ".join((folder / document / f"{name}.txt").read_text(encoding="utf-8") for document, _, name in cited)
    dates = {document.rpartition("-")[2] for document, _, _ in cited}
    assert facts(answer.more) <= facts(sections) | facts(answer.text) | dates
