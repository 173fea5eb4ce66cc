"""Connections over real sockets: half open, slow, too many; and others unhurt meanwhile."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, contextmanager

import pytest
import requests

from bot.gateway.web import gate
from bot.gateway.web.connections import serving_options
from bot.metrics import Metrics
from tests.setting_up import served

HEAD = b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"


@pytest.fixture
def serve(make_client):
    """Serve the gateway on a real socket; gives a function that takes bounds of connections and returns the port."""
    with ExitStack() as running:

        def start(settings: dict | None = None, **bounds) -> int:
            app = make_client(**(settings or {})).app
            for name, bound in bounds.items():
                setattr(app.state.connections, name, bound)
            options = {"timeout_keep_alive": 2, "lifespan": "off", **serving_options(app.state.connections)}
            return running.enter_context(served(app, **options))

        yield start


@contextmanager
def opened(port: int, number: int, sent: bytes = b"", source: str = "127.0.0.1"):
    made = []
    try:
        for _ in range(number):
            made.append(socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(source, 0)))
            if sent:
                made[-1].sendall(sent)
        yield made
    finally:
        for one in made:
            one.close()


def closed_within(connection: socket.socket, seconds: float) -> bool:
    """Tell whether the other side ends the connection in time, whatever it says before."""
    connection.settimeout(seconds)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTT", b"GET / HTTP/1.1\r\nHost: x\r\n", b"\r\n\r\n"], ids=["nothing", "line", "head", "blank"]
)
def test_a_head_that_never_ends_is_given_up(serve, sent):
    port = serve(head_within_s=0.3)
    with opened(port, 1, sent) as (connection,):
        assert closed_within(connection, 3)


def test_a_second_head_that_never_ends_is_given_up_too(serve):
    port = serve(head_within_s=0.3)
    with opened(port, 1, b"GET /privacy HTTP/1.1\r\nHost: x\r\n\r\n") as (connection,):
        connection.recv(100)
        time.sleep(0.1)
        connection.sendall(b"\r\n")
        assert closed_within(connection, 1.8)  # sooner than an idle connection would be


def test_a_head_that_takes_its_time_but_ends_is_served(serve):
    port = serve(head_within_s=2.0)
    with opened(port, 1) as (connection,):
        for byte in (b"GET /privacy HT", b"TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):
            connection.sendall(byte)
            time.sleep(0.2)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_a_body_that_never_ends_is_given_up_with_a_sentence(serve, monkeypatch):
    monkeypatch.setattr(gate, "BODY_WITHIN_S", 0.3)
    port = serve()
    with opened(port, 1, HEAD + b'{"mess') as (connection,):
        connection.settimeout(3)
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408") and b"took too long" in answer
        assert closed_within(connection, 3)


def test_who_does_not_read_is_let_go(serve):
    port = serve(read_within_s=0.3)
    with opened(port, 1) as (connection,):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        request = b"GET /static/guide.css HTTP/1.1\r\nHost: x\r\n\r\n"
        ended = False
        for _ in range(400):
            try:
                connection.sendall(request)
            except OSError:
                ended = True
                break
            time.sleep(0.005)
        assert ended


def test_one_asker_has_so_many_connections_and_others_are_unhurt(serve):
    port = serve(most_each=10)
    with opened(port, 30, b"GET / HTT", source="127.0.0.2") as connections:
        time.sleep(0.2)
        refused = sum(closed_within(connection, 0.05) for connection in connections)
        assert refused == 20
        assert requests.get(f"http://127.0.0.1:{port}/privacy", timeout=5).status_code == 200


def test_all_together_have_so_many_connections_and_room_comes_back(serve):
    port = serve(most=5, head_within_s=0.5)
    with opened(port, 5, b"GET"):
        time.sleep(0.1)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/privacy", timeout=5)
        time.sleep(0.8)
        assert requests.get(f"http://127.0.0.1:{port}/privacy", timeout=5).status_code == 200


def test_a_trusted_proxy_may_have_more(serve):
    port = serve({"trusted_proxies": "127.0.0.1"}, most_each=3)
    with opened(port, 6, b"GET") as connections:
        time.sleep(0.1)
        assert not any(closed_within(connection, 0.05) for connection in connections)


def test_what_was_refused_is_counted(serve, monkeypatch):
    counted = []
    monkeypatch.setattr(Metrics, "__init__", _counting(Metrics.__init__, counted))
    port = serve(most_each=1)
    with opened(port, 3, b"GET"):
        time.sleep(0.2)
    value = counted[0].registry.get_sample_value("guide_rate_limited_total", {"limit": "connections"})
    assert value == 2


def test_uvicorn_itself_believes_no_forwarded_address(serve):
    port = serve({"rate_limit_address": 3})
    address = f"http://127.0.0.1:{port}/api/chat"
    answers = [
        requests.post(address, json={"x": 1}, headers={"X-Forwarded-For": f"10.1.1.{n}"}, timeout=5).status_code
        for n in range(5)
    ]
    assert answers == [422, 422, 422, 429, 429]


def _counting(make, kept):
    def init(self):
        make(self)
        kept.append(self)

    return init
