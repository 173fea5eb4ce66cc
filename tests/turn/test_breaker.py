"""While Rasa does not answer families are told so at once; urgent help comes; and it goes on by itself afterwards."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time

import pytest

from bot.gateway.web.probes import Readiness
from bot.turn.breaker import TRY_EVERY_S, Breaker, NotAnswering
from bot.turn.rasa_client import RasaClient, RasaFailed

SILENT_AFTER_S = 5.0


class Lost(Exception):
    pass


class Other:
    """What lies behind the breaker, and a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.well = True
        self.tried = 0
        self.breaker = Breaker(self._trial, SILENT_AFTER_S, lambda: self.now)

    def _trial(self) -> bool:
        self.tried += 1
        return self.well

    def ask(self, is_lost: bool = False) -> None:
        with self.breaker.call(Lost):
            if is_lost:
                raise Lost


@pytest.fixture
def other():
    return Other()


def test_after_a_lost_call_others_are_refused_at_once_and_one_a_second_tries(other):
    other.well = False
    with pytest.raises(Lost):
        other.ask(is_lost=True)
    for _ in range(50):
        with pytest.raises(NotAnswering):
            other.ask()
    assert other.tried == 0 and other.breaker.is_open
    for number in (1, 2):
        other.now += TRY_EVERY_S
        for _ in range(50):
            with pytest.raises(NotAnswering):
                other.ask()
        assert other.tried == number


def test_it_closes_as_soon_as_a_trial_is_answered(other):
    with pytest.raises(Lost):
        other.ask(is_lost=True)
    other.now += TRY_EVERY_S
    other.ask()
    assert not other.breaker.is_open
    other.ask()
    assert other.tried == 1


def test_nobody_else_waits_once_one_has_waited_long_without_an_answer_to_anybody(other):
    other.well = False
    with other.breaker.call(Lost):
        other.now += SILENT_AFTER_S - 0.1
        other.ask()  # this one is answered: there is a queue, and it moves
        other.now += SILENT_AFTER_S - 0.1
        assert not other.breaker.is_open
        other.now += 0.2
        with pytest.raises(NotAnswering):
            other.ask()
    assert not other.breaker.is_open


def test_another_error_is_no_sign_that_nothing_answers(other):
    with pytest.raises(ValueError), other.breaker.call(Lost):
        raise ValueError
    other.ask()


def test_families_get_the_kind_sentence_at_once_while_rasa_hangs(make_client, rasa):
    client = make_client(rasa_timeout_s=1.0)
    rasa.delay_s = 3.0
    assert client.post("/api/chat", json={"message": "hello"}).json()["messages"][0]["custom"]["kind"] == "error"
    sent = len(rasa.received)
    rasa.server.shutdown()
    rasa.server.server_close()
    for message, kind in [("hello", "error"), ("my husband hit me last night", "safeguarding")] * 3:
        reply = client.post("/api/chat", json={"message": message}).json()
        assert reply["messages"][0]["custom"]["kind"] == kind
    assert len(rasa.received) == sent
    figures = client.app.state.metrics.registry
    assert figures.get_sample_value("guide_rasa_failing_fast") == 1.0


def test_the_three_addresses_answer_head_and_get_and_are_not_logged(client, caplog):
    with caplog.at_level("INFO"):
        assert client.get("/livez").json() == {"alive": True}
        assert client.head("/livez").status_code == 200
        for path in ("/health", "/readyz"):
            assert client.head(path).status_code == client.get(path).status_code
            assert client.head(path).content == b""
    assert not [record for record in caplog.records if record.name == "bot.gateway.access"]


def test_the_gateway_says_that_it_lives_while_every_turn_waits(make_client, rasa):
    client = make_client(rasa_timeout_s=10.0)
    held = threading.Event()
    rasa.on_message = lambda body: held.wait(30)
    waiting = [
        threading.Thread(target=client.post, args=("/api/chat",), kwargs={"json": {"message": "hello"}})
        for _ in range(60)
    ]
    for thread in waiting:
        thread.start()
    try:
        while rasa.at_once < 2:  # as many as one asker has worked on at once
            time.sleep(0.01)
        assert client.get("/livez").status_code == 200
    finally:
        held.set()
        for thread in waiting:
            thread.join()


def failing_database() -> None:
    from sqlalchemy.exc import OperationalError

    raise OperationalError("SELECT", {}, sqlite3.OperationalError("locked"))


def test_an_action_server_that_hangs_keeps_the_breaker_open_and_one_that_is_gone_does_not(rasa):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        hanging = RasaClient(rasa.port, 2.0, silent.getsockname()[1])
        assert not hanging._breaker._try()
        gone = silent.getsockname()[1]
    assert RasaClient(rasa.port, 2.0, gone)._breaker._try()


def test_ready_names_the_first_part_that_fails_and_asks_little(rasa):
    assert Readiness(failing_database, lambda: True, rasa.port).state().failing == "database"
    assert Readiness(lambda: None, lambda: False, rasa.port).state().failing == "rasa"
    assert Readiness(lambda: None, lambda: True, 9).state().failing == "actions"
    asked: list[bool] = []
    ready = Readiness(lambda: asked.append(True), lambda: True, rasa.port)
    assert all(ready.state().well for _ in range(20))
    assert len(asked) <= 3


def test_all_that_a_turn_asks_takes_no_longer_than_one_message_may(rasa):
    client = RasaClient(rasa.port, 2.0)
    rasa.delay_s = 1.3
    client.send("a", "hello", "parent")
    with client.one_turn():
        client.send("a", "hello", "parent")
        began = time.monotonic()
        with pytest.raises(RasaFailed):
            client.send("a", "hello", "parent")
        assert time.monotonic() - began < 1.3
