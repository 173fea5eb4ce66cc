"""A feed that sends us inside, never ends, or is made to fill memory; and the feeds after it."""

from __future__ import annotations

import gzip
import json
import socket
import tracemalloc
import zlib

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from bot import outgoing
from bot.directory.feeds import importing
from bot.directory.feeds.configured import ConfiguredFeed
from bot.directory.feeds.importing import Feed, import_records
from bot.directory.feeds.reading import TooMuch, Unreadable, read
from bot.directory.feeds.synchronising import import_file, synchronise
from bot.directory.records.models import Service
from bot.evaluation.speed.made_records import made_services
from bot.outgoing import Ways
from bot.public_addresses import networks
from tests.directory.feed_server import FeedServer, packed, plain, sent_on, without_end
from tests.directory.feeds.test_importing import counts, live

HERE = Ways(networks("127.0.0.1/32"))
PAGE = "/services?page=1"


@pytest.fixture
def feed(server):
    server.records = list(made_services(5, seed=4))
    return ConfiguredFeed(name="made", title="Made-up", address=server.address, timeout_s=5)


def sync(engine, feed, ways=HERE):
    return synchronise(engine, feed, first_pause_s=0.01, ways=ways)


@pytest.fixture
def names(monkeypatch):
    """Give a table of what names mean: the addresses of one look-up after the other, the last for all after it."""
    table: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def look_up(host, port, *rest, **named):
        if host not in table:
            return real(host, port, *rest, **named)
        found = table[host].pop(0) if len(table[host]) > 1 else table[host][0]
        kinds = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in found]
        places = [(one, port, 0, 0) if ":" in one else (one, port) for one in found]
        return [(kind, socket.SOCK_STREAM, 6, "", place) for kind, place in zip(kinds, places)]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    return table


@pytest.fixture
def internet(monkeypatch, server):
    """Let every public address lead to the feed's server; give the list of what was connected to."""
    connected: list[str] = []
    real = outgoing._TimedSocket.connect

    def connect(self, place):
        connected.append(place[0])
        real(self, ("127.0.0.1", server.port) if place[0] == "8.8.8.8" else place)

    monkeypatch.setattr(outgoing._TimedSocket, "connect", connect)
    return connected


@pytest.mark.parametrize("host", ["127.0.0.3", "::1"])
def test_a_feed_cannot_send_us_to_a_service_of_this_machine(engine, server, feed, host):
    with FeedServer(host, server.port) as inner:
        inner.records = server.records
        server.broken[PAGE] = (sent_on(inner.address), None)
        report = sync(engine, feed)
        assert report.outcome == "failed" and "no public address" in report.reason
        assert "GUIDE_FEED_NETWORKS" in report.reason
        assert not inner.paths and not live(engine)


@pytest.mark.parametrize(
    "where",
    [
        "http://127.0.0.1/internal/secret.json",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://localhost/",
        "http://localhost./",
        "//127.1/",
        "http://[64:ff9b::7f00:1]/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "https://good.test@127.0.0.1/",
        "http://evil.test:22/",
        "http://[::1",
        "http://[fe80::1%25lo]/",
    ],
)
def test_what_a_feed_sends_us_on_to_is_checked(engine, server, feed, where, names, internet):
    names |= {"feed.example": [["8.8.8.8"]], "localhost.": [["127.0.0.1"]]}
    server.broken[PAGE] = (sent_on(where), None)
    report = sync(engine, feed.model_copy(update={"address": "http://feed.example/services"}))
    assert report.outcome == "failed" and len(server.paths) == 1
    assert internet == ["8.8.8.8"]


@pytest.mark.parametrize(
    "inside", [["127.0.0.1"], ["::1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:10.0.0.1"], ["10.0.0.1"]]
)
def test_a_name_that_means_a_place_inside_is_refused(engine, server, feed, names, internet, inside):
    names |= {"feed.example": [["8.8.8.8"]], "evil.example": [inside]}
    server.broken[PAGE] = (sent_on("http://evil.example/services"), None)
    report = sync(engine, feed.model_copy(update={"address": "http://feed.example/services"}))
    assert report.outcome == "failed" and "evil.example" in report.reason
    assert internet == ["8.8.8.8"]


