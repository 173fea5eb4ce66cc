"""What the check tells an editor of the handover: Rasa's form and the questions agree, nothing lacks words, hours can be read."""

from __future__ import annotations

import shutil

import pytest

from bot.__main__ import main
from bot.guidance import wording as wordings
from bot.handover import check as checking
from bot.handover.check import DOMAIN_FILE, check
from bot.handover.hours import HOURS_FILE, opening_hours


@pytest.fixture
def changed(tmp_path):
    """Give a function that changes a copy of the domain; it returns the copy."""

    def change(old: str, new: str):
        text = DOMAIN_FILE.read_text(encoding="utf-8")
        assert old in text
        file = tmp_path / "domain.yml"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return file

    return change


def test_nothing_is_wrong_as_it_stands():
    assert check() == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("      - handover_age\n", "", "handover_age"),
        (
            "      - handover_name\n      - handover_contact\n",
            "      - handover_contact\n      - handover_name\n",
            "order",
        ),
        ("      - handover_check\n", "      - handover_check\n      - handover_school_bus\n", "something else"),
        ("  - action_ask_handover_when\n", "", "action_ask_handover_when"),
        ("requested_slot: handover_contact}", "requested_slot: handover_name}", "handover_contact"),
        ("intent: handover_skip, value: skipped", "intent: handover_skip, value: given", "handover_when"),
    ],
)
def test_a_form_that_differs_from_the_questions_is_told_with_its_line(changed, old, new, named):
    (problem,) = check(domain=changed(old, new))
    assert named in problem.text and problem.line > 1 and "domain.yml" in str(problem)


@pytest.mark.parametrize("key", ["handover_chat.questions.age", "notice.fields.child_age", "details.missing.contact"])
def test_a_question_without_words_is_told(monkeypatch, key):
    known = {name: text for name, text in wordings.all_wordings().items() if name != key}
    monkeypatch.setattr(checking, "all_wordings", lambda: known)
    (problem,) = check()
    assert key in problem.text


def test_hours_that_cannot_be_read_are_told_with_their_line(tmp_path):
    file = tmp_path / "opening-hours.yml"
    shutil.copy(HOURS_FILE, file)
    assert check(hours=file) == []
    text = file.read_text(encoding="utf-8").replace(
        "  days: null", '  days:\n    monday: "09:00-16:30"\n    friday: "9 to 5"'
    )
    file.write_text(text, encoding="utf-8")
    opening_hours.cache_clear()
    (problem,) = check(hours=file)
    assert "09:00-16:30" in problem.text and "friday" in text.splitlines()[problem.line - 1]


def test_the_command_fails_for_what_is_wrong_in_the_handover(monkeypatch, capsys):
    problem = checking.Problem(HOURS_FILE, 6, "friday: cannot be read")
    monkeypatch.setattr(checking, "check", lambda: [problem])
    assert main(["check"]) == 1
    assert "knowledge/opening-hours.yml:6: friday" in capsys.readouterr().out
