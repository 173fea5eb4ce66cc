"""The gate: rates before any work, small bodies within a time, and whom a forwarded address is believed of."""

from __future__ import annotations

import threading
import time

import pytest
from fastapi.testclient import TestClient

from bot.gateway.web import gate
from bot.gateway.web.addresses import networks_of
from bot.privacy.network_addresses import network_of
from bot.turn.limits import RateLimit


def ask(client: TestClient, message: str = "what is a plan", **more):
    headers = more.pop("headers", {})
    return client.post("/api/chat", json={"message": message, **more}, headers=headers)


@pytest.mark.parametrize(
    ("address", "asker"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("testclient", "testclient"),
    ],
)
def test_who_has_one_address_of_a_network_has_all_of_it(address, asker):
    assert network_of(address) == asker


@pytest.mark.parametrize("setting", ["0.0.0.0/0", "::/0", "10.0.0.1 0.0.0.0/0", "a proxy", "10.0.0.0/33", "*"])
def test_a_list_of_proxies_that_trusts_everybody_or_nobody_known_is_refused(setting):
    with pytest.raises(ValueError):
        networks_of(setting)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP"])
def test_a_header_does_not_change_who_asks(make_client, header):
    client = make_client(rate_limit_address=3)
    answers = [ask(client, headers={header: f"10.1.1.{number}"}).status_code for number in range(5)]
    assert answers == [200, 200, 200, 429, 429]


def client_at(make_client, address: str, **settings) -> TestClient:
    made = make_client(**settings)
    return TestClient(made.app, raise_server_exceptions=False, client=(address, 4000))


def test_behind_a_trusted_proxy_each_family_has_a_limit_of_its_own(make_client):
    proxied = client_at(make_client, "10.9.0.1", rate_limit_address=2, trusted_proxies="10.9.0.0/24")
    for family in ("192.0.2.1", "192.0.2.2"):
        answers = [ask(proxied, headers={"X-Forwarded-For": family}).status_code for _ in range(3)]
        assert answers == [200, 200, 429]


def test_what_a_visitor_puts_before_the_trusted_proxies_own_word_does_not_count(make_client):
    proxied = client_at(make_client, "10.9.0.1", rate_limit_address=2, trusted_proxies="10.9.0.0/24")
    headers = [{"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.1"} for number in range(3)]
    assert [ask(proxied, headers=one).status_code for one in headers] == [200, 200, 429]


def test_what_a_proxy_passes_on_that_is_no_address_is_one_asker(make_client):
    proxied = client_at(make_client, "10.9.0.1", rate_limit_address=2, trusted_proxies="10.9.0.0/24")
    headers = [{"X-Forwarded-For": f"made-up-{number}"} for number in range(3)]
    assert [ask(proxied, headers=one).status_code for one in headers] == [200, 200, 429]


def test_who_is_no_trusted_proxy_cannot_name_another_address(make_client):
    stranger = client_at(make_client, "192.0.2.66", rate_limit_address=2, trusted_proxies="10.9.0.0/24")
    headers = [{"X-Forwarded-For": f"198.51.100.{number}"} for number in range(3)]
    assert [ask(stranger, headers=one).status_code for one in headers] == [200, 200, 429]


def test_the_rate_is_asked_before_anything_is_read_or_opened(make_client, rasa, monkeypatch):
    client = make_client(rate_limit_address=1)
    assert ask(client).status_code == 200
    received = len(rasa.received)
    # Neither the length nor the form of what comes now is looked at.
    refused = client.post("/api/chat", content=b"x" * 200_000, headers={"content-type": "application/json"})
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    assert len(rasa.received) == received


def test_pages_have_a_rate_too_and_searches_use_more_of_it(make_client):
    def before_refusal(path: str) -> int:
        client = make_client(rate_limit_address=3)  # fifteen pages a minute
        return next(number for number in range(60) if client.get(path).status_code == 429)

    assert before_refusal("/services?q=autism") * 2 < before_refusal("/privacy")


def test_a_refusal_is_a_page_to_a_browser_with_safe_headers(make_client):
    client = make_client(rate_limit_address=1)
    form = {"message": "one", "key": "k" * 20}
    client.post("/", data=form)
    refused = client.post("/", data=form, headers={"accept": "text/html"})
    assert refused.status_code == 429 and "<h1>" in refused.text
    assert "default-src 'none'" in refused.headers["content-security-policy"]


def test_who_goes_on_in_spite_of_refusals_is_told_slowly_and_nobody_else(make_client, monkeypatch):
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(gate.asyncio, "sleep", sleep)
    client = client_at(make_client, "192.0.2.9", rate_limit_address=1)
    answers = [ask(client).status_code for _ in range(gate.REFUSED_AT_ONCE + 6)]
    assert answers.count(429) == len(answers) - 1
    assert 1 <= len([seconds for seconds in slept if seconds == gate.REFUSED_SLOWLY_S]) <= 5
    slept.clear()
    other = TestClient(client.app, raise_server_exceptions=False, client=("192.0.2.10", 4000))
    assert [ask(other).status_code for _ in range(2)] == [200, 429] and gate.REFUSED_SLOWLY_S not in slept


def test_a_body_that_is_read_by_the_gate_arrives_whole(client, rasa):
    message = " ".join(f"word{number}" for number in range(200))
    assert ask(client, message).status_code == 200
    assert rasa.received[-1]["message"] == message


def test_a_bucket_holds_a_burst_and_fills_by_the_minute():
    now = [0.0]
    limit = RateLimit(60, burst=3, clock=lambda: now[0])
    assert [limit.seconds_to_wait("a") for _ in range(4)] == [0, 0, 0, 1]
    now[0] = 2.0
    assert [limit.seconds_to_wait("a") for _ in range(3)] == [0, 0, 1]
    assert limit.seconds_to_wait("b", cost=99) == 0  # what is larger than a bucket empties a full one
    assert limit.seconds_to_wait("b") == 1
    now[0] = -100.0  # a clock that goes back takes nothing away and gives nothing
    assert limit.seconds_to_wait("a") >= 1


def test_a_conversations_queue_is_short_and_says_so_at_once(make_client, rasa):
    client = make_client()
    token = ask(client).json()["conversation"]
    rasa.delay_s = 0.5
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda: codes.append(ask(client, conversation=token).status_code)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] * 3 + [429] * 5


def test_pages_come_while_turns_wait_for_a_slow_rasa(make_client, rasa):
    client = make_client()
    rasa.delay_s = 0.9
    threads = [threading.Thread(target=ask, args=(client,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    began = time.monotonic()
    assert client.get("/").status_code == 200
    assert time.monotonic() - began < 0.8
    for thread in threads:
        thread.join()


def test_everybody_waiting_at_once_is_answered_or_told_never_kept(make_client, rasa):
    client = make_client()
    rasa.delay_s = 0.2
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(ask(client).status_code)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # One address: two are worked on, twenty-four wait, the others are told at once.
    assert codes.count(200) >= 26 and codes.count(429) == 40 - codes.count(200) > 0
    assert rasa.most_at_once <= 2
