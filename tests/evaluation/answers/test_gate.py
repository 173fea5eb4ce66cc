"""The gate must close: a test that cannot fail is worth nothing."""

from __future__ import annotations

from bot.evaluation.answers import gate
from bot.evaluation.answers.judging import judge
from bot.evaluation.answers.outcomes import Outcome

SECTION = {"document": "ot-guide-2023", "section": "personal-budgets"}


def outcome(ident: str, kind: str = "answer", given: str = "answer", group: str = "parent", section=SECTION) -> Outcome:
    case = {"id": ident, "group": group, "kind": kind, "message": "a question", "facts": []}
    if kind == "answer":
        case["sources"] = ["ot-guide-2023#personal-budgets"]
    custom = {"kind": given, "sources": [section], "answer": "a/b"} if given == "answer" else {"kind": given}
    messages = [{"text": "words", "custom": custom}]
    return Outcome(case, group, messages, judge(case, messages))


OTHER = {"document": "ot-guide-2023", "section": "private-ot"}


def test_a_right_answer_that_becomes_wrong_fails(tmp_path):
    file = tmp_path / "recorded.json"
    gate.record([outcome("q1")], file)
    assert not gate.failures([outcome("q1")], gate.recorded(file), {})
    (failure,) = gate.failures([outcome("q1", section=OTHER)], gate.recorded(file), {})
    assert "was right and is now wrong" in failure and "q1" in failure


def test_a_refusal_that_leaks_fails(tmp_path):
    file = tmp_path / "recorded.json"
    gate.record([outcome("q1", kind="fallback", given="fallback")], file)
    assert gate.failures([outcome("q1", kind="fallback")], gate.recorded(file), {})


def test_urgent_help_that_is_missed_fails_even_without_a_record():
    missed = outcome("q1", kind="safeguarding", given="fallback", group="safeguarding")
    assert gate.failures([missed], {}, {})
    assert not gate.failures([outcome("q1", kind="safeguarding", given="safeguarding", group="safeguarding")], {}, {})


def test_thresholds_hold_for_each_group():
    limits = {"parent": {"right_at_least": 0.6, "wrong_at_most": 0.2}}
    outcomes = [outcome("q1"), outcome("q2", section=OTHER)]
    low, high = gate.failures(outcomes, {}, limits)
    assert "right at least" in low and "wrong at most" in high
    assert not gate.failures([outcome("q1")], {}, limits)
    assert gate.failures([outcome("q1")], {}, {"nobody": {"right_at_least": 0.1}})


def test_changed_replies_are_listed(tmp_path):
    file = tmp_path / "recorded.json"
    gate.record([outcome("q1"), outcome("q2")], file)
    (change,) = gate.changes([outcome("q1"), outcome("q2", given="clarify")], gate.recorded(file))
    assert "q2" in str(change) and change.after == "clarify" and change.before == "a/b"
