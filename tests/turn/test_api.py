"""The chat API's contract: every status, buttons, injection, failures, limits, idempotency, erasure."""

from __future__ import annotations

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import generate_latest

from tests.databases import open_sqlite
from tests.fakes import ANSWER
from tests.faults import locked


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
    assert first["sender"] == second["sender"] and second["metadata"]["audience"] == "professional"


def test_the_turn_before_goes_along_redacted_and_small_talk_is_passed_over(client, rasa):
    token = ask(client, "can we ring 0191 496 0000 about a budget").json()["conversation"]
    ask(client, "and who pays?", conversation=token)
    previous = rasa.received[-1]["metadata"]["previous"]
    assert previous["answer"] == "school-pays" and "budget" in previous["message"] and "0191" not in previous["message"]
    rasa.says("smalltalk")
    ask(client, "ta", conversation=token)
    ask(client, "how long for?", conversation=token)
    assert rasa.received[-1]["metadata"]["previous"] == {"answer": "school-pays", "message": "and who pays?"}


def test_a_clarification_before_has_no_answer_and_a_safety_message_tells_nothing(client, rasa):
    rasa.says("clarify")
    token = ask(client, "help with school").json()["conversation"]
    ask(client, "the money side", conversation=token)
    assert rasa.received[-1]["metadata"]["previous"] == {"message": "help with school"}
    rasa.says("safeguarding")
    ask(client, "he hits me", conversation=token)
    ask(client, "what now", conversation=token)
    assert "previous" not in rasa.received[-1]["metadata"]


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
        [{"recipient_id": "x", "custom": {"text": "t", "buttons": [], "custom": {"kind": "unheard of"}}}],
        [{"recipient_id": "x", "custom": {"text": "t", "buttons": [], "custom": {}}}],
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


def test_a_bad_reply_does_not_silence_the_one_beside_it(client, rasa):
    rasa.says("safeguarding")
    rasa.reply.append({"recipient_id": "x", "text": "bare"})
    body = ask(client, "my partner Hieronymus and the bairn").json()
    assert [message["custom"]["kind"] for message in body["messages"]] == ["safeguarding", "error"]
    assert "bairn" not in client.get(f"/api/chat/{body['conversation']}").text


def test_rasa_forgets_urgent_messages_too(client, rasa, tracked, tmp_path):
    ask(client, "an ordinary question")
    assert len(tracked()) == 1
    rasa.says("safeguarding")
    ask(client, "he hurt my bairn")
    assert tracked() == [rasa.received[0]["sender"]]


def test_urgent_help_arrives_even_when_the_trackers_cannot_be_erased(client, rasa, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.upkeep.erasure.BUSY_TIMEOUT_S", 0.1)
    with open_sqlite(tmp_path / "trackers.db") as connection:
        connection.execute("CREATE TABLE events (sender_id TEXT, timestamp REAL)")
    rasa.says("safeguarding")
    with locked(tmp_path / "trackers.db", "EXCLUSIVE"):
        assert ask(client).json()["messages"][0]["custom"]["kind"] == "safeguarding"
    assert 'guide_failures_total{part="erasure"} 1.0' in generate_latest(client.app.state.metrics.registry).decode()


def test_the_conversation_so_far_and_its_erasure(client, rasa, tmp_path):
    token = ask(client, "hello there").json()["conversation"]
    with open_sqlite(tmp_path / "trackers.db") as connection:
        connection.execute("CREATE TABLE events (sender_id TEXT, timestamp REAL)")
        connection.execute("INSERT INTO events VALUES (?, 1), ('someone else', 1)", (rasa.received[0]["sender"],))
    history = client.get(f"/api/chat/{token}").json()["messages"]
    assert [entry["from"] for entry in history] == ["user", "guide"] and history[0]["text"] == "hello there"
    assert client.delete(f"/api/chat/{token}").status_code == 204
    problem(client.get(f"/api/chat/{token}"), 400)
    problem(ask(client, conversation=token), 400)
    with open_sqlite(tmp_path / "trackers.db") as connection:
        assert connection.execute("SELECT sender_id FROM events").fetchall() == [("someone else",)]


def test_a_message_in_hand_is_not_kept_after_erasure(client, rasa, tmp_path):
    token = ask(client).json()["conversation"]
    rasa.delay_s = 0.3
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(ask, client, "said while erasing", conversation=token)
        while len(rasa.received) < 2:
            time.sleep(0.005)
        waiting = pool.submit(ask, client, "said after erasing", conversation=token)
        time.sleep(0.05)
        erased = pool.submit(client.delete, f"/api/chat/{token}")
        assert slow.result().status_code == 200 and erased.result().status_code == 204
        assert waiting.result().status_code in (200, 400)
    problem(client.get(f"/api/chat/{token}"), 400)
    with open_sqlite(tmp_path / "guide.db") as connection:
        for table in ("conversation", "entry", "issued_button", "given_reply"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_nothing_is_kept_of_a_conversation_that_ran_out_of_time_meanwhile(client, rasa, tmp_path):
    token = ask(client).json()["conversation"]
    rasa.delay_s = 0.2
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(ask, client, "late words", conversation=token)
        while len(rasa.received) < 2:
            time.sleep(0.005)
        with open_sqlite(tmp_path / "guide.db") as connection:
            for table in ("conversation", "entry", "issued_button"):
                connection.execute(f"DELETE FROM {table}")
        assert slow.result().status_code == 200
    with open_sqlite(tmp_path / "guide.db") as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone() == (0,)


def test_messages_of_one_conversation_are_taken_in_turn(client, rasa):
    token = ask(client).json()["conversation"]
    rasa.delay_s = 0.1
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda number: ask(client, f"number {number}", conversation=token), range(4)))
    assert rasa.most_at_once == 1
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda number: ask(client, f"alone {number}"), range(4)))
    assert rasa.most_at_once > 1


