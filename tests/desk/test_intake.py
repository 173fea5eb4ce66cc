"""What comes into the content queue, and what never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.desk.intake import erase_old
from bot.desk.models import Question
from tests.gateway.conftest import ANSWER

NEAR = [{"answer": "funding/school-pays", "confidence": 0.31}]


def ask(client, message: str, **more) -> dict:
    response = client.post("/api/chat", json={"message": message, **more})
    assert response.status_code == 200
    return response.json()


def kept(client) -> list[Question]:
    with Session(client.app.state.desk.engine, expire_on_commit=False) as session:
        return list(session.scalars(select(Question).order_by(Question.id)))


@pytest.mark.parametrize(
    "kind, custom, outcome",
    [
        ("fallback", {}, ("unknown", "")),
        ("fallback", {"about": "transport"}, ("refused", "transport")),
        ("clarify", {}, ("clarified", "")),
    ],
)
def test_what_was_not_answered_is_kept_with_what_came_near(client, rasa, kind, custom, outcome):
    rasa.says(kind, near=NEAR, **custom)
    said = ask(client, "is there a bus", audience="professional")
    assert "near" not in str(said)
    (question,) = kept(client)
    assert (question.text, question.audience, question.near) == ("is there a bus", "professional", NEAR)
    assert (question.outcome, question.detail) == outcome
    history = client.get(f"/api/chat/{said['conversation']}").text
    assert "near" not in history and "0.31" not in history


def test_personal_details_are_not_kept(client, rasa):
    rasa.says("fallback")
    ask(client, "ring me on 07700 900123 about the bus, jo@example.org")
    (question,) = kept(client)
    assert "07700" not in question.text and "jo@" not in question.text and "[phone number removed]" in question.text


def test_names_are_not_kept(client, rasa):
    rasa.says("fallback")
    ask(client, "my son Jayden at Framwellgate has no bus")
    (question,) = kept(client)
    assert question.text == "my son [name removed] at Framwellgate has no bus"
    counted = client.app.state.metrics.registry.get_sample_value("guide_redacted_total", {"kind": "name"})
    assert counted == 1


@pytest.mark.parametrize(
    "kind, custom",
    [
        ("answer", {}),
        ("safeguarding", {}),
        ("handoff", {}),
        ("error", {}),
        ("smalltalk", {}),
        ("records", {}),
        ("fallback", {"about": "other-language"}),
        ("fallback", {"about": "closed"}),
    ],
)
def test_what_is_no_gap_or_too_private_is_not_kept(client, rasa, kind, custom):
    rasa.says(kind, **custom)
    ask(client, "words")
    assert kept(client) == []


def test_a_turn_with_a_handover_in_it_is_not_kept(client, rasa):
    step = {"text": "What is your name?", "buttons": [], "custom": {"kind": "handoff"}}
    unknown = {"text": "Sorry", "buttons": [], "custom": {"kind": "fallback"}}
    rasa.reply = [{"custom": unknown}, {"custom": step}]
    ask(client, "Jo Brown")
    assert kept(client) == []


def test_urgent_words_are_not_kept_even_where_rasa_missed_them(client, rasa):
    rasa.says("fallback")
    ask(client, "i want to kill myself")
    assert kept(client) == []


def test_a_pressed_button_is_no_question(client, rasa):
    rasa.reply = [{"custom": {**ANSWER, "custom": {**ANSWER["custom"], "kind": "clarify"}}}]
    said = ask(client, "money")
    payload = said["messages"][0]["buttons"][0]["payload"]
    client.post("/api/chat", json={"payload": payload, "conversation": said["conversation"]})
    assert len(kept(client)) == 1


def test_a_message_sent_twice_is_kept_once(client, rasa):
    rasa.says("fallback")
    for _ in range(2):
        client.post("/api/chat", json={"message": "bus"}, headers={"idempotency-key": "k" * 20})
    assert len(kept(client)) == 1


def test_it_can_be_turned_off(make_client, rasa):
    client = make_client(desk_collect_questions=False)
    rasa.says("fallback")
    ask(client, "bus")
    assert kept(client) == []


def test_a_person_who_erases_the_chat_erases_its_questions(client, rasa):
    rasa.says("fallback")
    one, _ = ask(client, "bus"), ask(client, "train")
    assert client.delete(f"/api/chat/{one['conversation']}").status_code == 204
    assert [question.text for question in kept(client)] == ["train"]


def test_a_chat_that_runs_out_leaves_its_question_without_a_trace_to_it(client, rasa):
    rasa.says("fallback")
    ask(client, "bus")
    client.app.state.desk.chat.store.erase_older_than(-1)
    (question,) = kept(client)
    assert question.conversation_id is None


def test_questions_go_when_their_time_is_over(client, rasa):
    rasa.says("fallback")
    ask(client, "old")
    engine = client.app.state.desk.engine
    with Session(engine) as session, session.begin():
        session.execute(update(Question).values(at=datetime.now(UTC) - timedelta(days=91)))
    ask(client, "new")
    assert erase_old(engine, 90) == {"question": 1, "feedback": 0}
    assert [question.text for question in kept(client)] == ["new"]


def test_a_queue_that_cannot_be_written_never_reaches_the_person(client, rasa):
    rasa.says("fallback")
    with client.app.state.desk.engine.begin() as connection:
        connection.execute(text("DROP TABLE question"))
    assert ask(client, "bus")["messages"][0]["custom"]["kind"] == "fallback"
    counted = client.app.state.metrics.registry.get_sample_value("guide_failures_total", {"part": "content queue"})
    assert counted == 1
