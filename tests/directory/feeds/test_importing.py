"""An import is whole or nothing, counts what it did, and withdraws what is gone."""

from __future__ import annotations

import copy

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.directory.feeds.importing import Feed, StillThere, import_records
from bot.directory.records.models import (
    Attribute,
    Contact,
    ImportRun,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceTerm,
    Source,
    TaxonomyTerm,
)
from bot.evaluation.speed.made_records import changed, made_services
from bot.store.engine import open_engine

FEED = Feed("made", "Made-up records")


@pytest.fixture
def records():
    return list(made_services(20, seed=3))


def counts(report):
    return (report.created, report.updated, report.unchanged, report.withdrawn, report.rejected)


def live(engine):
    with Session(engine) as session:
        return set(session.scalars(select(Service.published_id).where(Service.withdrawn_at.is_(None))))


def number_of(engine, model):
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(model))


def everything(engine):
    """Return all rows of all tables but the runs, to compare two states of a directory."""
    with engine.connect() as connection:
        tables = [table for table in Service.metadata.sorted_tables if table.name not in ("import_run", "source")]
        return {table.name: sorted(map(repr, connection.execute(select(table)).all())) for table in tables}


def test_the_first_run_creates_and_the_second_changes_nothing(engine, records):
    assert counts(import_records(engine, FEED, records)) == (20, 0, 0, 0, 0)
    before = everything(engine)
    assert counts(import_records(engine, FEED, records)) == (0, 0, 20, 0, 0)
    assert everything(engine) == before


def test_a_changed_record_is_written_anew_with_all_that_belongs_to_it(engine, records):
    import_records(engine, FEED, records)
    rows = {
        model: number_of(engine, model) for model in (Contact, Phone, Attribute, Schedule, ServiceAtLocation, Location)
    }
    records[4] = changed(records[4], "now by the river")
    report = import_records(engine, FEED, records)
    assert counts(report) == (0, 1, 19, 0, 0)
    assert report.has_changed
    assert {model: number_of(engine, model) for model in rows} == rows
    with Session(engine) as session:
        service = session.scalars(select(Service).where(Service.id == records[4]["id"])).one()
        assert service.description.endswith("Now by the river.")
        assert service.updated_at > service.created_at
        assert service.contacts[0].phones[0].number.startswith("01632 960")
        assert {term.term for term in service.terms}


def test_what_is_gone_is_withdrawn_and_comes_back_with_its_key(engine, records):
    import_records(engine, FEED, records)
    assert counts(import_records(engine, FEED, records[1:])) == (0, 0, 19, 1, 0)
    assert records[0]["id"] not in live(engine)
    assert number_of(engine, Service) == 20
    with Session(engine) as session:
        key = session.scalars(select(Service.key).where(Service.id == records[0]["id"])).one()
    assert counts(import_records(engine, FEED, records)) == (0, 1, 19, 0, 0)
    with Session(engine) as session:
        service = session.get(Service, key)
        assert service.withdrawn_at is None and service.id == records[0]["id"]


def test_a_feed_that_loses_more_than_a_fifth_is_refused_unless_allowed(engine, records):
    import_records(engine, FEED, records)
    before = everything(engine)
    kept = [changed(records[0]), *records[1:15]]
    report = import_records(engine, FEED, kept)
    assert report.outcome == "refused" and "5 of 20" in report.reason and "--allow-loss" in report.reason
    assert everything(engine) == before
    assert counts(import_records(engine, FEED, kept, allow_loss=True)) == (0, 1, 14, 5, 0)
    assert len(live(engine)) == 15


def test_just_a_fifth_may_go(engine, records):
    import_records(engine, FEED, records)
    assert import_records(engine, FEED, records[4:]).withdrawn == 4


def test_an_empty_feed_is_refused(engine, records):
    import_records(engine, FEED, records)
    assert import_records(engine, FEED, []).outcome == "refused"
    assert len(live(engine)) == 20


def test_a_broken_record_is_reported_and_the_rest_load(engine, records):
    records[3] = {**records[3], "name": "  "}
    records[5] = {key: value for key, value in records[5].items() if key != "id"}
    records[7] = "not an object"
    records[9] = {**records[9], "status": "perhaps"}
    report = import_records(engine, FEED, [*records, records[0]])
    assert counts(report) == (16, 0, 0, 0, 5)
    reasons = {rejection["id"]: rejection["reason"] for rejection in report.rejections}
    assert reasons[records[3]["id"]] == "it has no name"
    assert reasons["record 6"] == "it has no id"
    assert "object" in reasons["record 8"]
    assert "'perhaps'" in reasons[records[9]["id"]]
    assert "more than once" in reasons[records[0]["id"]]


