"""The chat API's contract: every status, buttons, injection, failures, limits, idempotency, erasure."""

from __future__ import annotations

import logging
import sqlite3

import pytest

from tests.gateway.conftest import ANSWER


def ask(client, message="a question", **more):
    return client.post("/api/chat", json={"message": message, **more})


def problem(response, status: int) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status and len(body["detail"]) > 10
    return body


def test_a_question_gets_the_actions_message(client, rasa):
    body = ask(client).json()
    (message,) = body["messages"]
    assert message["text"] == ANSWER["text"] and message["custom"] == ANSWER["custom"]
    assert rasa.received[0]["message"] == "a question" and rasa.received[0]["metadata"] == {"audience": "parent"}
    assert len(rasa.received[0]["sender"]) >= 24


def test_a_conversation_goes_on_and_keeps_its_audience(client, rasa):
    token = ask(client, audience="professional").json()["conversation"]
    assert ask(client, "more", conversation=token).json()["conversation"] == token
    first, second = rasa.received
    assert first["sender"] == second["sender"] and second["metadata"] == {"audience": "professional"}


def test_buttons_are_opaque_and_work_only_in_their_conversation(client, rasa):
    body = ask(client).json()
    token, payload = body["conversation"], body["messages"][0]["buttons"][0]["payload"]
    assert "faq" not in payload and "next-one" not in payload
    pressed = client.post("/api/chat", json={"payload": payload, "conversation": token})
    assert pressed.status_code == 200
    assert rasa.received[-1]["message"] == '/faq{"answer": "next-one"}'
    elsewhere = ask(client).json()["conversation"]
    problem(client.post("/api/chat", json={"payload": payload, "conversation": elsewhere}), 422)
    problem(client.post("/api/chat", json={"payload": payload}), 422)
    problem(client.post("/api/chat", json={"payload": '/faq{"answer": "next-one"}', "conversation": token}), 422)


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "  /restart",
        '/handover{"a":1}',
        "\u200b/restart",
        "\ufeff /restart",
        "\n/restart",
        "EXTERNAL: x",
        "external: x",
        "\x00/restart",
    ],
)
def test_public_text_is_never_an_intent(client, rasa, text):
    assert ask(client, text).status_code == 200
    sent = rasa.received[0]["message"]
    assert sent.startswith("\u2060") and not sent.strip().startswith(("/", "EXTERNAL"))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"message": ""}, 422),
        ({"message": " \n\u200b "}, 422),
        ({"message": "x" * 2001}, 422),
        ({}, 422),
        ({"message": "x", "payload": "y"}, 422),
        ({"message": "x", "audience": "robot"}, 422),
        ({"message": "x", "sender": "me"}, 422),
        ({"message": 5}, 422),
        ({"message": "x", "conversation": "forged"}, 400),
    ],
)
def test_bad_requests_are_named(client, rasa, body, status):
    problem(client.post("/api/chat", json=body), status)
    assert rasa.received == []


def test_two_thousand_characters_are_enough(client):
    assert ask(client, "x" * 2000).status_code == 200


def test_what_is_not_json_or_too_large_is_named(client):
    problem(client.post("/api/chat", content=b"{", headers={"content-type": "application/json"}), 400)
    problem(client.post("/api/chat", content=b"x" * 70_000, headers={"content-type": "application/json"}), 413)
    problem(client.get("/api/nothing"), 404)
    problem(client.put("/api/chat"), 405)


@pytest.mark.parametrize(
    "reply",
    [
        [],
        [{"recipient_id": "x", "text": "bare"}],
        [{"recipient_id": "x", "custom": {"no": 1}}],
        {"not": "a list"},
        b"<html>",
    ],
)
def test_rasas_failures_become_a_kind_sentence_with_other_help(client, rasa, reply, caplog):
    rasa.reply = reply
    with caplog.at_level(logging.ERROR):
        (message,) = ask(client, "my secret worry").json()["messages"]
    assert message["custom"]["kind"] == "error" and message["custom"]["links"][0]["url"].startswith("https://")
    assert "secret worry" not in caplog.text and "no reply" in caplog.text


def test_a_slow_or_dead_rasa_is_a_kind_sentence_too(make_client, rasa):
    client = make_client(rasa_timeout_s=0.2)
    rasa.delay_s = 0.6
    assert ask(client).json()["messages"][0]["custom"]["kind"] == "error"
    rasa.delay_s, rasa.status = 0, 500
    assert ask(client).json()["messages"][0]["custom"]["kind"] == "error"
    rasa.server.shutdown()
    rasa.server.server_close()
    assert ask(client).json()["messages"][0]["custom"]["kind"] == "error"