def test_a_name_that_changes_its_meaning_after_the_check_gains_nothing(engine, server, feed, names, internet):
    names["feed.example"] = [["8.8.8.8"], ["127.0.0.1"]]
    server.records = list(made_services(60, seed=4))
    report = sync(engine, feed.model_copy(update={"address": "http://feed.example/services"}), Ways())
    assert report.outcome == "failed" and "page 2" in report.reason and "127.0.0.1" in report.reason
    assert internet == ["8.8.8.8"] and set(server.asked) == {PAGE}


def test_a_feed_may_move_to_another_public_host_which_hears_nothing_of_the_first(engine, server, feed, names, internet):
    names |= {"feed.example": [["8.8.8.8"]], "new.example": [["8.8.8.8"]]}
    feed = feed.model_copy(update={"address": "http://feed.example/services"})
    assert sync(engine, feed).created == 5
    server.broken[PAGE] = (sent_on("http://new.example/moved"), None)
    server.headers.clear()
    sync(engine, feed)
    assert "If-None-Match" in server.headers[0] and server.paths[-1] == "/moved"
    assert server.headers[1]["Host"] == "new.example" and "If-None-Match" not in server.headers[1]


def test_a_feed_on_this_machine_is_read_only_where_its_network_is_named(engine, server, feed):
    report = sync(engine, feed, Ways())
    assert report.outcome == "failed" and not server.paths
    assert sync(engine, feed).created == 5


def test_a_feed_that_sends_us_round_in_circles_is_left(engine, server, feed):
    server.broken[PAGE] = (sent_on(PAGE), None)
    report = sync(engine, feed)
    assert report.outcome == "failed" and "sends us on more than 5 times" in report.reason
    assert len(server.paths) == 6


