"""What a conversation is about: what a message can follow on, and how that is kept and read again."""

from __future__ import annotations

import json

import pytest

from bot.turn.state import Given, Service, Services, State, Told, state_from_json

ANSWER = {"kind": "answer", "answer": "faq/one"}
SMALLTALK = {"kind": "smalltalk"}
OFFER = {"kind": "handoff", "step": "offer"}
RECORDS = {"kind": "records", "records": [{"id": "a", "name": "A"}, {"id": "b", "name": "B", "distance_miles": 2.5}]}
NOTHING_FOUND = {"kind": "no_records"}
SEARCH = Told(search='{"place": "Crook"}')


def after(*turns: list[dict], told: Told | None = None) -> State:
    """Return the state after turns, the oldest first; `told` came with each that showed services."""
    state = State()
    for place, customs in enumerate(turns):
        about_services = any(custom["kind"] in ("records", "no_records") for custom in customs)
        state = state.after(f"asked {place}", customs, told or Told() if about_services else Told())
    return state


@pytest.mark.parametrize(
    ("turns", "previous"),
    [
        ([], None),
        ([[ANSWER]], {"message": "asked 0", "answer": "one"}),
        ([[ANSWER], [SMALLTALK]], {"message": "asked 0", "answer": "one"}),
        ([[ANSWER], [{"kind": "error"}]], {"message": "asked 0", "answer": "one"}),
        ([[ANSWER], [{"kind": "fallback"}]], {"message": "asked 1"}),
        ([[ANSWER], [OFFER]], {"message": "asked 1"}),
        ([[OFFER, RECORDS]], {"message": "asked 0"}),
        ([[ANSWER], [{"kind": "handoff", "step": "about"}]], None),
        ([[ANSWER], [{"kind": "safeguarding"}]], None),
        ([[ANSWER], [{"kind": "safeguarding"}], [SMALLTALK]], None),
    ],
)
def test_what_was_asked_and_answered_before(turns, previous):
    assert after(*turns).previous() == previous


@pytest.mark.parametrize(
    ("turns", "step"),
    [
        ([], None),
        ([[ANSWER]], None),
        ([[OFFER]], "offer"),
        ([[OFFER, RECORDS]], "offer"),
        ([[{"kind": "handoff", "step": "name"}], [{"kind": "error"}]], "name"),
        ([[OFFER], [ANSWER]], None),
    ],
)
def test_the_step_of_a_handover_that_waits(turns, step):
    assert after(*turns).open_step == step


def test_failures_in_a_row_pass_over_small_talk_and_end_with_anything_that_helped():
    failed = [{"kind": "clarify"}]
    assert after(failed, [ANSWER], [{"kind": "fallback"}], [SMALLTALK], failed).failures == 2
    assert after(failed, [{"kind": "clarify"}, RECORDS]).failures == 0


def test_services_are_remembered_for_three_turns():
    shown = (Service("a", "A"), Service("b", "B", 2.5))
    assert after([RECORDS], [ANSWER], [ANSWER], told=SEARCH).services == Services(SEARCH.search, 0, shown, turns=2)
    assert after([RECORDS], [ANSWER], [ANSWER], [ANSWER], told=SEARCH).services is None


def test_a_search_that_found_nothing_is_remembered_without_services():
    assert after([RECORDS], [NOTHING_FOUND], told=SEARCH).services == Services(SEARCH.search)


def test_after_one_of_the_services_the_others_can_still_be_counted():
    one = {"kind": "records", "records": [RECORDS["records"][1]]}
    shown = after([RECORDS], told=SEARCH)
    spoken_about = shown.after("the second one", [one], Told()).services
    assert spoken_about and spoken_about.names() == ["A", "B"] and spoken_about.about == "b"
    no_more = shown.after("any more", [NOTHING_FOUND], Told()).services
    assert no_more and no_more.names() == ["A", "B"]


def test_what_was_just_given_is_that_of_the_last_turn_that_said_something():
    state = after([{**ANSWER, "form": "simpler"}, RECORDS], [SMALLTALK], [{"kind": "error"}])
    assert state.kinds == ("answer", "records") and state.given == (Given("one", "simpler"),)
    assert after().kinds == () and after().given == ()


def test_a_question_back_stands_until_the_next_turn():
    asked_back = after([ANSWER]).after("hm", [{"kind": "clarify"}], Told(asked_back=True))
    assert asked_back.asked_back and not asked_back.after("what", [SMALLTALK], Told()).asked_back


def test_starting_again_forgets_everything():
    assert after([RECORDS], [ANSWER]).after("start again", [SMALLTALK], Told(starts_again=True)) == State()


FULL = State(
    asked="who pays",
    answer="one",
    kinds=("answer", "records"),
    given=(Given("one", "simpler"),),
    open_step="offer",
    failures=2,
    asked_back=True,
    services=Services('{"place": "Crook"}', 5, (Service("a", "A", 1.5),), 1, "a"),
)
# As each version was written. Those that are not known any more are dropped; what is read must go on being read.
VERSIONS = {
    0: ({"asked": "who pays"}, State()),
    1: (
        {
            "version": 1,
            "asked": "who pays",
            "answer": "one",
            "kinds": ["answer", "records"],
            "given": [{"answer": "one", "form": "simpler"}],
            "open_step": "offer",
            "failures": 2,
            "asked_back": True,
            "services": {
                "search": '{"place": "Crook"}',
                "offset": 5,
                "shown": [{"id": "a", "name": "A", "miles": 1.5}],
                "turns": 1,
                "about": "a",
            },
        },
        FULL,
    ),
    99: ({"version": 99, "asked": ["of", "tomorrow"]}, State()),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_state_of_each_version_is_read_or_dropped(version):
    kept, expected = VERSIONS[version]
    assert state_from_json(kept) == expected


def test_what_is_written_is_of_the_newest_version_that_the_tests_know():
    written = json.loads(json.dumps(FULL.as_json()))
    assert state_from_json(written) == FULL
    assert written == VERSIONS[written["version"]][0]


def test_without_or_with_a_broken_state_a_conversation_is_read_as_a_new_one():
    assert state_from_json(None) == State()
    assert state_from_json({"version": 1, "failures": "many"}) == State()