def test_after_a_failure_the_conversation_goes_on(client, rasa):
    good, rasa.reply = rasa.reply, []
    token = ask(client).json()["conversation"]
    rasa.reply = good
    assert ask(client, conversation=token).json()["messages"][0]["custom"]["kind"] == "answer"


def test_personal_details_reach_neither_rasa_nor_the_store(client, rasa, caplog, tmp_path):
    with caplog.at_level(logging.DEBUG):
        token = ask(client, "ring me on 07700 900123 about my son").json()["conversation"]
    assert rasa.received[0]["message"] == "ring me on [phone number removed] about my son"
    assert "900123" not in str(client.get(f"/api/chat/{token}").json()) and "900123" not in caplog.text
    for file in tmp_path.iterdir():
        assert b"900123" not in file.read_bytes()


def test_urgent_messages_are_neither_kept_nor_logged(client, rasa, caplog, tmp_path):
    rasa.says("safeguarding")
    with caplog.at_level(logging.DEBUG):
        token = ask(client, "he hurt my bairn").json()["conversation"]
    kept = client.get(f"/api/chat/{token}").json()
    assert "hurt my bairn" not in str(kept) + caplog.text
    for file in tmp_path.iterdir():
        assert b"hurt my bairn" not in file.read_bytes()


def test_the_conversation_so_far_and_its_erasure(client, tmp_path):
    with sqlite3.connect(tmp_path / "trackers.db") as connection:
        connection.execute("CREATE TABLE events (sender_id TEXT)")
    token = ask(client, "hello there").json()["conversation"]
    history = client.get(f"/api/chat/{token}").json()["messages"]
    assert [entry["from"] for entry in history] == ["user", "guide"] and history[0]["text"] == "hello there"
    assert client.delete(f"/api/chat/{token}").status_code == 204
    problem(client.get(f"/api/chat/{token}"), 400)
    problem(ask(client, conversation=token), 400)


def test_too_many_messages_are_slowed_down(make_client):
    client = make_client(rate_limit_conversation=2)
    token = ask(client).json()["conversation"]
    assert ask(client, conversation=token).status_code == 200
    refused = ask(client, conversation=token)
    problem(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert ask(client).status_code == 200
    by_address = make_client(rate_limit_address=3)
    assert [ask(by_address).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_the_same_key_asks_once(client, rasa):
    headers = {"Idempotency-Key": "0123456789abcdef"}
    replies = [client.post("/api/chat", json={"message": "once"}, headers=headers).json() for _ in range(2)]
    assert replies[0] == replies[1] and len(rasa.received) == 1
    token = replies[0]["conversation"]
    again = client.post("/api/chat", json={"message": "twice", "conversation": token}, headers=headers).json()
    assert len(rasa.received) == 2 and again["conversation"] == token
    problem(client.post("/api/chat", json={"message": "x"}, headers={"Idempotency-Key": "short"}), 422)


def test_a_broken_database_is_unavailable(client, tmp_path):
    token = ask(client).json()["conversation"]
    with sqlite3.connect(tmp_path / "guide.db") as connection:
        connection.execute("DROP TABLE entry")
    refused = ask(client, conversation=token)
    problem(refused, 503)
    assert refused.headers["retry-after"]


def test_health_needs_a_real_answer(make_client, rasa):
    well = make_client().get("/health")
    assert well.status_code == 200 and well.json() == {"well": True, "failing": None}
    rasa.reply = []
    assert make_client().get("/health").json() == {"well": False, "failing": "actions"}
    rasa.says("fallback")
    assert make_client().get("/health").json() == {"well": False, "failing": "answer"}
    rasa.status = 500
    sick = make_client().get("/health")
    assert sick.status_code == 503 and sick.json()["failing"] == "rasa"


def test_health_cannot_be_used_to_load_the_guide(client, rasa):
    for _ in range(5):
        client.get("/health")
    assert len(rasa.received) == 1


def test_metrics_count_kinds_and_never_words(client, rasa):
    from prometheus_client import generate_latest

    ask(client, "ring 07700 900123 about Jayden")
    rasa.reply = []
    ask(client)
    text = generate_latest(client.app.state.metrics.registry).decode()
    assert 'guide_messages_total{kind="answer"} 1.0' in text
    assert 'guide_failures_total{part="actions"} 1.0' in text
    assert 'guide_redacted_total{kind="phone number"} 1.0' in text
    assert "Jayden" not in text and "900123" not in text
    assert client.get("/metrics").status_code == 404


def test_the_access_log_has_no_token_and_no_words(client, caplog):
    with caplog.at_level(logging.INFO):
        token = ask(client, "quite private").json()["conversation"]
        client.get(f"/api/chat/{token}")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert not any(token in line or "quite private" in line for line in ours)
    assert any("/api/chat/..." in line for line in ours)
