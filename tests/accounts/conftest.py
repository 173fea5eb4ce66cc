"""The desk's fixtures: accounts are tried on its pages too."""

from __future__ import annotations

from tests.desk.conftest import accounts, client, engine, make_client, person, rasa, url

__all__ = ["accounts", "client", "engine", "make_client", "person", "rasa", "url"]
