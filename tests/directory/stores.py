"""Directories for tests: the starting one, and small ones made of a few records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from bot.directory.feeds.importing import Feed, import_records
from bot.directory.feeds.synchronising import load_starting_directory
from bot.directory.search.directory import Directory
from bot.directory.search.text_index import refresh
from bot.directory.search.vectors import encode_missing
from bot.encoder.encoder import small_encoder
from bot.store.engine import open_engine
from bot.store.migrate import upgrade


def starting_directory(folder: Path) -> Directory:
    """Return the starting directory, with its vectors, in a new SQLite store."""
    engine = new_store(f"sqlite:///{folder / 'directory.db'}")
    load_starting_directory(engine)
    refresh(engine)
    encode_missing(engine, small_encoder())
    return Directory(engine)


def new_store(url: str) -> Engine:
    """Return an engine on a store with empty tables."""
    upgrade(url, "directory")
    return open_engine(url)


def load(engine: Engine, records: Sequence[dict[str, Any]]) -> None:
    """Make these records the whole of the feed "test"; what search keeps is left as it was."""
    report = import_records(engine, Feed("test"), records, allow_loss=True)
    assert not report.rejections, report.rejections


def record(number: int, name: str, **parts: Any) -> dict[str, Any]:
    """Return a small HSDS-UK record; `needs`, `kinds` and `access` are terms of ours, `at` is a point, `sessions` schedules."""
    terms = {"need": parts.pop("needs", ()), "kind": parts.pop("kinds", ()), "accessibility": parts.pop("access", ())}
    point, sessions, areas = parts.pop("at", None), parts.pop("sessions", ()), parts.pop("areas", ())
    made: dict[str, Any] = {
        "id": _uuid(number, 0),
        "name": name,
        "description": parts.pop("description", "A place to go."),
        "status": "active",
        "assured_date": "2026-05-01",
        "organization": {"id": _uuid(number, 1), "name": f"Provider {number}"},
        "attributes": [
            {
                "id": _uuid(number, 100 + place),
                "taxonomy_term": {"id": _uuid(0, hash_of(f"{facet}{term}")), "name": term, "taxonomy": facet},
            }
            for place, (facet, term) in enumerate((facet, term) for facet in terms for term in terms[facet])
        ],
        "schedules": [
            {"id": _uuid(number, 200 + place), "freq": "WEEKLY", "byday": day, "opens_at": opens, "closes_at": closes}
            for place, (day, opens, closes) in enumerate(sessions)
        ],
        "service_areas": [{"id": _uuid(number, 300 + place), "name": name} for place, name in enumerate(areas)],
        **parts,
    }
    if point:
        location = {
            "id": _uuid(number, 2),
            "location_type": "physical",
            "name": "Hall",
            "latitude": point[0],
            "longitude": point[1],
        }
        made["service_at_locations"] = [{"id": _uuid(number, 3), "location": location}]
    return made


def hash_of(text: str) -> int:
    """Return a number for a text, the same in every run."""
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(text))


def _uuid(number: int, part: int) -> str:
    return f"00000000-0000-4000-8000-{number:06}{part:06}"
