"""`python -m bot directory ...`: what the operator is told, and the exit status."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.__main__ import main
from bot.evaluation.speed.made_records import made_services
from bot.settings import settings
from tests.directory.feed_server import plain


@pytest.fixture
def guide(tmp_path, monkeypatch, server, capsys):
    """Give a function that runs a command in a new place and returns its status and what it said."""
    monkeypatch.setenv("GUIDE_DIRECTORY_URL", f"sqlite:///{tmp_path / 'directory.db'}")
    monkeypatch.setenv("GUIDE_FEED_NETWORKS", "127.0.0.1/32")
    monkeypatch.setenv("GUIDE_DIRECTORY_SOURCES", str(tmp_path / "sources.yml"))
    monkeypatch.setattr("bot.commands.directory.load_starting_directory", lambda engine: None)
    settings.cache_clear()

    def run(*arguments):
        code = main(["directory", *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    yield run
    settings.cache_clear()


def test_a_file_is_imported_and_seen_in_the_status(guide, tmp_path):
    file = tmp_path / "My Feed.json"
    file.write_text(json.dumps([*made_services(3), {"id": "x", "status": "active"}]))
    code, said = guide("import", str(file), "--quiet")
    assert code == 0 and "my-feed: 3 new" in said and "x: it has no name" in said
    code, said = guide("status")
    assert code == 0 and "my-feed (my-feed): 3 records" in said and "x: it has no name" in said


def test_a_refusal_is_said_and_allowed(guide, tmp_path):
    file = tmp_path / "feed.json"
    file.write_text(json.dumps(list(made_services(10))))
    guide("import", str(file), "--quiet")
    file.write_text(json.dumps(list(made_services(5))))
    code, said = guide("import", str(file), "--quiet")
    assert code == 1 and "refused" in said and "--allow-loss" in said
    code, said = guide("import", str(file), "--allow-loss")
    assert code == 0 and "5 withdrawn" in said


def test_an_address_is_imported_with_all_its_pages(guide, server):
    server.records = list(made_services(60))
    code, said = guide("import", server.address, "--name", "shire", "--quiet")
    assert code == 0 and "shire: 60 new" in said
    assert len(server.asked) == 2


def test_the_configured_feeds_are_synchronised(guide, server, tmp_path):
    code, said = guide("sync")
    assert code == 0 and "No feed is configured" in said
    server.records = list(made_services(8))
    gone = "{name: gone, title: Gone, address: 'http://127.0.0.1:9/services'}"
    (tmp_path / "sources.yml").write_text(
        f"sources:\n- {{name: shire, title: Shire, address: '{server.address}'}}\n- {gone}\n"
    )
    code, said = guide("sync", "shire", "--quiet")
    assert code == 0 and "shire: 8 new" in said
    assert "nothing new" in guide("sync", "shire", "--quiet")[1]
    assert guide("sync", "nobody")[0] == 1
    assert "shire, gone" in guide("status")[1]


def test_one_broken_feed_does_not_stop_the_others(guide, server, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.directory.feeds.fetching.time.sleep", lambda _: None)
    server.records = list(made_services(8))
    gone = "{name: gone, title: Gone, address: 'http://127.0.0.1:9/services'}"
    (tmp_path / "sources.yml").write_text(
        f"sources:\n- {gone}\n- {{name: shire, title: Shire, address: '{server.address}'}}\n"
    )
    code, said = guide("sync", "--quiet")
    assert code == 1 and "gone: failed" in said and "shire: 8 new" in said


@pytest.mark.parametrize("error", [RecursionError, MemoryError, ZeroDivisionError, SQLAlchemyError])
@pytest.mark.parametrize(
    "where", ["bot.directory.feeds.fetching.read", "bot.directory.feeds.synchronising.import_records"]
)
def test_whatever_breaks_in_one_feed_those_after_it_are_read(guide, server, tmp_path, monkeypatch, where, error):
    server.records = list(made_services(8))
    (tmp_path / "sources.yml").write_text(
        "sources:\n"
        + "".join(f"- {{name: {name}, title: T, address: '{server.address}'}}\n" for name in ("bad", "good"))
    )
    module, _, function = where.rpartition(".")
    real, calls = getattr(import_module(module), function), []

    def break_once(*arguments, **named):
        calls.append(arguments)
        if len(calls) == 1:
            raise error("private words of a record")
        return real(*arguments, **named)

    monkeypatch.setattr(where, break_once)
    code, said = guide("sync", "--quiet")
    assert code == 1 and "bad: failed" in said and error.__name__ in said and "good: 8 new" in said
    assert "Traceback" not in said and "private words" not in said


def test_a_feed_that_is_nested_too_deeply_is_said_and_the_next_is_read(guide, server, tmp_path):
    server.records = list(made_services(8))
    bad = server.address.replace("/services", "/deep")
    server.broken["/deep?page=1"] = (plain(b"[" * 200_000 + b"]" * 200_000), None)
    (tmp_path / "sources.yml").write_text(
        f"sources:\n- {{name: bad, title: T, address: '{bad}'}}\n- {{name: good, title: T, address: '{server.address}'}}\n"
    )
    code, said = guide("sync", "--quiet")
    assert code == 1 and "page 1: it is nested too deeply" in said and "good: 8 new" in said


def test_an_address_with_a_password_is_refused_in_a_sentence(guide):
    code, said = guide("import", "https://good.test@evil.test/services", "--quiet")
    assert code == 1 and "name or a password before its host" in said and "Traceback" not in said


@pytest.mark.parametrize("content", [None, "<html>", '{"contents": ['])
def test_what_cannot_be_read_is_a_sentence(guide, tmp_path, content):
    file = tmp_path / "feed.json"
    if content is not None:
        file.write_text(content)
    code, said = guide("import", str(file))
    assert code == 1 and "cannot be read" in said and "Traceback" not in said
