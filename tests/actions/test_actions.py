"""Custom actions: each gives one kind of message, and a failure becomes a kind sentence and a log line without text."""

from __future__ import annotations

import logging

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import answers
from actions import directory as of_directory
from actions.answers import ActionAnswer, ActionClarify, ActionFallback, ActionOtherLanguage, ActionOutOfScope
from actions.conversation import ActionSmalltalk, ActionStartAgain
from actions.directory import ActionFindService
from actions.handover import ActionHandover
from actions.urgent_help import ActionUrgentHelp
from bot.guidance import replies
from bot.guidance.answers import load_answers
from bot.guidance.languages import Language
from bot.guidance.replies import person_button
from bot.guidance.wording import wording, wordings

SOME = list(load_answers())[:4]


def tracker(
    text: str = "a question",
    ranking=(),
    entities=(),
    intent: str = "faq",
    audience: str = "parent",
    events=(),
    questions=(),
    refusals=(),
    service_wanted=False,
    previous=None,
    asked_back=False,
    **of_intent,
) -> Tracker:
    def entries(group, pairs):
        return [{"intent_response_key": f"{group}/{ident}", "confidence": share} for ident, share in pairs]

    latest = {
        "text": text,
        "intent": {"name": intent, **of_intent},
        "entities": list(entities),
        "metadata": {
            "audience": audience,
            "previous": {"message": "x", "answer": previous} if previous else None,
            "asked_back": asked_back,
        },
        "response_selector": {
            "faq": {
                "response": {"confidence": ranking[0][1] if ranking else 0.0},
                "ranking": entries("faq", ranking),
                "questions": entries("faq", questions),
                "service_wanted": service_wanted,
            },
            "out_of_scope": {"ranking": entries("out_of_scope", refusals)},
        },
    }
    return Tracker("sender", {}, latest, list(events), False, None, {}, "action_listen")


def say(action, of: Tracker) -> list[dict]:
    dispatcher = CollectingDispatcher()
    action.run(dispatcher, of, {})
    return [message["custom"] for message in dispatcher.messages]


def test_readings_are_offered_though_all_are_unlikely_beside_vagueness_itself():
    vague = tracker("school", ranking=[(SOME[0], 0.04), (SOME[1], 0.02), (SOME[2], 0.0001)], intent="ambiguous")
    (message,) = say(ActionClarify(), vague)
    assert message["custom"]["kind"] == "clarify"
    offered = [button["payload"] for button in message["buttons"]]
    assert [SOME[0] in offered[0], SOME[1] in offered[1], len(offered)] == [True, True, 3]


@pytest.fixture
def starting_records(starting, monkeypatch):
    """Searches go to the records of knowledge/directory/."""
    for module in (answers, of_directory):
        monkeypatch.setattr(module, "directory", lambda: starting)


@pytest.mark.parametrize(
    ("text", "wanted", "kinds"),
    [
        ("where can i borrow sensory toys", True, ["answer", "records"]),
        ("where can i borrow sensory toys", False, ["answer"]),
        ("a club for unicyclists aged 3 in Paris", True, ["answer"]),
    ],
)
def test_records_come_along_where_a_service_is_asked_for_and_one_fits(starting_records, text, wanted, kinds):
    asked = tracker(text, ranking=[(SOME[0], 0.9)], service_wanted=wanted)
    assert [message["custom"]["kind"] for message in say(ActionAnswer(), asked)] == kinds


def test_records_beside_an_answer_are_remembered(starting_records):
    asked = tracker("where can i borrow sensory toys", ranking=[(SOME[0], 0.9)], service_wanted=True)
    assert ActionAnswer().outcome(asked).aside["search"]
    pressed = tracker(
        "x", ranking=[(SOME[0], 0.9)], service_wanted=True, entities=[{"entity": "answer", "value": SOME[0]}]
    )
    assert "search" not in ActionAnswer().outcome(pressed).aside


