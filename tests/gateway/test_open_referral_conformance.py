"""Whatever was imported, every page of our API passes the official Open Referral UK 3.0 schemas."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.directory.feeds.importing import Feed, import_records
from bot.directory.feeds.reading import Unreadable, read
from bot.directory.publishing.published import Published
from bot.gateway.services import open_referral
from bot.paths import KNOWLEDGE
from bot.store.engine import open_engine
from tests.databases import new_database
from tests.hsds import problems_with
from tests.shared import SHARED

V3 = open_referral.ROOT
LISTS = {
    "services": ("service_list", "service"),
    "services?full=true": ("service_list", "service"),
    "organizations": ("organization_list", "organization"),
    "organizations?full_service=true": ("organization_list", "organization"),
    "taxonomies": ("taxonomy_list", "taxonomy"),
    "taxonomy_terms": ("taxonomy_term_list", "taxonomy_term"),
    "service_at_locations": ("service_at_location_list", "service_at_location"),
    "service_at_locations?full=true": ("service_at_location_list", "service_at_location"),
}
CAPTURES = SHARED / "openreferral"
OUR_OWN = [KNOWLEDGE / "directory"]


def feeds() -> list[Path]:
    """Return every capture that holds records, and the folder of the starting directory."""
    files = sorted(
        file
        for folder in (
            "live-captures",
            "validator-mocks",
            "outpost-scout",
            "outpost-import",
            "openobjects-kb5",
            "hsds-mock-api",
        )
        for pattern in ("*.json", "*.csv")
        for file in (CAPTURES / folder).rglob(pattern)
    )
    return [*OUR_OWN, *(file for file in files if _records(file))]


def _records(file: Path) -> list[object]:
    try:
        return read(file.read_bytes()).records
    except Unreadable:
        return []


@pytest.mark.parametrize("feed", feeds(), ids=lambda feed: "/".join(feed.parts[-3:]))
def test_every_page_passes_the_schema(feed, tmp_path):
    with new_database("sqlite", tmp_path, "directory") as url:
        engine = open_engine(url)
    files = sorted(feed.glob("*.json")) if feed.is_dir() else [feed]
    report = import_records(engine, Feed("test"), [record for file in files for record in _records(file)])
    app = FastAPI()
    app.include_router(open_referral.router(Published(engine), lambda postcode: None))
    api = TestClient(app)
    seen = 0
    problems = problems_with("api_details")(api.get(f"{V3}/").json())
    for path, (of_list, of_one) in LISTS.items():
        page, pages = 1, 1
        while page <= pages:
            response = api.get(f"{V3}/{path}{'&' if '?' in path else '?'}page={page}&per_page=40")
            assert response.status_code == 200, path
            body = response.json()
            pages, page = body["total_pages"], page + 1
            problems += [f"{path}: {problem}" for problem in problems_with(of_list)(body)]
            seen += len(body["contents"])
            for entry in body["contents"] if "?" not in path else ():
                whole = api.get(f"{V3}/{path}/{entry['id']}")
                assert whole.status_code == 200, (path, entry["id"])
                problems += [f"{path}/{entry['id']}: {problem}" for problem in problems_with(of_one)(whole.json())]
    assert problems[:10] == []
    assert bool(seen) == bool(report.created)
    engine.dispose()


def test_the_schemas_do_find_what_is_wrong():
    problems = problems_with("service_list")
    good = {"id": "bccb9486-e041-58b0-830f-c29afe982e79", "name": "x", "status": "active"}
    assert problems({"contents": [good]}) == []
    for wrong in (
        {"id": "7"},
        {"url": "a b"},
        {"description": None},
        {"status": "open"},
        {"last_modified": "2026-01-01T00:00:00"},
    ):
        assert problems({"contents": [{**good, **wrong}]}), wrong
