"""Which addresses the guide asks, however they are written and whatever a name turns out to mean."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from pydantic import ValidationError

from bot.directory.feeds.configured import ConfiguredFeed
from bot.public_addresses import NotAllowed, Reach, is_public, networks, parse, reach_of_operator
from bot.settings import Settings


@pytest.mark.parametrize(
    "written",
    [
        *("127.0.0.1", "127.0.0.3", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.9.9"),
        *("192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1"),
        *("198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("192.88.99.1", "168.63.129.16"),
        *(
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00::1",
        ),
        *("ff02::1", "ff0e::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1"),
        *("2002:7f00:1::", "2002:808:808::", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::808:808"),
        *("2001:0:4136:e378:8000:63bf:80ff:fffe", "2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:a00:1"),
    ],
)
def test_what_is_not_for_everybody_is_no_public_address(written):
    assert not is_public(ip_address(written))


@pytest.mark.parametrize(
    "written", ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00:1450:4009::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are(written):
    assert is_public(ip_address(written))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "ftp://a.example/",
            "file:///etc/passwd",
            "gopher://a.example/",
            "//a.example/",
            "a.example",
            "http:/a.example",
        ),
        *("https://good.test@evil.test/", "https://user:password@a.example/", "https://@a.example/"),
        *("https://good.test%40evil.test/", "https://good.test\\@evil.test/", "https://good.test\\.evil.test/"),
        *("http://a.example:0/", "http://a.example:99999/", "http://a.example:8x/", "http:///x", "http://:80/"),
        *("http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/"),
        *("http://134744072/", "http://1.2.3.4.5/", "http://a.example.1/", "http://08.8.8.8/"),
        *("http://[fe80::1%25eth0]/", "http://[::1]x/", "http://[::1/", "http://[v1.x]/", "http://[1.2.3.4]/"),
        *("http://a b.example/", "http://a.exa\tmple/", "http://a.example/\r\nX: y", "http://a..example/", "http://-/"),
        f"http://{'a' * 64}.example/",
        f"http://a.example/{'a' * 5000}",
    ],
)
def test_an_address_that_could_be_taken_for_another_is_refused(address):
    with pytest.raises(NotAllowed):
        parse(address)
    with pytest.raises(ValidationError):
        ConfiguredFeed(name="a", title="A", address=address)


@pytest.mark.parametrize(
    "address, host, port",
    [
        ("https://A.Example/x?y=1#z", "a.example", 443),
        ("http://a.example:8080", "a.example", 8080),
        ("http://a.example./", "a.example", 80),
        ("https://bücher.example/", "xn--bcher-kva.example", 443),
        ("http://１２７.０.０.１/", "127.0.0.1", 80),
        ("http://[::1]:81/", "::1", 81),
        ("http://[0:0:0:0:0:ffff:7f00:1]/", "::ffff:7f00:1", 80),
    ],
)
def test_an_address_is_read_in_one_way(address, host, port):
    target = parse(address)
    assert (target.host, target.port) in ((host, port), (str(ip_address(host)) if ":" in host else host, port))
    assert parse(target.address) == target


def test_only_the_port_that_was_named_is_asked_beside_the_usual_ones():
    reach = Reach(parse("https://feed.example:8443/services"))
    assert reach.check("https://feed.example:8443/services/1") and reach.check("https://other.example/")
    for address in ("https://feed.example:22/", "https://other.example:8443/", "https://feed.example:9464/"):
        with pytest.raises(NotAllowed, match="port"):
            reach.check(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "[64:ff9b::7f00:1]"])
def test_a_number_inside_is_refused_before_anything_is_sent(host):
    with pytest.raises(NotAllowed, match="no public address"):
        Reach(parse("https://feed.example/")).check(f"http://{host}/")


def test_a_named_network_is_reached_by_its_own_host_only(monkeypatch):
    reach = Reach(parse("https://feed.example/"), networks("10.20.0.0/16"))
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("10.20.0.5", 443))])
    assert reach.look_up("feed.example", 443)
    with pytest.raises(NotAllowed):
        reach.look_up("other.example", 443)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("10.21.0.5", 443))])
    with pytest.raises(NotAllowed):
        reach.look_up("feed.example", 443)


def test_every_answer_of_a_look_up_must_be_public(monkeypatch):
    both = [(2, 1, 6, "", ("8.8.8.8", 443)), (10, 1, 6, "", ("::1", 443, 0, 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: both)
    with pytest.raises(NotAllowed, match="::1"):
        Reach(parse("https://feed.example/")).look_up("feed.example", 443)


def test_a_host_of_a_setting_may_be_inside_and_no_other(monkeypatch):
    reach = reach_of_operator("https://hook.council.example/")
    for inside in ("10.0.0.5", "192.168.0.5"):
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, inside=inside, **__: [(2, 1, 6, "", (inside, 443))])
        assert reach.look_up("hook.council.example", 443)
        with pytest.raises(NotAllowed):
            reach.look_up("elsewhere.example", 443)
    for never in ("127.0.0.1", "169.254.169.254"):
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, never=never, **__: [(2, 1, 6, "", (never, 443))])
        with pytest.raises(NotAllowed):
            reach.look_up("hook.council.example", 443)


@pytest.mark.parametrize(
    "written",
    ["0.0.0.0/0", "::/0", "10.0.0.0/7", "8.8.8.0/24", "169.254.0.0/16", "fe80::/10", "10.20.0.1/16", "council", "1"]
    + [" ".join(f"10.{number}.0.0/16" for number in range(17))],
)
def test_only_private_networks_can_be_named(written):
    with pytest.raises(ValidationError):
        Settings(feed_networks=written)


def test_networks_of_both_kinds_can_be_named():
    assert len(networks(Settings(feed_networks="10.20.0.0/16  fd00:20::/32 127.0.0.1/32 ::1").feed_networks)) == 4
