"""Every real capture of a feed imports with nothing lost silently: created or rejected, and each field somewhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.directory.feeds.importing import Feed, import_records
from bot.directory.feeds.reading import read
from bot.directory.records.models import Service, Source
from tests.directory.lost import lost
from tests.shared import SHARED

FOLDER = SHARED / "openreferral"
CAPTURES = [
    "live-captures/bristol-service-1625ip.json",
    "live-captures/bristol-services-page1.json",
    "live-captures/bucks-services-page1.redacted.json",
    "live-captures/cqc-services-page1.json",
    "live-captures/hull-services-page1.json",
    "outpost-scout/service.json",
    "outpost-scout/services.json",
    "hsds-mock-api/services/ac148810-d857-441c-9679-408f346de14b.json",
    "hsds-uk/3.0/examples/service_full.json",
    "hsds-uk/3.0/examples/service_list.json",
    *(
        f"validator-mocks/V3.0-UK-{kind}/{name}.json"
        for kind in ("Default", "Warn", "Fail", "Test")
        for name in ("service_full", "service_list")
    ),
    "validator-mocks/V3.0-UK-Test/service_list_data.json",
]

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="shared/openreferral is not beside the checkout")


@pytest.mark.parametrize("name", CAPTURES)
def test_nothing_is_lost_silently(engine, name):
    records = read((FOLDER / name).read_bytes()).records
    report = import_records(engine, Feed("capture"), records)
    assert report.outcome == "done"
    assert report.created + report.rejected == len(records)
    assert len(report.rejections) == report.rejected and all(one["reason"] for one in report.rejections)
    taken = set()
    with Session(engine) as session:
        for record in records:
            ident = str(record["id"])
            service = session.scalar(
                select(Service).join(Source).where(Source.name == "capture", Service.published_id == ident)
            )
            if service is not None and ident not in taken:
                taken.add(ident)
                assert lost(session, service, record) == []
    assert len(taken) == report.created


def test_what_is_lost_is_noticed(engine):
    record = read((FOLDER / CAPTURES[0]).read_bytes()).records[0]
    import_records(engine, Feed("capture"), [record])
    more = {**record, "colour": "mauve", "seats": 4173, "open": True, "pc_metadata": {"date_created": "2020-06-06"}}
    with Session(engine) as session:
        found = lost(session, session.scalars(select(Service)).one(), more)
    assert sorted(found) == ["colour", "open", "pc_metadata.date_created", "seats"]


@pytest.mark.parametrize("name", CAPTURES)
def test_importing_again_changes_nothing(engine, name):
    records = read((FOLDER / name).read_bytes()).records
    first = import_records(engine, Feed("capture"), records)
    again = import_records(engine, Feed("capture"), records)
    assert (again.created, again.updated, again.unchanged) == (0, 0, first.created)


def test_all_captures_live_side_by_side(engine):
    created = 0
    for name in CAPTURES:
        created += import_records(engine, Feed(name), read((FOLDER / name).read_bytes()).records).created
    with Session(engine) as session:
        ids = list(session.scalars(select(Service.id)))
    assert len(ids) == len(set(ids)) == created
