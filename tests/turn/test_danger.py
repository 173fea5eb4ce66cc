"""Whoever tells of danger is told what to do, whatever fails: 999 first, and their words are kept nowhere."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import pytest

from bot.desk.services.switch import Switch
from bot.guidance.wording import wording
from bot.turn.chat import Chat
from bot.turn.conversations import ConversationStore
from tests.faults import FAULTS, locked

DANGER = "my husband hit me last night"
ONLY_FOR_A_MODEL = "my partner Hieronymus and what he did to Zachariah"
IN_DANGER = wording("error.in_danger")
STORES = ("guide", "referrals", "trackers", "directory")
KEY = "k" * 20


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """A store that hangs is not waited for so long as in earnest."""
    monkeypatch.setattr("bot.turn.chat.URGENT_WAIT_S", 1.0)


def file_of(store: str, folder: Path) -> Path:
    return folder / f"{store}.db"


def is_urgent(reply) -> bool:
    message = reply.json()["messages"][0]
    return message["custom"]["kind"] == "safeguarding" and message["text"].startswith(wording("urgent_help.now"))


def page_of(client, **fields):
    return client.post("/", data={"key": secrets.token_hex(10), **fields}, headers={"accept": "text/html"})


def tells_of_999_first(page: str) -> bool:
    new = page.partition('id="new"')[2] or page
    return wording("urgent_help.now") in new and "husband" not in new


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("store", STORES)
def test_danger_is_answered_while_a_store_fails(client, rasa, tmp_path, store, fault):
    begun = client.post("/api/chat", json={"message": "hello"}).json()["conversation"]
    file_of(store, tmp_path).touch()
    with FAULTS[fault](file_of(store, tmp_path)):
        afresh = client.post("/api/chat", json={"message": DANGER})
        later = client.post("/api/chat", json={"message": DANGER, "conversation": begun})
        page = page_of(client, message=DANGER)
        page_later = page_of(client, message=DANGER, conversation=begun)
    for reply in (afresh, later):
        assert reply.status_code == 200 and is_urgent(reply) and set(reply.json()) == {"conversation", "messages"}
    for shown in (page, page_later):
        assert shown.status_code == 200 and tells_of_999_first(shown.text)
    assert not any("husband" in body["message"] for body in rasa.received)


def test_a_conversation_that_could_not_be_begun_goes_on_when_the_store_is_well(client, tmp_path):
    with locked(file_of("guide", tmp_path)):
        token = client.post("/api/chat", json={"message": DANGER}).json()["conversation"]
    assert client.get(f"/api/chat/{token}").status_code == 400
    again = client.post("/api/chat", json={"message": "we are safe now", "conversation": token})
    assert again.status_code == 200
    said = [entry["text"] for entry in client.get(f"/api/chat/{token}").json()["messages"]]
    assert said[0] == "we are safe now"


def test_danger_in_a_chat_that_is_no_longer_kept_is_answered(client):
    token = client.post("/api/chat", json={"message": "hello"}).json()["conversation"]
    assert client.delete(f"/api/chat/{token}").status_code == 204
    for unknown in (token, "forged.token"):
        reply = client.post("/api/chat", json={"message": DANGER, "conversation": unknown})
        assert is_urgent(reply) and reply.json()["conversation"] != unknown
        assert tells_of_999_first(page_of(client, message=DANGER, conversation=unknown).text)


def test_danger_is_answered_past_the_limit_of_a_conversation(make_client):
    client = make_client(rate_limit_conversation=1)
    token = client.post("/api/chat", json={"message": "hello"}).json()["conversation"]
    assert client.post("/api/chat", json={"message": "hello", "conversation": token}).status_code == 429
    assert is_urgent(client.post("/api/chat", json={"message": DANGER, "conversation": token}))


def test_danger_does_not_wait_for_the_turn_before(client, rasa):
    token = client.post("/api/chat", json={"message": "hello"}).json()["conversation"]
    chat: Chat = client.app.state.desk.chat
    with chat.alone(chat.conversation_of(token)):
        reply = client.post("/api/chat", json={"message": DANGER, "conversation": token})
    assert is_urgent(reply) and reply.json()["conversation"] == token


@pytest.mark.parametrize("part", ["silent", "status", "hanging"])
def test_danger_is_answered_without_rasa_and_actions(client, rasa, part):
    rasa.reply, rasa.status = [], 500 if part == "status" else 200
    rasa.delay_s = 2.0 if part == "hanging" else 0.0
    reply = client.post("/api/chat", json={"message": DANGER})
    assert is_urgent(reply)
    kept = client.get(f"/api/chat/{reply.json()['conversation']}").json()["messages"]
    assert kept[0]["text"] == wording("gateway.text_not_kept")


def test_danger_is_answered_without_a_key_for_referrals(make_client):
    client = make_client(encryption_keys="")
    assert is_urgent(client.post("/api/chat", json={"message": DANGER}))
    assert tells_of_999_first(page_of(client, message=DANGER).text)


@pytest.mark.parametrize(
    ("owner", "method"),
    [(Switch, "screen"), (ConversationStore, "add_turn"), (ConversationStore, "numbered_history")],
)
def test_what_the_model_reads_as_danger_is_answered_while_what_comes_after_fails(
    make_client, rasa, monkeypatch, owner, method
):
    def fails(*_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr(owner, method, fails)
    client = make_client()
    rasa.says("safeguarding", wording("urgent_help.now"))
    assert is_urgent(client.post("/api/chat", json={"message": ONLY_FOR_A_MODEL}))
    page = page_of(client, message=ONLY_FOR_A_MODEL)
    assert page.status_code == 200 and wording("urgent_help.now") in page.text.partition('id="new"')[2]
    assert "Hieronymus" not in page.text


def test_an_answer_stands_where_nobody_can_take_notice_of_its_question(client, rasa, monkeypatch):
    def fails(*_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr("bot.desk.services.intake.redact_names", fails)
    rasa.says("fallback")
    assert client.post("/api/chat", json={"message": "something odd"}).status_code == 200


def test_danger_inside_a_handover_in_the_chat_is_answered(client, rasa, tmp_path):
    rasa.says("handoff", step="about")
    token = client.post("/api/chat", json={"message": "a person please"}).json()["conversation"]
    with locked(file_of("guide", tmp_path)), locked(file_of("referrals", tmp_path)):
        assert is_urgent(client.post("/api/chat", json={"message": DANGER, "conversation": token}))


@pytest.fixture
def form(make_client):
    """A web form that somebody has begun, and its secret."""
    client = make_client(referral_email="inbox@example.org", smtp_host="127.0.0.1")
    client.post("/handover/begin")
    csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/handover/about").text)
    assert csrf
    return client, csrf[1]


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "full"])
def test_danger_typed_into_the_web_form_is_answered_while_it_cannot_be_kept(form, tmp_path, monkeypatch, fault):
    monkeypatch.setattr("bot.handover.form.drafts.BUSY_TIMEOUT_MS", 500)
    client, csrf = form
    with FAULTS[fault](file_of("referrals", tmp_path)):
        page = client.post("/handover/about", data={"csrf": csrf, "about": DANGER})
    was_kept = page.url.path != "/handover/about"  # SQLite goes on writing into a file that was removed
    assert page.status_code == 200 and (was_kept or tells_of_999_first(page.text))


def test_danger_typed_into_a_form_that_is_no_longer_kept_is_answered(client):
    page = client.post("/handover/about", data={"csrf": "x", "about": DANGER})
    assert page.status_code == 200 and tells_of_999_first(page.text)


def test_what_nobody_could_read_is_not_kept_and_what_to_do_in_danger_is_said(client, rasa):
    rasa.reply = []
    reply = client.post("/api/chat", json={"message": ONLY_FOR_A_MODEL}).json()
    assert reply["messages"][0]["custom"]["kind"] == "error" and IN_DANGER in reply["messages"][0]["text"]
    assert "Hieronymus" not in client.get(f"/api/chat/{reply['conversation']}").text
    page = page_of(client, message=ONLY_FOR_A_MODEL).text
    assert ">my partner Hieronymus" in page.partition("<textarea")[2], "the words are there to be sent again"
    assert "Hieronymus" not in page.partition("<textarea")[0]


def test_what_follows_on_a_failure_follows_on_the_turn_before_it(client, rasa):
    token = client.post("/api/chat", json={"message": "who pays"}).json()["conversation"]
    well, rasa.reply = rasa.reply, []
    client.post("/api/chat", json={"message": "how much", "conversation": token})
    rasa.reply = well
    client.post("/api/chat", json={"message": "how much", "conversation": token})
    assert rasa.received[-1]["metadata"]["previous"]["message"] == "who pays"


def test_every_refusal_of_what_somebody_typed_says_what_to_do_in_danger(make_client, tmp_path):
    client = make_client(rate_limit_address=8)
    with locked(file_of("guide", tmp_path)):
        refusals = [client.post("/api/chat", json={"message": "hello"})]
    refusals += [
        client.post("/api/chat", json={"message": "hello", "conversation": "forged"}),
        client.post("/api/chat", json={"message": "x" * 2001}),
        client.post("/api/chat", content=b"{", headers={"content-type": "application/json"}),
        client.post("/api/chat", content=b"x" * 70_000),
        client.post("/", data={"message": "hello"}, headers={"accept": "text/html"}),
        page_of(client, message="x" * 2001),
    ]
    while refusals[-1].status_code != 429:
        refusals.append(page_of(client, message="x" * 2001))
    refusals.append(client.post("/api/chat", json={"message": "hello"}))
    assert {reply.status_code for reply in refusals} == {400, 413, 422, 429, 503}
    for reply in refusals:
        assert IN_DANGER in reply.text, (reply.status_code, reply.text[:300])
