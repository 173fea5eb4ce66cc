"""A clock set back or forward: a chat keeps its order, and nothing is kept for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.accounts.accounts import person_of
from bot.accounts.models import DeskSession
from bot.desk.services.models import Question
from bot.desk.services.queue import ContentQueue
from bot.handover.live import Line
from bot.handover.referrals.models import ident_sorted_by_time
from bot.store.engine import open_engine
from bot.turn.chat import Chat
from bot.turn.conversations import Conversation
from bot.turn.live_lines import with_lines


@pytest.fixture
def clock(monkeypatch):
    """Set the clock that conversations and live chats go by, in hours from now."""

    def set_to(hours: float) -> None:
        now = datetime.now(UTC) + timedelta(hours=hours)
        for module in ("bot.turn.conversations", "bot.handover.live", "bot.handover.form.drafts"):
            monkeypatch.setattr(f"{module}.utc_now", lambda: now)
        monkeypatch.setattr("bot.handover.referrals.models.time.time_ns", lambda: int(now.timestamp() * 1e9))

    return set_to


def test_messages_keep_their_order_when_the_clock_is_set_back(client, clock):
    token: dict[str, str] = {}
    for hours, message in ((0, "first"), (-2, "second"), (-5, "third")):
        clock(hours)
        token["conversation"] = client.post("/api/chat", json={"message": message, **token}).json()["conversation"]
    shown = client.get(f"/api/chat/{token['conversation']}").json()["messages"]
    assert [entry["text"] for entry in shown if entry["from"] == "user"] == ["first", "second", "third"]


def test_a_persons_lines_keep_their_place_when_the_clock_is_set_back():
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC)

    def said(text: str, hours: float) -> dict:
        return {"from": "user", "text": text, "at": (noon + timedelta(hours=hours)).isoformat()}

    def line(text: str, hours: float, after: int | None) -> Line:
        return Line(text, "family", noon + timedelta(hours=hours), "Sam", text, after)

    kept = [(1, said("a", 0)), (2, said("b", -3)), (9, said("e", -1))]
    lines = [line("c", -4, 2), line("d", -5, 2), line("f", -9, 9)]
    assert [entry["text"] for entry in with_lines(kept, lines)] == ["a", "b", "c", "d", "e", "f"]
    of_old = [line("c", 1, None), line("d", 2, None)]  # written before lines said what they follow
    ordered = [(1, said("a", 0)), (2, said("e", 3))]
    assert [entry["text"] for entry in with_lines(ordered, of_old)] == ["a", "c", "d", "e"]


def test_a_line_written_after_the_clock_was_set_back_sorts_after_the_one_before(clock):
    clock(0)
    first = ident_sorted_by_time()
    clock(-3)
    assert ident_sorted_by_time(first) > first > ident_sorted_by_time()


def test_the_content_queue_shows_the_latest_question_first_whatever_the_clock_said(client):
    engine = open_engine(client.app.state.desk.settings.database_url)
    chat: Chat = client.app.state.desk.chat
    ident = chat.store.begin("parent")
    with Session(engine) as session, session.begin():
        for hours, text in ((0, "asked first"), (-2, "asked last")):
            at = datetime.now(UTC) + timedelta(hours=hours)
            session.add(
                Question(
                    at=at, conversation_id=ident, audience="parent", text=text, outcome="unknown", detail="", near=[]
                )
            )
            session.flush()
    assert ContentQueue(engine).items("new")[0].questions[0].text == "asked last"


def test_what_a_wrong_clock_wrote_is_not_kept_for_ever(client, clock):
    chat: Chat = client.app.state.desk.chat
    clock(24 * 365 * 70)
    ident = chat.store.begin("parent")
    clock(0)
    assert chat.store.erase_older_than(24) == [] and chat.store.exists(ident)
    clock(23)
    assert chat.store.erase_older_than(24) == []
    clock(25)
    chat.store.erase_older_than(24)  # or the erasing thread has just done it
    assert not chat.store.exists(ident)


def test_a_session_that_a_wrong_clock_began_ends(client):
    desk = client.app.state.desk
    desk.accounts.add("kim", "a long enough password 77", ["sendiass"], False, "test")
    person = desk.accounts.all()[0]
    secret = desk.sessions.begin(person_of(person))
    assert desk.sessions.find(secret)
    far = datetime.now(UTC) + timedelta(days=365 * 70)
    with Session(desk.engine) as session, session.begin():
        session.execute(update(DeskSession).values(began_at=far, seen_at=far))
    assert desk.sessions.find(secret) is None
    desk.sessions.begin(person_of(person))
    with Session(desk.engine) as session:
        assert session.query(DeskSession).count() == 1


def test_a_clock_set_back_a_little_erases_nothing_early(client, clock):
    chat: Chat = client.app.state.desk.chat
    ident = chat.store.begin("parent")
    clock(-2)
    chat.store.touch(ident)
    clock(21)
    assert chat.store.erase_older_than(24) == []
    with Session(open_engine(client.app.state.desk.settings.database_url)) as session:
        assert session.get(Conversation, ident)
