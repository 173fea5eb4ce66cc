"""A guide starts only where nothing is in its way, and keeps what it stores to itself."""

from __future__ import annotations

import os
import socket

import pytest

from bot.evaluation.system import free_ports
from bot.processes.starting import Busy, check_ports, only_one
from bot.settings import Settings
from bot.store import modes
from tests.databases import open_sqlite


def test_two_guides_never_share_the_same_stores(tmp_path):
    with only_one(tmp_path / "trackers.db"):
        told = rf"process {os.getpid()}\): stop it with Ctrl-C or `kill {os.getpid()}`"
        with pytest.raises(Busy, match=told), only_one(tmp_path / "trackers.db"):
            pytest.fail("a second one began")
        with only_one(tmp_path / "others.db"):
            pass
    with only_one(tmp_path / "trackers.db"):
        pass


def test_a_port_that_is_taken_is_said_with_who_holds_it():
    ports = free_ports(4)
    names = ("PORT", "rasa_port", "actions_port", "metrics_port")
    settings = Settings(**dict(zip(names, ports)))
    check_ports(settings)
    with socket.create_server(("127.0.0.1", ports[1])), pytest.raises(Busy) as refused:
        check_ports(settings)
    assert f"Port {ports[1]} is taken by process {os.getpid()} (" in str(refused.value)
    assert f"`kill {os.getpid()}`" in str(refused.value) and "GUIDE_RASA_PORT" in str(refused.value)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(Busy, match="GUIDE_HOST names no address of this machine"):
        check_ports(Settings(host="192.0.2.1", **dict(zip(("PORT", "rasa_port", "actions_port"), free_ports(3)))))


def test_stores_and_keys_are_for_their_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(modes, "VAR", tmp_path)
    before = os.umask(0o022)
    try:
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'guide.db'}", tracker_database=str(tmp_path / "trackers.db")
        )
        old = [tmp_path / name for name in ("guide.db", "guide.db-wal", "guide.db-shm", "trackers.db", "secret-key")]
        for file in old:
            file.touch(0o644)
        tmp_path.chmod(0o755)
        modes.keep_private(settings)
        assert {file.stat().st_mode & 0o777 for file in old} == {0o600}
        assert tmp_path.stat().st_mode & 0o777 == 0o700
        with open_sqlite(tmp_path / "new.db") as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE a (b)")
            connection.commit()
            made = list(tmp_path.glob("new.db*"))
            assert len(made) == 3 and {file.stat().st_mode & 0o777 for file in made} == {0o600}
    finally:
        os.umask(before)