def test_the_best_answer_is_given_with_close_ones_as_buttons():
    (message,) = say(ActionAnswer(), tracker(ranking=[(SOME[0], 0.6), (SOME[1], 0.2), (SOME[2], 0.01)]))
    assert message["custom"]["kind"] == "answer" and message["custom"]["answer"].endswith(f"/{SOME[0]}")
    assert message["custom"]["confidence"] == 0.6
    assert message["buttons"][0]["payload"] == f'/faq{{"answer": "{SOME[1]}"}}'
    assert not any(
        SOME[2] in button["payload"] for button in message["buttons"] if SOME[2] not in load_answers()[SOME[0]].related
    )


def test_the_same_answer_again_says_so_and_offers_a_person():
    (first,) = say(ActionAnswer(), tracker(ranking=[(SOME[0], 0.9)], previous=SOME[1]))
    (again,) = say(ActionAnswer(), tracker(ranking=[(SOME[0], 0.9)], previous=SOME[0]))
    assert again["text"] == f"{wording('answer.again')}\n\n{first['text']}"
    assert again["buttons"] == [*first["buttons"], person_button()]


def test_services_come_along_where_the_guide_is_not_sure_or_does_not_know(starting_records):
    close = tracker("where can i borrow sensory toys", ranking=[(SOME[0], 0.4), (SOME[1], 0.35)], service_wanted=True)
    assert [message["custom"]["kind"] for message in say(ActionClarify(), close)] == ["clarify", "records"]
    unknown = tracker("where can i borrow sensory toys", intent="nlu_fallback", service_wanted=True)
    assert [message["custom"]["kind"] for message in say(ActionFallback(), unknown)] == ["fallback", "records"]


def test_a_chosen_answer_is_given():
    (message,) = say(ActionAnswer(), tracker(entities=[{"entity": "answer", "value": SOME[3]}]))
    assert message["custom"]["answer"].endswith(f"/{SOME[3]}")


def test_two_questions_in_one_message_get_two_answers_in_order():
    ranking = [(SOME[1], 0.6), (SOME[0], 0.3)]
    first, second = say(ActionAnswer(), tracker(ranking=ranking, questions=[(SOME[0], 0.8), (SOME[1], 0.9)]))
    assert first["custom"]["answer"].endswith(f"/{SOME[0]}") and second["custom"]["answer"].endswith(f"/{SOME[1]}")
    assert first["custom"]["confidence"] == 0.8


@pytest.mark.parametrize("kind", sorted(wordings("out_of_scope").keys() - {"who_knows"}))
def test_a_refusal_says_what_it_is_about_and_who_can_tell(kind):
    (message,) = say(ActionOutOfScope(), tracker(refusals=[(kind, 0.9)]))
    assert message["text"].startswith(wordings("out_of_scope")[kind])
    assert message["custom"]["kind"] == "fallback" and message["custom"]["about"] == kind and message["custom"]["links"]


def test_a_refusal_of_an_unnamed_kind_is_a_general_one():
    (message,) = say(ActionOutOfScope(), tracker())
    assert message["custom"]["about"] == "far"


def test_another_language_is_answered_in_it_where_its_wording_was_checked(monkeypatch):
    checked = {"pl": Language("pl", "Polish", "Rozumiem tylko angielski."), "lv": Language("lv", "Latvian")}
    monkeypatch.setattr(replies, "languages", lambda: checked)
    (polish,) = say(ActionOtherLanguage(), tracker(intent="other_language", language="pl"))
    (latvian,) = say(ActionOtherLanguage(), tracker(intent="other_language", language="lv"))
    assert polish["text"].startswith("Rozumiem") and polish["custom"]["language"] == "pl"
    assert "999" in polish["text"] and "999" in latvian["text"] and "language" not in latvian["custom"]
    assert polish["custom"]["kind"] == latvian["custom"]["kind"] == "fallback"


def test_an_answer_withdrawn_since_is_admitted():
    (message,) = say(ActionAnswer(), tracker(entities=[{"entity": "answer", "value": "no-such-answer"}]))
    assert message["custom"]["kind"] == "fallback"


