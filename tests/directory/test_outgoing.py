"""The client of all outgoing requests, over TLS and without; the webhook that uses it."""

from __future__ import annotations

import gzip
import threading
import zlib
from http.server import ThreadingHTTPServer

import pytest
import requests

from bot.handover.delivery import webhook
from bot.outgoing import Client, Limits, Stopped, Ways, ways_of
from bot.public_addresses import Reach, networks, parse
from bot.settings import Settings
from tests.directory.feed_server import FeedServer, _Handler, packed, sent_on, without_end
from tests.handover.delivery.test_delivery import certificate

LIMITS = Limits(1_000_000, 1_000_000, 5.0, 5.0)
LOOPBACK = networks("127.0.0.0/8")


@pytest.fixture
def over_tls(tmp_path):
    """Give a server that speaks TLS as 127.0.0.1 alone, and the file of its certificate."""
    running = FeedServer()
    context, file = certificate(tmp_path)
    running._http.socket = context.wrap_socket(running._http.socket, server_side=True)
    with running:
        yield running, file


def test_a_certificate_is_checked_for_the_name_that_was_asked(over_tls, monkeypatch):
    running, file = over_tls
    address = f"https://127.0.0.1:{running.port}/services"
    ways = Ways(ca_file=file)
    assert Client(Reach(parse(address), LOOPBACK), LIMITS, ways).get(address).status == 200
    with pytest.raises(requests.exceptions.SSLError):
        Client(Reach(parse(address), LOOPBACK), LIMITS).get(address)
    other = f"https://feed.example:{running.port}/services"
    found = [(2, 1, 6, "", ("127.0.0.1", running.port))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
    with pytest.raises(requests.exceptions.SSLError):
        Client(Reach(parse(other), LOOPBACK), LIMITS, ways).get(other)


def test_an_answer_that_trickles_is_ended_over_tls_too(over_tls):
    running, file = over_tls
    address = f"https://127.0.0.1:{running.port}/services"
    running.broken["/services"] = (without_end(b" ", 0.02), None)
    limits = Limits(1_000_000, 1_000_000, 5.0, 0.5)
    with pytest.raises(Stopped, match=r"longer than 0\.5 seconds"):
        Client(Reach(parse(address), LOOPBACK), limits, Ways(ca_file=file)).get(address)


def test_nobody_is_sent_on_from_https_to_http(over_tls, server):
    running, file = over_tls
    address = f"https://127.0.0.1:{running.port}/services"
    running.broken["/services"] = (sent_on(f"http://127.0.0.1:{running.port}/services"), None)
    with pytest.raises(Stopped, match="from https to http"):
        Client(Reach(parse(address), LOOPBACK), LIMITS, Ways(ca_file=file)).get(address, redirects=5)


@pytest.mark.parametrize(
    "content, coding",
    [
        (gzip.compress(b"hello", mtime=0), "gzip"),
        (gzip.compress(b"he", mtime=0) + gzip.compress(b"llo", mtime=0), "x-gzip"),
        (zlib.compress(b"hello"), "deflate"),
        (zlib.compress(b"hello")[2:-4], "deflate"),
        (b"hello", "identity"),
    ],
)
def test_what_is_packed_is_unpacked(server, content, coding):
    server.broken["/services"] = (packed(content, coding), None)
    assert Client(Reach(parse(server.address), LOOPBACK), LIMITS).get(server.address).body == b"hello"


@pytest.mark.parametrize("content", [gzip.compress(b"hello" * 100, mtime=0)[:-6], b"no gzip at all", b"\x1f\x8b"])
def test_what_is_packed_badly_is_an_error_like_others(server, content):
    server.broken["/services"] = (packed(content), None)
    with pytest.raises(requests.RequestException):
        Client(Reach(parse(server.address), LOOPBACK), LIMITS).get(server.address)


def test_a_proxy_is_used_where_a_setting_names_one_and_looks_up_for_us(server):
    proxy = f"http://127.0.0.1:{server.port}"
    ways = ways_of(Settings(outgoing_proxy=proxy))
    client = Client(Reach(parse("http://feed.example/services")), LIMITS, ways)
    assert client.get("http://feed.example/services").status == 200
    assert server.paths == ["http://feed.example/services"]
    for inside in ("http://127.0.0.3/", "http://user:word@feed.example/"):
        with pytest.raises(Stopped):
            client.get(inside)
    assert len(server.paths) == 1


class _Receiver(_Handler):
    breakage = None

    def do_POST(self) -> None:
        self.feed.paths.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).breakage(self, b"")


@pytest.fixture
def receiver(monkeypatch):
    """Give a function that lets a receiver of notices answer as it is told, and what it was asked."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    feed = FeedServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), type("Receiver", (_Receiver,), {"feed": feed}))
    threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()

    def post(breakage) -> list[str]:
        http.RequestHandlerClass.breakage = staticmethod(breakage)
        url = f"http://127.0.0.1:{http.server_port}/hook"
        configured = Settings(referral_webhook_url=url, referral_webhook_secret="secret", delivery_timeout_s=1.0)
        webhook.send(configured, b"{}", "notice-1")
        return feed.paths

    yield post
    http.shutdown()
    http.server_close()
    feed._http.server_close()


def test_a_notice_has_arrived_however_long_the_answer_to_it_is(receiver):
    assert receiver(without_end(b" " * 65536)) == ["/hook"]


def test_a_notice_is_sent_to_nobody_else(receiver):
    with pytest.raises(webhook.Refused, match="307"):
        receiver(sent_on("/elsewhere", 307))


def test_a_receiver_that_trickles_is_given_up(receiver):
    with pytest.raises(Stopped, match="longer than 1 seconds"):
        receiver(without_end(b"x", 0.02, in_head=True))


def test_a_notice_never_goes_to_this_machine_under_another_name(monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 443))])
    configured = Settings(referral_webhook_url="https://hook.example/", referral_webhook_secret="secret")
    with pytest.raises(Stopped, match="no public address"):
        webhook.send(configured, b"{}", "notice-1")
