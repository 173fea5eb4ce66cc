"""The desk's fixtures: accounts are tried on its pages too."""

from __future__ import annotations

from tests.desk.conftest import accounts, client, engine, person

__all__ = ["accounts", "client", "engine", "person"]
