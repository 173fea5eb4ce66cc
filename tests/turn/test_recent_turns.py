"""What a message can follow on, told from the latest turns."""

from __future__ import annotations

import pytest

from bot.turn.recent_turns import RecentTurn, RecentTurns

ANSWER = {"kind": "answer", "answer": "faq/one"}
SMALLTALK = {"kind": "smalltalk"}
OFFER = {"kind": "handoff", "step": "offer"}
RECORDS = {"kind": "records", "records": [{"name": "A"}]}


def recent(*turns: list[dict]) -> RecentTurns:
    return RecentTurns("parent", [RecentTurn(f"asked {place}", replies) for place, replies in enumerate(turns)])


@pytest.mark.parametrize(
    ("turns", "previous"),
    [
        ([], None),
        ([[ANSWER]], {"message": "asked 0", "answer": "one"}),
        ([[SMALLTALK], [ANSWER]], {"message": "asked 1", "answer": "one"}),
        ([[{"kind": "fallback"}], [ANSWER]], {"message": "asked 0"}),
        ([[OFFER], [ANSWER]], {"message": "asked 0"}),
        ([[OFFER, RECORDS]], {"message": "asked 0"}),
        ([[{"kind": "handoff", "step": "about"}], [ANSWER]], None),
        ([[{"kind": "safeguarding"}], [ANSWER]], None),
    ],
)
def test_what_was_asked_and_answered_before(turns, previous):
    assert recent(*turns).previous() == previous


@pytest.mark.parametrize(
    ("turns", "step"),
    [
        ([], None),
        ([[ANSWER]], None),
        ([[OFFER]], "offer"),
        ([[OFFER, RECORDS]], "offer"),
        ([[{"kind": "error"}], [{"kind": "handoff", "step": "name"}]], "name"),
        ([[ANSWER], [OFFER]], None),
    ],
)
def test_the_step_of_a_handover_that_waits(turns, step):
    assert recent(*turns).open_step() == step


def test_failures_in_a_row_pass_over_small_talk_and_end_with_anything_that_helped():
    failed = [{"kind": "clarify"}]
    assert recent(failed, [SMALLTALK], [{"kind": "fallback"}], [ANSWER], failed).failures_in_a_row() == 2
    assert recent([{"kind": "clarify"}, RECORDS], failed).failures_in_a_row() == 0


def test_services_are_remembered_for_so_many_turns():
    assert recent([ANSWER], [ANSWER], [RECORDS]).records_shown(3) == [{"name": "A"}]
    assert recent([ANSWER], [ANSWER], [ANSWER], [RECORDS]).records_shown(3) is None
    assert recent([{"kind": "no_records"}]).records_shown(3) == []


def test_what_was_just_shown_is_that_of_the_last_turn_that_said_something():
    assert recent([{"kind": "error"}], [SMALLTALK], [ANSWER, RECORDS]).just_shown() == [ANSWER, RECORDS]
    assert list(recent().just_shown()) == []
