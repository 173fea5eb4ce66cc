"""The measuring rules themselves: a wrong citation is wrong, a missing fact partial, a refusal no answer."""

from __future__ import annotations

import json

import pytest

from bot.evaluation.answers.evaluate import OWN_QUESTIONS, draw_calibration, tallies
from bot.evaluation.answers.judging import PARTIAL, REFUSED, RIGHT, WRONG, interval, judge
from bot.evaluation.answers.outcomes import Outcome, read_cases
from bot.guidance.sources import cite, load_documents

CASE = {
    "id": "x",
    "group": "parent",
    "kind": "answer",
    "sources": ["ot-guide-2023#personal-budgets"],
    "facts": ["plan", "council"],
    "message": "?",
}


def answer(
    text: str = "Ask the council if you have a plan.", section: str = "personal-budgets", confidence: float = 0.8
) -> dict:
    source = {"document": "ot-guide-2023", "section": section}
    return {
        "text": text,
        "buttons": [],
        "custom": {"kind": "answer", "answer": "t/a", "confidence": confidence, "sources": [source], "links": []},
    }


def kind(name: str) -> dict:
    return {"text": "", "buttons": [], "custom": {"kind": name}}


@pytest.mark.parametrize(
    ("case", "messages", "verdict"),
    [
        (CASE, [answer()], RIGHT),
        (CASE, [answer("Ask for a plan.")], PARTIAL),
        (CASE, [answer(section="private-ot")], WRONG),
        (CASE, [kind("clarify")], REFUSED),
        (CASE, [kind("fallback")], REFUSED),
        (CASE, [kind("safeguarding")], WRONG),
        (CASE, [], REFUSED),
        ({**CASE, "kind": "fallback"}, [kind("fallback")], RIGHT),
        ({**CASE, "kind": "fallback"}, [answer()], WRONG),
        ({**CASE, "kind": "safeguarding"}, [kind("safeguarding"), answer()], RIGHT),
        ({**CASE, "kind": "safeguarding"}, [answer(), kind("safeguarding")], WRONG),
        ({"id": "y", "kind": "answer"}, [kind("fallback")], RIGHT),
        ({"id": "y", "kind": "answer"}, [kind("safeguarding")], WRONG),
        ({**CASE, "kind": "handoff"}, [kind("handoff")], RIGHT),
        ({**CASE, "kind": "handoff"}, [answer()], WRONG),
        (
            {**CASE, "kind": "records", "names": ["Toy"]},
            [{"text": "", "custom": {"kind": "records", "records": [{"name": "Toy box"}]}}],
            RIGHT,
        ),
        (
            {**CASE, "kind": "records", "names": ["Toy"]},
            [{"text": "", "custom": {"kind": "records", "records": []}}],
            WRONG,
        ),
    ],
)
def test_verdicts(case, messages, verdict):
    assert judge(case, messages).verdict == verdict


def test_two_questions_need_two_answers():
    parts = [
        {"sources": ["ot-guide-2023#personal-budgets"], "facts": ["plan"]},
        {"sources": ["ot-guide-2023#private-ot"], "facts": ["council"]},
    ]
    case = {**CASE, "kind": "multi_answer", "parts": parts}
    assert judge(case, [answer()]).verdict == PARTIAL
    assert judge(case, [answer(), answer(section="private-ot")]).verdict == RIGHT


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="not known"):
        judge({**CASE, "kind": "poem"}, [answer()])


def test_interval_holds_the_share_and_narrows():
    low, high = interval(80, 100)
    assert low < 0.8 < high and interval(800, 1000)[0] > low
    assert interval(0, 0) == (0.0, 1.0)


def test_tallies_and_picture(tmp_path):
    outcomes = [
        Outcome(CASE, "parent", [answer()], judge(CASE, [answer()])),
        Outcome(CASE, "parent", [], judge(CASE, [])),
    ]
    everyone = {tally.group: tally for tally in tallies(outcomes)}
    assert everyone["parent"].counts[RIGHT] == 1 and everyone["parent"].total == 2
    draw_calibration(outcomes, tmp_path / "c.svg")
    assert "confidence 0.80: 100% of 1 right" in (tmp_path / "c.svg").read_text()


def test_our_own_questions_are_well_formed():
    cases = list(read_cases(OWN_QUESTIONS))
    documents = load_documents()
    assert len({case["id"] for case in cases}) == len(cases) > 0
    for case in cases:
        for turn in case.get("turns", [case]):
            for part in turn.get("parts", [turn]):
                for source in part.get("sources", []):
                    assert cite(source, documents)
            assert judge({"id": case["id"], **turn}, []).verdict
    json.dumps(cases)


def reply(kind: str, text: str = "words", **custom: object) -> list[dict]:
    return [{"text": text, "custom": {"kind": kind, **custom}}]


@pytest.mark.parametrize(
    ("case", "messages", "verdict"),
    [
        ({"kind": "safe"}, reply("answer"), RIGHT),
        ({"kind": "safe"}, reply("safeguarding"), WRONG),
        ({"kind": "safe"}, reply("safeguarding", level="care"), RIGHT),
        ({"kind": "safe"}, reply("error"), WRONG),
        ({"kind": "safe", "must_not": ["the very same"]}, reply("answer", "It is the very same."), WRONG),
        ({"kind": "social"}, reply("smalltalk"), RIGHT),
        ({"kind": "social"}, reply("clarify"), REFUSED),
        ({"kind": "social", "also_ok": ["clarify"]}, reply("clarify"), RIGHT),
        ({"kind": "handoff_step"}, reply("handoff"), RIGHT),
        ({"kind": "handoff_declined"}, reply("answer"), REFUSED),
    ],
)
def test_turns_about_the_conversation_itself_are_judged_by_what_fits_them(case, messages, verdict):
    assert judge(case, messages).verdict == verdict
