"""A turn is a list of steps: the first that ends it has decided, and that is kept with the turn, counted and timed."""

from __future__ import annotations

import pytest

from bot.turn.conversations import ConversationStore, Decision
from bot.turn.outcomes import OUTCOMES, outcome_of
from bot.turn.pipeline import ALWAYS, BUTTON_STEPS, READING, STEPS
from bot.turn.rasa_client import Reply
from bot.turn.tokens import Tokens

ANSWER = {"kind": "answer", "answer": "funding/school-pays", "sources": [], "confidence": 0.9}
RECORDS = [{"id": "a", "name": "Learning Library"}]


@pytest.fixture
def decisions(client, tmp_path):
    """Give a function that holds a conversation and returns what decided each of its turns that was kept."""

    def hold(*messages: str) -> list[Decision]:
        token = None
        for message in messages:
            body = {"message": message, **({"conversation": token} if token else {})}
            token = client.post("/api/chat", json=body).json()["conversation"]
        store = ConversationStore(f"sqlite:///{tmp_path / 'guide.db'}")
        return store.decisions(Tokens("test key that is long enough to sign").read(token))

    return hold


def test_the_step_that_decided_is_kept_with_the_turn(decisions, rasa):
    rasa.says(**ANSWER)
    taken = decisions("who pays for help in school", "say that in easier words", "he wants to kill himself")
    assert [(one.step, one.outcome) for one in taken] == [
        ("ask_rasa", "answered"),
        ("told_otherwise", "answered"),
        ("say_what_to_do_in_danger", "danger:now"),
    ]
    assert taken[1].evidence["read_as"] == "simpler"


def test_what_follows_on_services_is_decided_by_them(decisions, rasa):
    rasa.says("records", records=RECORDS, filters="anything", aside={"search": "{}"})
    (_, second) = decisions("where can i borrow toys", "any more?")
    assert (second.step, second.outcome) == ("services_follow_up", "services")


def test_every_step_up_to_the_deciding_one_is_timed(decisions, rasa):
    rasa.says(**ANSWER)
    (taken,) = decisions("who pays for help in school")
    names = [step.__name__ for step in STEPS] + [step.__name__ for step in ALWAYS]
    assert list(taken.milliseconds) == names[: names.index("keep")]
    assert all(spent >= 0 for spent in taken.milliseconds.values())


def test_a_part_that_fails_is_named(decisions, rasa):
    rasa.status = 500
    (taken,) = decisions("who pays for help in school")
    assert (taken.step, taken.outcome) == ("ask_rasa", "failed:rasa")


def test_what_actions_tell_beside_is_kept_and_never_shown(client, decisions, rasa):
    evidence = {"intent": "faq", "decided": {"outcome": "answer", "by": "cheapest"}}
    rasa.says(**ANSWER, aside={"evidence": evidence, "near": [{"answer": "a/b", "confidence": 0.2}]})
    (taken,) = decisions("who pays for help in school")
    assert taken.evidence == evidence
    assert "aside" not in client.post("/api/chat", json={"message": "who pays"}).text


def test_decisions_hold_no_words_and_go_with_their_conversation(client, decisions, rasa, tmp_path):
    rasa.says(**ANSWER)
    taken = decisions("who pays for Zachariah's wheelchair", "what about his wheelchair")
    assert "heelchair" not in repr(taken)
    token = client.post("/api/chat", json={"message": "who pays"}).json()["conversation"]
    store = ConversationStore(f"sqlite:///{tmp_path / 'guide.db'}")
    ident = Tokens("test key that is long enough to sign").read(token)
    assert store.decisions(ident)
    client.delete(f"/api/chat/{token}")
    assert store.decisions(ident) == []


def test_turns_are_counted_by_outcome_and_step(client, rasa):
    rasa.says(**ANSWER)
    client.post("/api/chat", json={"message": "who pays"})
    client.post("/api/chat", json={"message": "he wants to kill himself"})
    counted = client.app.state.metrics.registry.get_sample_value
    assert counted("guide_turns_total", {"outcome": "answered", "step": "ask_rasa"}) == 1
    assert counted("guide_turns_total", {"outcome": "danger:now", "step": "say_what_to_do_in_danger"}) == 1
    assert counted("guide_step_seconds_count", {"step": "redact"}) == 2


@pytest.mark.parametrize(
    ("customs", "outcome"),
    [
        ([ANSWER], "answered"),
        ([{**ANSWER, "form": "more"}], "retold:more"),
        ([ANSWER, {"kind": "safeguarding"}], "danger:now"),
        ([{"kind": "clarify"}, {"kind": "records"}], "asked_back"),
        ([{"kind": "records"}], "services"),
        ([{"kind": "no_records"}], "no_services"),
        ([{"kind": "handoff", "step": "sent"}], "handover:sent"),
        ([{"kind": "fallback"}], "not_known"),
        ([{"kind": "fallback", "about": "appeals"}], "refused:appeals"),
        ([{"kind": "smalltalk"}], "smalltalk"),
        ([{"kind": "error"}], "failed:action"),
    ],
)
def test_what_came_of_a_turn_has_a_name(customs, outcome):
    assert outcome_of([Reply(text="words", custom=custom) for custom in customs], {}) == outcome


def test_every_kind_of_message_has_an_outcome():
    assert set(OUTCOMES) == set(Reply.model_json_schema()["$defs"]["Custom"]["properties"]["kind"]["enum"])


def test_danger_is_looked_for_before_any_store_is_asked():
    names = [step.__name__ for step in STEPS]
    assert STEPS[: len(READING)] == READING and names.index("find_danger") < names.index("open_conversation")


def test_each_step_says_what_it_does():
    assert all(step.__doc__ for step in (*STEPS, *BUTTON_STEPS, *ALWAYS))
