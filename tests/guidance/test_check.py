"""`python -m bot check` finds each kind of mistake that an editor can make, and names its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.guidance.answers import load_answers
from bot.guidance.check import Problem, check, check_patterns, check_wording
from bot.reading.patterns import DANGER_FILE, danger_patterns
from bot.reading.vocabulary import load_vocabulary

GOOD = """---
title: Asking for a personal budget
question: How do I ask for a personal budget?
situation: wants to ask for the money
audience: [parent, professional]
sources:
  - ot-guide-2023#personal-budgets
links:
  - title: Making Changes Together
    url: https://www.mctdurham.co.uk/
related: []
reviewed: 2026-11-23
checked: {by: second reader, on: 2026-11-23}
---
You can ask for one if your child has a plan. Ask the council.
"""
EXAMPLES = "version: '3.1'\nnlu:\n- intent: faq/ask-budget\n  examples: |\n" + "".join(
    f"    - example question number {n}\n" for n in range(12)
)


@pytest.fixture
def knowledge(tmp_path: Path):
    def write(answer: str = GOOD, examples: str = EXAMPLES) -> list[str]:
        file = tmp_path / "answers" / "personal-budgets" / "ask-budget.md"
        file.parent.mkdir(parents=True)
        file.write_text(answer, encoding="utf-8")
        faq = tmp_path / "nlu" / "faq" / "personal-budgets.yml"
        faq.parent.mkdir(parents=True)
        faq.write_text(examples, encoding="utf-8")
        load_answers.cache_clear()
        problems = check(tmp_path / "answers", tmp_path / "nlu", covered=())
        load_answers.cache_clear()
        return [f"{problem.file.name}:{problem.line}: {problem.text}" for problem in problems]

    return write


def test_a_good_answer_has_no_problem(knowledge):
    assert knowledge() == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "ot-guide-2023#personal-budgets",
            "ot-guide-2023#no-such",
            "ask-budget.md:7: 'ot-guide-2023#no-such' is not a section",
        ),
        (
            "https://www.mctdurham.co.uk/",
            "https://example.org/",
            "ask-budget.md:10: the link 'https://example.org/' is not in a document",
        ),
        ("related: []", "related: [gone]", "ask-budget.md:11: the related answer 'gone' does not exist"),
        ("Ask the council.", "Ask the LA.", "ask-budget.md:15: the abbreviation LA is not spelled out"),
        (
            "Ask the council.",
            "Ask " + "the council and then " * 7 + "wait.",
            "ask-budget.md:15: a sentence of 30 words",
        ),
        (
            "Ask the council.",
            "Representatives systematically categorise extraordinarily heterogeneous institutional responsibilities.",
            "ask-budget.md:15: the reading age is",
        ),
        ("You can ask for one", "Yes. You can ask for one", "ask-budget.md:15: it begins 'Yes. You can ask"),
        ("You can ask for one", "Mostly no: ask for one", "ask-budget.md:15: it begins 'Mostly no: ask"),
        ("You can ask for one", "The parents do. Ask for one", "ask-budget.md:15: it begins 'The parents do. Ask"),
        ("title: Asking", "titel: Asking", "ask-budget.md:1: missing: title; not known: titel"),
        ("---\ntitle", "--\ntitle", "ask-budget.md:1: begin with front matter"),
    ],
)
def test_each_mistake_is_named_with_its_line(knowledge, old, new, expected):
    assert any(problem.startswith(expected) for problem in knowledge(GOOD.replace(old, new)))


SIMPLER = "simpler: |\n  You can ask for it.\n"
READ = "checked_forms: {by: second reader, on: 2026-11-25}\n"


@pytest.mark.parametrize(
    ("matter", "problem"),
    [
        (SIMPLER + READ, None),
        (SIMPLER + READ.replace("second reader", "writer"), None),
        (SIMPLER, "ask-budget.md:1: `checked_forms` must say who compared"),
        (SIMPLER + READ.replace("second reader", "somebody"), "ask-budget.md:15: `checked_forms` must say who"),
        (SIMPLER + READ.replace("2026-11-25", "lately"), "ask-budget.md:15: `checked_forms` must say who"),
        (READ, "ask-budget.md:13: `checked_forms` without"),
    ],
)
def test_other_forms_are_read_against_the_sections_too(knowledge, matter, problem):
    found = knowledge(GOOD.replace("checked: {by", f"{matter}checked: {{by"))
    assert len(found) == (problem is not None), found
    assert not problem or found[0].startswith(problem)


@pytest.mark.parametrize("mistake", ["", "checked: yes\n", "checked: {by: writer, on: 2026-11-23}\n"])
def test_a_text_that_nobody_else_has_read_is_named(knowledge, mistake):
    found = knowledge(GOOD.replace("checked: {by: second reader, on: 2026-11-23}\n", mistake))
    assert len(found) == 1 and "`checked` must say who compared" in found[0]


def test_too_few_examples_are_named(knowledge):
    fewer = EXAMPLES.replace("    - example question number 11\n", "")
    assert knowledge(examples=fewer) == ["ask-budget.md:1: 11 example questions in data/nlu/faq/: 12 at least"]


def test_the_same_example_under_two_answers_is_named(knowledge):
    both = EXAMPLES + "- intent: faq/other\n  examples: |\n    - Example question, number 3!\n"
    problems = knowledge(examples=both)
    assert any("the same example is under 'ask-budget' and 'other'" in problem for problem in problems)


@pytest.mark.parametrize("opening", ["Not all parents ask for one", "No list says who may ask, so ask for one"])
def test_a_whole_first_sentence_may_say_what_is_not_so(knowledge, opening):
    assert knowledge(GOOD.replace("You can ask for one", opening)) == []


def test_an_abbreviation_spelled_out_once_is_fine(knowledge):
    assert knowledge(GOOD.replace("Ask the council.", "Ask your local authority (LA). The LA decides.")) == []


def test_the_knowledge_of_this_project_has_no_problem():
    assert [str(problem) for problem in check()] == []


def test_wording_that_is_hard_to_read_is_found():
    hard = "Notwithstanding considerable administrative complications, representatives coordinate multidisciplinary interventions."
    long = " ".join(["word"] * 26) + "."
    found = [
        problem.text for problem in check_wording({"page.a": hard, "page.b": long, "desk.c": hard}, load_vocabulary())
    ]
    assert (
        len(found) == 2
        and found[0].startswith("page.b: a sentence of 26 words")
        and found[1].startswith("page: the reading age")
    )


def test_a_pattern_that_cannot_be_used_is_told_with_its_file_line_and_rule(tmp_path):
    lines = DANGER_FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    rule = next(number for number, line in enumerate(lines, 1) if line == "  - name: self-harm\n")
    broken = tmp_path / "danger.yml"
    assert lines[rule].startswith("    why: ")
    broken.write_text("".join(lines[:rule] + lines[rule + 1 :]), encoding="utf-8")
    (problem,) = check_patterns([(danger_patterns, broken)])
    assert problem == Problem(broken, rule, "rules 13 (self-harm): 'why' is missing")