def test_readings_are_offered_once_and_not_twice_in_a_row():
    ranking = [(SOME[0], 0.3), (SOME[1], 0.3), (SOME[2], 0.2)]
    (message,) = say(ActionClarify(), tracker(ranking=ranking))
    assert message["custom"]["kind"] == "clarify" and len(message["buttons"]) == 4
    assert message["custom"]["aside"]["asked_back"]
    (message,) = say(ActionClarify(), tracker(ranking=ranking, asked_back=True))
    assert message["custom"]["kind"] == "fallback"


@pytest.mark.parametrize("action", [ActionFallback(), ActionOutOfScope()])
def test_refusals_say_who_knows_and_state_no_fact(action):
    (message,) = say(action, tracker(ranking=[(SOME[0], 0.2)]))
    assert message["custom"]["kind"] == "fallback"
    assert message["custom"]["links"][0]["url"] == "https://durhamsendiass.info/"
    assert "sources" not in message["custom"]


def test_urgent_help_handover_and_small_talk():
    assert say(ActionUrgentHelp(), tracker())[0]["custom"]["kind"] == "safeguarding"
    assert say(ActionHandover(), tracker())[0]["custom"]["kind"] == "handoff"
    assert say(ActionSmalltalk(), tracker(intent="thank"))[0]["custom"]["kind"] == "smalltalk"
    assert say(ActionStartAgain(), tracker())[0]["custom"]["kind"] == "smalltalk"


def test_records_say_what_was_looked_for(starting_records):
    (message,) = say(ActionFindService(), tracker("where can i borrow sensory toys", intent="find_service"))
    assert message["custom"]["kind"] == "records"
    assert message["custom"]["records"][0]["name"] == "Learning Library"
    assert "sensory" in message["custom"]["filters"]


@pytest.mark.parametrize(
    "action",
    [
        ActionAnswer(),
        ActionClarify(),
        ActionFallback(),
        ActionUrgentHelp(),
        ActionHandover(),
        ActionSmalltalk(),
        ActionFindService(),
    ],
)
def test_every_failure_is_kind_and_logged_without_the_text(action, monkeypatch, caplog):
    def fail(self, of: Tracker):
        raise ValueError(of.latest_message["text"])

    monkeypatch.setattr(type(action), "outcome", fail)
    with caplog.at_level(logging.ERROR):
        (message,) = say(action, tracker("my son Jayden said"))
    assert message["custom"]["kind"] == "error" and message["custom"]["links"]
    assert action.name() in caplog.text and "Jayden" not in caplog.text


def test_a_missing_wording_is_caught_too(monkeypatch):
    monkeypatch.setattr(answers, "fallback_message", lambda near=(): (_ for _ in ()).throw(KeyError("gone")))
    (message,) = say(ActionFallback(), tracker())
    assert message["custom"]["kind"] == "error"


@pytest.mark.parametrize(
    "action, intent",
    [(ActionClarify(), "ambiguous"), (ActionFallback(), "nlu_fallback"), (ActionOutOfScope(), "out_of_scope")],
)
def test_what_is_no_answer_names_the_nearest_answers_and_their_scores_for_staff(action, intent):
    ranking = [(SOME[0], 0.31), (SOME[1], 0.2)]
    (message,) = say(action, tracker(ranking=ranking, intent=intent, refusals=[("far", 0.5)]))
    known = load_answers()
    assert message["custom"]["aside"]["near"] == [
        {"answer": known[SOME[0]].name, "confidence": 0.31},
        {"answer": known[SOME[1]].name, "confidence": 0.2},
    ]


def test_answers_come_in_the_form_that_is_wanted():
    told = [answer for answer in load_answers().values() if answer.simpler][:2]
    wish = [{"entity": "answer", "value": answer.id} for answer in told] + [{"entity": "form", "value": "simpler"}]
    messages = say(ActionAnswer(), tracker(entities=wish))
    assert [message["text"].startswith(answer.simpler) for message, answer in zip(messages, told, strict=True)] == [
        True
    ] * 2
    bare = next(answer for answer in load_answers().values() if not answer.simpler)
    wish = [{"entity": "answer", "value": bare.id}, {"entity": "form", "value": "simpler"}]
    (message,) = say(ActionAnswer(), tracker(entities=wish))
    assert message["custom"]["kind"] == "smalltalk" and replies.person_button() in message["buttons"]