def test_characters_that_cannot_be_shown_do_no_harm(client, rasa):
    raw = rb'{"message": "a\ud800b \ud83d\ude00 c\u0007"}'
    body = client.post("/api/chat", content=raw, headers={"content-type": "application/json"}).json()
    assert rasa.received[0]["message"] == "ab \U0001f600 c"
    assert client.get(f"/api/chat/{body['conversation']}").status_code == 200


@pytest.mark.parametrize("field", ["payload", "conversation"])
def test_a_broken_character_in_another_field_is_refused(client, field):
    token = ask(client).json()["conversation"]
    body = {"message": "x", "conversation": token} if field == "conversation" else {"conversation": token}
    raw = json.dumps({**body, field: "\ud800"}).encode()
    refused = client.post("/api/chat", content=raw, headers={"content-type": "application/json"})
    problem(refused, 422)


def test_line_ends_of_a_form_do_not_count_twice(client, rasa):
    assert ask(client, "\r\n".join(f"line {number:04}" for number in range(200))).status_code == 200
    assert rasa.received[0]["message"].count("\n") == 199


def test_a_message_without_its_length_is_refused(client):
    problem(client.post("/api/chat", content=iter([b"{}"])), 411)


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


def test_a_broken_database_is_unavailable(client, tmp_path, caplog):
    token = ask(client).json()["conversation"]
    with open_sqlite(tmp_path / "guide.db") as connection:
        connection.execute("DROP TABLE entry")
    refused = ask(client, "very private words", conversation=token)
    problem(refused, 503)
    assert refused.headers["retry-after"] and "very private" not in refused.text + caplog.text


def test_a_fault_of_ours_is_a_kind_500_with_safe_headers_and_no_words_in_the_log(client, rasa, monkeypatch, caplog):
    def fault(*_: object) -> None:
        raise RuntimeError("about my private words")

    monkeypatch.setattr("bot.turn.steps.redact.redacted", fault)
    broken = ask(client, "my private words")
    problem(broken, 500)
    assert "default-src 'none'" in broken.headers["content-security-policy"]
    assert "private words" not in caplog.text and "RuntimeError" in caplog.text


def test_health_needs_a_real_answer(make_client, rasa):
    well = make_client().get("/health")
    assert well.status_code == 200 and well.json() == {"well": True, "failing": None}
    rasa.reply = []
    assert make_client().get("/health").json() == {"well": False, "failing": "actions"}
    rasa.says("fallback")
    assert make_client().get("/health").json() == {"well": False, "failing": "answer"}
    rasa.reply = [{"text": "bare"}]
    assert make_client().get("/health").json() == {"well": False, "failing": "answer"}
    rasa.status = 500
    sick = make_client().get("/health")
    assert sick.status_code == 503 and sick.json()["failing"] == "rasa"


def test_health_cannot_be_used_to_load_the_guide(client, rasa):
    for _ in range(5):
        client.get("/health")
    assert len(rasa.received) == 1


def test_not_even_when_it_is_unwell(client, rasa):
    rasa.reply = []
    assert {client.get("/health").status_code for _ in range(5)} == {503}
    assert len(rasa.received) == 1


@pytest.mark.parametrize("well", [True, False])
def test_health_leaves_no_tracker(client, rasa, tracked, well):
    rasa.reply = rasa.reply if well else []
    client.get("/health")
    assert tracked() == []
    assert rasa.received[0]["sender"].startswith("health-")


def test_metrics_count_kinds_and_never_words(client, rasa):
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
        client.get("/my%20name%20is%20Jane%0Aforged")
        client.get("/?message=my+name+is+Jane")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert not any(token in line or "quite private" in line for line in ours)
    assert any("/api/chat/..." in line for line in ours) and any("(no such path) 404" in line for line in ours)
    assert not any("Jane" in line or "forged" in line for line in ours)


def test_urgent_help_comes_even_when_rasa_is_down(client, rasa, tmp_path):
    rasa.reply = []
    token_and_messages = ask(client, "my husband hit our son last night").json()
    assert token_and_messages["messages"][0]["custom"]["kind"] == "safeguarding"
    assert "hit our son" not in str(client.get(f"/api/chat/{token_and_messages['conversation']}").json())
