"""The switch: what is off is replaced by a notice, urgent help and the way to a person stay, other processes obey."""

from __future__ import annotations

import pytest

from bot.accounts import audit
from bot.desk.services.switch import BadClosure, Switch, names_of, reasons
from bot.guidance.wording import wording
from tests.desk.conftest import post
from tests.fakes import ANSWER


def ask(client, message: str = "who pays") -> list[dict]:
    response = client.post("/api/chat", json={"message": message})
    assert response.status_code == 200
    return response.json()["messages"]


@pytest.fixture
def switch(client) -> Switch:
    return client.app.state.desk.switch


@pytest.mark.parametrize(
    "scope, name, is_off",
    [
        ("guide", "all", True),
        ("topic", "funding", True),
        ("document", "ot-guide-2023", True),
        ("topic", "waiting", False),
        ("document", "wsoa-2018", False),
    ],
)
def test_what_is_off_is_told_with_another_way(client, switch, scope, name, is_off):
    switch.close(scope, name, "out_of_date", "new law", "anna")
    (message,) = ask(client)
    if not is_off:
        assert message["custom"]["kind"] == "answer"
        return
    assert message["custom"]["kind"] == "fallback" and "answer" not in message["custom"]
    assert wording("desk.closed.reasons.out_of_date") in message["text"] and "999" in message["text"]
    assert "new law" not in str(message) and "The school pays" not in str(message)
    assert [button["title"] for button in message["buttons"]] == [wording("smalltalk.want_person")]
    assert message["custom"]["links"]
    switch.open(scope, name, "anna")
    assert ask(client)[0]["custom"]["kind"] == "answer"


@pytest.mark.parametrize("kind", ["safeguarding", "handoff"])
def test_urgent_help_and_the_way_to_a_person_stay(client, rasa, switch, kind):
    switch.close("guide", "all", "fault", "broken", "anna")
    rasa.says(kind, "help now")
    assert [message["text"] for message in ask(client, "help")] == ["help now"]


@pytest.mark.parametrize("kind", ["clarify", "records", "smalltalk", "fallback", "error"])
def test_all_else_gives_way_to_the_notice_where_the_guide_is_off(client, rasa, switch, kind):
    switch.close("guide", "all", "fault", "broken", "anna")
    rasa.says(kind, "anything")
    (message,) = ask(client, "help")
    assert message["custom"]["about"] == "closed" and message["text"].startswith(wording("desk.closed.guide"))


def test_urgent_help_stands_alone_and_one_reason_is_told_once(client, rasa, switch):
    switch.close("guide", "all", "fault", "broken", "anna")
    other = {"text": "Help", "buttons": [], "custom": {"kind": "safeguarding"}}
    rasa.reply = [{"custom": other}, {"custom": ANSWER}]
    assert [message["custom"]["kind"] for message in ask(client)] == ["safeguarding"]
    rasa.reply = [{"custom": ANSWER}, {"custom": ANSWER}]
    assert len(ask(client)) == 1


def test_of_two_answers_only_the_one_that_is_off_is_replaced(client, rasa, switch):
    switch.close("topic", "waiting", "being_checked", "asked by the team", "anna")
    waiting = {**ANSWER, "text": "Wait", "custom": {**ANSWER["custom"], "topic": "waiting"}}
    rasa.reply = [{"custom": ANSWER}, {"custom": waiting}]
    assert [message["custom"]["kind"] for message in ask(client)] == ["answer", "fallback"]


def test_a_button_made_before_gives_the_notice_too(client, switch):
    first = client.post("/api/chat", json={"message": "who pays"}).json()
    switch.close("topic", "funding", "being_checked", "asked by the team", "anna")
    pressed = {"payload": first["messages"][0]["buttons"][0]["payload"], "conversation": first["conversation"]}
    (message,) = client.post("/api/chat", json=pressed).json()["messages"]
    assert message["custom"]["about"] == "closed"


def test_another_process_obeys_within_seconds(client, switch):
    now = [0.0]
    other = Switch(client.app.state.desk.engine, clock=lambda: now[0])
    assert other.now().guide is None
    switch.close("guide", "all", "fault", "broken", "anna")
    now[0] = 1.0
    assert other.now().guide is None
    now[0] = 2.1
    assert other.now().guide == "fault"


def test_it_outlasts_a_restart(make_client, client, switch):
    switch.close("guide", "all", "fault", "broken", "anna")
    assert make_client().app.state.desk.switch.now().guide == "fault"


@pytest.mark.parametrize(
    "change",
    [
        ("planet", "earth", "fault", "note"),
        ("topic", "no-such-topic", "fault", "note"),
        ("guide", "all", "no such reason", "note"),
        ("guide", "all", "fault", "  "),
        ("guide", "all", "fault", "x" * 501),
    ],
)
def test_what_makes_no_sense_is_refused(switch, change):
    with pytest.raises(BadClosure):
        switch.close(*change, "anna")
    assert not switch.closures()


def test_from_the_page_with_everything_in_the_trail(client, person):
    admin = person("admin")
    page = "/staff/switch"
    wrong = post(admin, f"{page}/off", page, what="topic funding", reason="fault")
    assert wrong.status_code == 422 and wording("desk.switch.give_note") in wrong.text
    assert 'value="topic funding" selected' in wrong.text and 'value="fault" checked' in wrong.text
    post(admin, f"{page}/off", page, what="topic funding", reason="fault", note="<b>law</b>")
    assert "&lt;b&gt;law" in admin.get(page).text and ask(client)[0]["custom"]["about"] == "closed"
    assert post(admin, f"{page}/on", page, what="topic funding").headers["location"].endswith("done=on")
    assert post(admin, f"{page}/on", page, what="topic funding").headers["location"].endswith("done=was-on")
    assert ask(client)[0]["custom"]["kind"] == "answer"
    lines = [(line.who, line.event, line.about) for line in audit.latest(client.app.state.desk.engine)]
    assert lines[:2] == [
        ("admin@example.org", "switch.on", "topic funding"),
        ("admin@example.org", "switch.off", "topic funding"),
    ]
    shown = admin.get("/staff/audit").text
    assert "Turned off" in shown and "topic funding" in shown
    assert audit.verify(client.app.state.desk.engine).wrong_line is None


def test_there_is_something_to_choose():
    assert names_of("guide") and "funding" in names_of("topic") and "ot-guide-2023" in names_of("document")
    assert len(reasons()) >= 3