def test_proxies_of_the_environment_are_not_asked(engine, server, feed, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert sync(engine, feed).created == 5


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(b"[" + b" " * size) + packer.compress(b"]") + packer.flush()


@pytest.mark.parametrize(
    "breakage, said",
    [
        (packed(bomb(20_000_000)), "2 MB when unpacked"),
        (packed(zlib.compress(b" " * 20_000_000), "deflate"), "2 MB when unpacked"),
        (packed(gzip.compress(bomb(20_000_000)), "gzip, gzip"), "not asked for"),
        (packed(b"[]", "br"), "not asked for"),
        (packed(b"\x28\xb5\x2f\xfd", "zstd"), "not asked for"),
        (without_end(b" " * 65536), "larger than 2 MB"),
        (without_end(b"10000\r\n" + b" " * 65536 + b"\r\n", is_chunked=True), "larger than 2 MB"),
        (plain(b"[" + b"[]," * 600_000 + b"[]]"), "more than 200000 values"),
        (plain(b"[" * 100_000 + b"]" * 100_000), "nested too deeply"),
        (plain(b'[{"id":' + b"9" * 5000 + b"}]"), "thousands of digits"),
        (plain(b"title,externalid\n" + b"a,1\n" * 150_000), "more than 200000 cells"),
        (plain(b"title,externalid\n" + b"a," * 900_000), ""),
    ],
)
def test_a_page_that_is_made_to_fill_memory_is_refused_and_takes_little(engine, server, feed, breakage, said):
    server.broken[PAGE] = (breakage, None)
    tracemalloc.start()
    report = sync(engine, feed.model_copy(update={"page_mb": 2}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not said or (report.outcome == "failed" and said in report.reason)
    assert peak < 60_000_000
    assert len(server.paths) == 1


@pytest.mark.parametrize(
    "breakage",
    [
        without_end(b" ", 0.02),
        without_end(b"x", 0.02, in_head=True),
        without_end(b"1\r\n \r\n", 0.02, is_chunked=True),
        without_end(b"0", 0.02, is_chunked=True),
    ],
)
def test_an_answer_that_trickles_is_ended(engine, server, feed, breakage):
    server.broken[PAGE] = (breakage, None)
    report = sync(engine, feed.model_copy(update={"page_s": 0.5}))
    assert report.outcome == "failed" and "longer than 0.5 seconds" in report.reason and "page_s" in report.reason
    assert len(server.paths) == 1


def test_a_feed_as_a_whole_has_limits_too(engine, server, feed):
    server.records = list(made_services(20, seed=4))
    small = {"per_page": 5}
    for field, limit, said in (
        ("feed_mb", 0.02, "0.02 MB"),
        ("most_records", 12, "12 records"),
        ("feed_minutes", 1e-5, "min"),
    ):
        report = sync(engine, feed.model_copy(update={**small, field: limit}))
        assert report.outcome == "failed" and said in report.reason and f"set {field}" in report.reason
    assert sync(engine, feed.model_copy(update=small)).created == 20


def test_a_feed_that_gives_one_page_again_and_again_is_broken(engine, server, feed):
    first = {**server.answer("/services", {}), "total_pages": 20_000}
    server.answer = lambda path, query: first
    report = sync(engine, feed)
    assert report.outcome == "failed" and "page 2 is the same as page 1" in report.reason
    assert len(server.paths) == 2


def test_a_text_of_megabytes_is_refused_before_it_is_read():
    content = b'[{"id":"1","name":"' + b"a" * 8_000_000 + b'","status":"active"}]'
    tracemalloc.start()
    with pytest.raises(TooMuch, match="text of more than"):
        read(content)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


@pytest.mark.parametrize("total", ["²", "9" * 5000, True, 1e400, [], "٣"])
def test_odd_counts_of_pages_are_no_counts(total):
    page = read(json.dumps({"contents": [], "total_pages": total, "page": total, "total": total}).encode())
    assert (page.number, page.pages, page.total) == (None, None, None)


@pytest.mark.parametrize(
    "content", [b'title,externalid\n"a', b"title,externalid\na\x00,1\n", b'title,"' + b"x" * 2_000_000]
)
def test_a_broken_table_is_a_sentence(content):
    try:
        assert read(content).records
    except Unreadable as error:
        assert str(error)


def deep(levels: int) -> object:
    value: object = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "odd, said",
    [
        ({"description": deep(60)}, "nested deeper"),
        ({"extra": ["x"] * 25_000}, "values"),
        ({"description": "x" * 2_100_000}, "longer than"),
        ({"id": "x" * 300_000}, "id is longer"),
        ({"last_modified": "0001-01-01T00:00:00+10:00"}, None),
        ({"schedules": [{"interval": 10**30, "description": "often"}]}, None),
        ({"cost_options": [{"amount": 10**4000}]}, None),
        ({"minimum_age": 10**400}, None),
        ({"a\x00\u202e\ud800": "x"}, None),
        ({"name": "x" * 100_000}, None),
    ],
)
def test_one_odd_record_keeps_no_other_out(engine, odd, said):
    records = list(made_services(3, seed=6))
    records[1] = {**records[1], **odd}
    report = import_records(engine, Feed("test"), records)
    assert counts(report) == ((2, 0, 0, 0, 1) if said else (3, 0, 0, 0, 0))
    if said:
        assert said in report.rejections[0]["reason"] and len(report.rejections[0]["id"]) <= 200


def test_a_record_that_breaks_our_own_code_is_named_and_stays_as_it_was(engine, monkeypatch):
    records = list(made_services(3, seed=6))
    import_records(engine, Feed("test"), records)
    real = importing.normalise

    def break_it(published):
        if published["id"] == records[1]["id"]:
            raise ZeroDivisionError
        return real(published)

    monkeypatch.setattr(importing, "normalise", break_it)
    report = import_records(engine, Feed("test"), [{**one, "description": "New."} for one in records])
    assert counts(report) == (0, 2, 0, 0, 1) and report.rejections[0]["id"] == records[1]["id"]
    assert live(engine) == {one["id"] for one in records}


def test_a_record_that_the_database_does_not_take_is_named_and_the_others_are_in(engine, monkeypatch):
    records = list(made_services(30, seed=6))
    real = importing.Writer.write

    def write(self, batch, known):
        keys = real(self, batch, known)
        if any(record.service.id == records[7]["id"] for _, record in batch):
            raise DataError("insert", {}, ValueError("no"))
        return keys

    monkeypatch.setattr(importing.Writer, "write", write)
    report = import_records(engine, Feed("test"), records)
    assert counts(report) == (29, 0, 0, 0, 1) and report.rejections[0]["id"] == records[7]["id"]
    with Session(engine) as session:
        stored = session.scalars(select(Service)).all()
        assert {one.id for one in stored} == {one["id"] for one in records} - {records[7]["id"]}
        assert all(one.organization for one in stored)


def test_a_thousand_reasons_are_kept_and_all_are_counted(engine):
    report = import_records(engine, Feed("test"), [{"id": str(number), "status": "active"} for number in range(1200)])
    assert report.rejected == 1200 and len(report.rejections) == 1000


def test_a_file_is_read_with_the_same_limits(engine, tmp_path):
    file = tmp_path / "feed.json"
    file.write_bytes(b"[" * 100_000)
    with pytest.raises(Unreadable, match="nested"):
        import_file(engine, file, "test")
