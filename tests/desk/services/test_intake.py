"""What comes into the content queue, and what never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.desk.services.intake import erase_old
from bot.desk.services.models import Question, QuestionGroup
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.store.migrate import upgrade
from tests.fakes import ANSWER

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
    rasa.says(kind, aside={"near": NEAR}, **custom)
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
    assert erase_old(engine, 90, 7) == {"question": 1, "feedback": 0, "question words": 0}
    assert [question.text for question in kept(client)] == ["new"]


def grouped(client, ages: list[float], state: str, changed: float = 0) -> None:
    """Put one question for each age in days into a group, oldest first, in `state` since `changed` days ago."""
    now = datetime.now(UTC)
    with Session(client.app.state.desk.engine) as session, session.begin():
        group = QuestionGroup(state=state, changed_at=now - timedelta(days=changed))
        session.add(group)
        session.flush()
        session.add_all(
            Question(
                at=now - timedelta(days=age),
                audience="parent",
                text=f"asked {age} days ago",
                outcome="unknown",
                detail="",
                near=[],
                vector=b"12",
                group_id=group.id,
            )
            for age in ages
        )


def test_what_staff_are_done_with_goes_sooner_and_what_they_are_not_stays(client):
    grouped(client, [9, 8], "done", changed=7.5)
    grouped(client, [6], "done", changed=6.5)
    grouped(client, [20], "assigned", changed=19)
    assert erase_old(client.app.state.desk.engine, 28, 7)["question"] == 2
    assert [question.text for question in kept(client)] == ["asked 6 days ago", "asked 20 days ago"]


def test_a_question_that_newer_ones_repeat_loses_its_words_and_still_counts(client):
    grouped(client, [12, 10, 9, 3, 2, 1, 0], "new")
    assert erase_old(client.app.state.desk.engine, 28, 7)["question words"] == 2
    texts = [question.text for question in kept(client)]
    assert len(texts) == 7 and texts[:3] == ["", "", "asked 9 days ago"]
    with Session(client.app.state.desk.engine) as session:
        assert list(session.scalars(select(Question.vector).where(Question.text == ""))) == [None, None]
    assert erase_old(client.app.state.desk.engine, 28, 7)["question words"] == 0


def test_what_is_erased_from_the_queue_is_gone_from_the_files(tmp_path):
    url = f"sqlite:///{tmp_path / 'guide.db'}"
    upgrade(url, "guide")
    engine = open_engine(url)
    with Session(engine) as session, session.begin():
        at = datetime.now(UTC) - timedelta(days=40)
        session.add(Question(at=at, audience="parent", text="secret words", outcome="unknown", detail="", near=[]))
    assert erase_old(engine, 28, 7)["question"] == 1
    for file in tmp_path.iterdir():  # the database, and the log beside it
        assert b"secret words" not in file.read_bytes(), file


@pytest.mark.parametrize("days", [0, 91, -1])
def test_a_question_cannot_be_kept_for_ever_or_not_at_all(days):
    with pytest.raises(ValidationError):
        Settings(desk_question_days=days)


def test_a_queue_that_cannot_be_written_never_reaches_the_person(client, rasa):
    rasa.says("fallback")
    with client.app.state.desk.engine.begin() as connection:
        connection.execute(text("DROP TABLE question"))
    assert ask(client, "bus")["messages"][0]["custom"]["kind"] == "fallback"
    counted = client.app.state.metrics.registry.get_sample_value("guide_failures_total", {"part": "content queue"})
    assert counted == 1
