"""A feed on a local server is synchronised, changed, broken half-way and synchronised again."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.directory.feeds import fetching
from bot.directory.feeds.configured import ConfiguredFeed, configured_feeds
from bot.directory.feeds.importing import Feed, find_source, import_records
from bot.directory.feeds.reading import Unreadable
from bot.directory.feeds.synchronising import STARTING_DIRECTORY, load_starting_directory, synchronise
from bot.directory.records.models import ImportRun, Service
from bot.evaluation.speed.made_records import changed, made_services
from bot.outgoing import Ways
from bot.public_addresses import networks
from bot.settings import Settings
from tests.directory.feed_server import a_page_of_html, cut_off, malformed, status
from tests.directory.feeds.test_importing import counts, everything, live


@pytest.fixture
def feed(server):
    server.records = list(made_services(25, seed=9))
    return ConfiguredFeed(name="made", title="Made-up", address=server.address, per_page=10, timeout_s=5)


HERE = Ways(networks("127.0.0.1/32"))


def sync(engine, feed, **options):
    return synchronise(engine, feed, first_pause_s=0.01, ways=HERE, **options)


def test_every_page_is_read_and_what_changed_is_taken_over(engine, server, feed):
    assert counts(sync(engine, feed)) == (25, 0, 0, 0, 0)
    assert set(server.asked) == {"/services?page=1", "/services?page=2", "/services?page=3"}
    server.records[12] = changed(server.records[12])
    del server.records[24]
    assert counts(sync(engine, feed)) == (0, 1, 23, 1, 0)
    assert live(engine) == {one["id"] for one in server.records}


def test_nothing_new_is_seen_by_etags_alone(engine, server, feed):
    sync(engine, feed)
    before = everything(engine)
    server.forget()
    report = sync(engine, feed)
    assert report.outcome == "unchanged" and not report.has_changed
    assert server.statuses == {304: 3}
    assert everything(engine) == before


def test_only_the_changed_page_is_sent_again(engine, server, feed):
    sync(engine, feed)
    server.records[12] = changed(server.records[12])
    server.forget()
    assert counts(sync(engine, feed)) == (0, 1, 24, 0, 0)
    assert server.statuses == {304: 2, 200: 1}
    server.forget()
    assert sync(engine, feed).outcome == "unchanged"
    assert server.statuses == {304: 3}


def test_a_feed_without_etags_works_as_well(engine, server, feed):
    server.with_etags = False
    sync(engine, feed)
    assert counts(sync(engine, feed)) == (0, 0, 25, 0, 0)


def test_full_asks_for_everything(engine, server, feed):
    sync(engine, feed)
    server.forget()
    assert counts(sync(engine, feed, full=True)) == (0, 0, 25, 0, 0)
    assert server.statuses == {200: 3}


def test_what_changed_since_is_asked_for_where_the_feed_can_tell(engine, server, feed):
    feed = feed.model_copy(update={"modified_after": True})
    sync(engine, feed)
    newest = max(one["last_modified"] for one in server.records)
    server.records[3] = changed(server.records[3])
    del server.records[24]
    server.forget()
    assert counts(sync(engine, feed)) == (0, 1, 0, 0, 0)
    assert server.queries[0]["modified_after"] == [newest]
    assert len(live(engine)) == 25, "what is gone is seen only when all is read"
    assert counts(sync(engine, feed.model_copy(update={"full_every_days": 0}))) == (0, 0, 24, 1, 0)


def test_the_rest_of_a_record_is_read_where_the_list_has_names_only(engine, server, feed):
    server.names_only = True
    assert counts(sync(engine, feed)) == (25, 0, 0, 0, 0)
    with Session(engine) as session:
        services = {one.id: one for one in session.scalars(select(Service))}
        assert all(services[one["id"]].contacts for one in server.records)
    server.records[7] = changed(server.records[7])
    server.forget()
    assert counts(sync(engine, feed)) == (0, 1, 24, 0, 0)
    assert [path for path in server.asked if "?" not in path] == [f"/services/{server.records[7]['id']}"]


def test_details_that_are_missing_reject_one_record_only(engine, server, feed):
    server.names_only = True
    server.broken[f"/services/{server.records[2]['id']}"] = (status(404), None)
    report = sync(engine, feed)
    assert counts(report) == (24, 0, 0, 0, 1)
    assert report.rejections[0]["id"] == server.records[2]["id"]


@pytest.mark.parametrize(
    "breakage", [cut_off, malformed, a_page_of_html, status(500), status(503), status(404), status(403)]
)
def test_a_feed_that_breaks_half_way_changes_nothing_and_heals(engine, server, feed, breakage):
    sync(engine, feed)
    before = everything(engine)
    server.records = [changed(one) for one in server.records]
    server.broken["/services?page=2"] = (breakage, None)
    report = sync(engine, feed)
    assert report.outcome == "failed" and "page 2" in report.reason
    assert everything(engine) == before
    with Session(engine) as session:
        assert session.scalars(select(ImportRun).order_by(ImportRun.key.desc())).first().outcome == "failed"
    server.broken.clear()
    assert counts(sync(engine, feed)) == (0, 25, 0, 0, 0)


@pytest.mark.parametrize("breakage", [cut_off, malformed, status(500), status(429, {"Retry-After": "0"})])
def test_bad_luck_is_tried_again(engine, server, feed, breakage):
    server.broken["/services?page=2"] = (breakage, fetching.TRIES - 1)
    assert counts(sync(engine, feed)) == (25, 0, 0, 0, 0)
    assert server.asked["/services?page=2"] == fetching.TRIES


def test_a_server_is_given_the_pause_that_it_asks_for(engine, server, feed):
    server.broken["/services?page=1"] = (status(429, {"Retry-After": "1"}), 1)
    began = time.monotonic()
    assert sync(engine, feed).created == 25
    assert time.monotonic() - began >= 1.0


def test_a_feed_that_hangs_is_given_up(engine, server, feed):
    def hang(handler, body):
        time.sleep(0.5)

    server.broken["/services?page=1"] = (hang, None)
    report = sync(engine, feed.model_copy(update={"timeout_s": 0.1}))
    assert report.outcome == "failed" and "page 1" in report.reason


def test_a_server_that_is_not_there_is_said_and_changes_nothing(engine, server, feed):
    sync(engine, feed)
    nowhere = feed.model_copy(update={"address": "http://127.0.0.1:9/services"})
    assert sync(engine, nowhere).outcome == "failed"
    assert len(live(engine)) == 25


def test_pages_that_hold_less_than_was_promised_are_a_broken_feed(engine, server, feed):
    sync(engine, feed)
    answer = server.answer

    def half(path, query):
        found = answer(path, query)
        return {**found, "contents": []} if query.get("page") == ["2"] else found

    server.answer = half
    report = sync(engine, feed)
    assert report.outcome == "failed" and "15" in report.reason
    assert len(live(engine)) == 25


def test_a_loss_is_refused_and_then_allowed(engine, server, feed):
    sync(engine, feed)
    server.records = server.records[:15]
    assert sync(engine, feed).outcome == "refused"
    assert len(live(engine)) == 25
    assert sync(engine, feed).outcome == "refused", "refused again: it must not be forgotten"
    assert counts(sync(engine, feed, allow_loss=True)) == (0, 0, 15, 10, 0)


def test_sources_are_read_from_a_file(tmp_path):
    file = tmp_path / "sources.yml"
    assert configured_feeds(file) == []
    file.write_text(
        "sources:\n- {name: shire, title: Shire, address: 'https://shire.example/services', per_page: 20}\n"
    )
    (feed,) = configured_feeds(file)
    assert (feed.name, feed.per_page, feed.format, feed.details) == ("shire", 20, "auto", "auto")


@pytest.mark.parametrize(
    "written",
    [
        "sources: [{name: 'Not A Name', title: x, address: 'https://a.example'}]",
        "sources: [{name: a, title: x, address: 'file:///etc/passwd'}]",
        "sources: [{name: a, title: x, address: 'https://a.example', speling: 1}]",
        "sources: [{name: a, title: x, address: 'https://a.example'}, {name: a, title: y, address: 'https://b.example'}]",
        "[",
        "- just a list",
    ],
)
def test_mistakes_in_the_sources_are_said(tmp_path, written):
    file = tmp_path / "sources.yml"
    file.write_text(written)
    with pytest.raises(Unreadable):
        configured_feeds(file)


def test_the_shipped_sources_are_sound():
    configured_feeds(Path(Settings().directory_sources))


def test_the_starting_directory_is_loaded_once_and_again_when_it_changes(engine, tmp_path):
    services = list(made_services(6, seed=2))
    (tmp_path / "one.json").write_text(json.dumps(services[:3]))
    (tmp_path / "two.json").write_text(json.dumps(services[3:]))
    assert load_starting_directory(engine, tmp_path).created == 6
    assert load_starting_directory(engine, tmp_path) is None
    (tmp_path / "two.json").write_text(json.dumps([changed(services[3])]))
    assert counts(load_starting_directory(engine, tmp_path)) == (0, 1, 3, 2, 0)
    with Session(engine) as session:
        assert find_source(session, STARTING_DIRECTORY).title == "Starting directory"


def test_the_shipped_starting_directory_loads_whole(engine):
    report = load_starting_directory(engine)
    assert report.created > 0 and report.rejected == report.skipped == 0


def test_another_feeds_records_are_left_alone_by_a_synchronisation(engine, server, feed):
    import_records(engine, Feed("other"), made_services(5, seed=77))
    sync(engine, feed)
    server.records = server.records[:21]
    assert sync(engine, feed).withdrawn == 4
    assert len(live(engine)) == 26
