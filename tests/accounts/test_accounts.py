"""Accounts, sessions, switch and intake on each kind of database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.accounts.accounts import AccountProblem
from bot.accounts.passwords import is_password
from bot.accounts.sessions import Sessions
from bot.desk.build import make_accounts
from bot.desk.services.feedback import FeedbackBox
from bot.desk.services.intake import Intake, erase_old
from bot.desk.services.models import Question
from bot.desk.services.queue import ContentQueue
from bot.desk.services.switch import Switch
from bot.metrics import Metrics
from bot.settings import Settings
from bot.turn.chat import Asked
from bot.turn.conversations import ConversationStore
from tests.desk.conftest import PASSWORD


@pytest.fixture
def accounts(engine):
    return make_accounts(Settings(secret_key="test key that is long enough to sign"), engine)


def test_a_person_signs_in_works_and_signs_out(engine, accounts):
    accounts.add("anna", PASSWORD, ["content", "policy"], True, "test")
    person = accounts.sign_in(" ANNA ", PASSWORD)
    assert person and person.roles == {"content", "policy"} and accounts.somebody_works_queue()
    sessions = Sessions(engine, 30, 10)
    secret = sessions.begin(person)
    signed_in = sessions.find(secret)
    assert signed_in and signed_in.name == "anna" and len(sessions.of(signed_in)) == 1
    sessions.end_all(signed_in)
    assert sessions.find(secret) is None
    with pytest.raises(AccountProblem):
        accounts.add("Anna", PASSWORD, ["policy"], False, "test")
    assert audit.verify(engine).wrong_line is None


def test_no_hash_is_no_password():
    assert not is_password("a password that nobody has", None)
    assert not is_password(PASSWORD, "not a hash")


def test_the_switch_the_queue_and_feedback_work(url, engine):
    switch, metrics = Switch(engine), Metrics()
    switch.close("topic", "funding", "fault", "note", "anna")
    switch.close("topic", "funding", "out_of_date", "another note", "anna")
    assert switch.now().topics == {"funding": "out_of_date"} and switch.open("topic", "funding", "anna")
    store = ConversationStore(url)
    ident = store.begin("parent")
    answer = {"text": "Yes.", "buttons": [], "custom": {"kind": "answer", "answer": "a/b"}}
    store.add_turn(ident, "who pays", [answer], [])
    intake = Intake(engine, metrics, True)
    intake.notice(Asked(ident, "bus", [{"text": "?", "buttons": [], "custom": {"kind": "fallback"}}], ()))
    box = FeedbackBox(engine, metrics, lambda: True)
    box.give(ident, "a/b", "hard")
    assert {question.questions[0].text for question in ContentQueue(engine).items("new")} == {"bus", "who pays"}
    assert ContentQueue(engine).export("anna").count("\n") == 3
    intake.erase_conversation(ident)
    assert ContentQueue(engine).counts()["new"] == 0 and box.counts() == {}
    intake.notice(Asked(ident, "bus", [{"text": "?", "buttons": [], "custom": {"kind": "fallback"}}], ()))
    store.erase_older_than(-1)
    with Session(engine) as session, session.begin():
        session.execute(update(Question).values(at=datetime.now(UTC) - timedelta(days=91)))
    assert erase_old(engine, 90, 7)["question"] == 1