def test_a_record_that_breaks_later_keeps_its_old_form(engine, records):
    import_records(engine, FEED, records)
    broken = [{**one, "name": ""} for one in records[:6]]
    report = import_records(engine, FEED, [*broken, *records[6:]])
    assert counts(report) == (0, 0, 14, 0, 6)
    assert len(live(engine)) == 20


def test_two_feeds_may_use_the_same_ids(engine, records):
    import_records(engine, FEED, records)
    other = import_records(engine, Feed("another"), copy.deepcopy(records))
    assert counts(other) == (20, 0, 0, 0, 0)
    with Session(engine) as session:
        ids = list(session.scalars(select(Service.id)))
        assert len(set(ids)) == 40 and {one["id"] for one in records} < set(ids)
        assert len(set(session.scalars(select(ServiceAtLocation.id)))) == number_of(engine, ServiceAtLocation)
    assert counts(import_records(engine, Feed("another"), records)) == (0, 0, 20, 0, 0)
    assert import_records(engine, FEED, records[:17]).withdrawn == 3
    assert len(live(engine)) == 20


def test_a_run_that_fails_leaves_the_directory_and_is_kept(engine, records):
    import_records(engine, FEED, records)
    before = everything(engine)

    def breaking():
        yield from (changed(one) for one in records[:10])
        raise ConnectionResetError("the line went dead")

    with pytest.raises(ConnectionResetError):
        import_records(engine, FEED, breaking())
    assert everything(engine) == before
    with Session(engine) as session:
        runs = session.scalars(select(ImportRun).order_by(ImportRun.key)).all()
        assert [run.outcome for run in runs] == ["done", "failed"]
        assert "the line went dead" in runs[1].reason


def test_readers_see_the_old_records_until_the_new_are_whole(engine, directory_url, records, monkeypatch):
    monkeypatch.setattr("bot.directory.feeds.importing._AT_ONCE", 5)
    import_records(engine, FEED, records)
    reader = open_engine(directory_url)
    seen = []

    def watched():
        for number, record in enumerate(records):
            yield changed(record, "rewritten")
            if number == 14:  # ten are written by now
                with Session(reader) as session:
                    seen.extend(session.scalars(select(Service.description)))

    assert import_records(engine, FEED, watched()).updated == 20
    assert len(seen) == 20 and not any("Rewritten" in one for one in seen)
    with Session(reader) as session:
        assert all("Rewritten" in one for one in session.scalars(select(Service.description)))
    reader.dispose()


def test_records_that_are_still_there_are_not_withdrawn(engine, records):
    import_records(engine, FEED, records)
    there = [StillThere(one["id"]) for one in records[:19]]
    report = import_records(engine, FEED, [*there, StillThere(records[19]["id"], "no details")])
    assert counts(report) == (0, 0, 19, 0, 1)
    assert len(live(engine)) == 20


def test_what_changed_only_withdraws_nothing(engine, records):
    import_records(engine, FEED, records)
    part = Feed("made", complete=False)
    assert counts(import_records(engine, part, [changed(records[0])])) == (0, 1, 0, 0, 0)
    assert len(live(engine)) == 20


def test_what_several_services_share_is_written_once_and_goes_with_the_last(engine, records):
    hall = {"id": "hall-1", "name": "Merrow Hall", "addresses": [{"address_1": "1 Ash Lane", "city": "Fenby"}]}
    for one in records[:4]:
        one["service_at_locations"] = [{"location": hall}]
        one["organization"] = {"id": "merrow", "name": "Merrow Trust"}
    import_records(engine, FEED, records)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(Location.published_id == "hall-1")) == 1
        assert session.scalar(select(func.count()).where(Organization.published_id == "merrow")) == 1
        assert session.scalars(select(TaxonomyTerm)).all()
    for one in records[:4]:
        one["service_at_locations"], one["organization"] = [], {"id": "wold", "name": "Wold Trust"}
    import_records(engine, FEED, records)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(Location.published_id == "hall-1")) == 0
        assert session.scalar(select(func.count()).where(Organization.published_id == "merrow")) == 0


def test_rows_can_still_be_added_by_hand_afterwards(engine, records):
    import_records(engine, FEED, records)
    with Session(engine) as session, session.begin():
        source = session.scalars(select(Source)).one()
        service = session.scalars(select(Service)).first()
        session.add(Contact(service_key=service.key, id="c", name="By hand"))
        session.add(ServiceTerm(service_key=service.key, facet="need", term="by-hand"))
        session.add(Organization(source_key=source.key, id="o", published_id="o", name="By hand", content_hash=""))


def test_only_the_latest_runs_are_kept(engine, records, monkeypatch):
    monkeypatch.setattr("bot.directory.feeds.importing._RUNS_KEPT", 3)
    for _ in range(5):
        import_records(engine, FEED, records)
    assert number_of(engine, ImportRun) == 3
