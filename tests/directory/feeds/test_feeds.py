"""Each format, from a fixture of ours, into records: what is read, what is cleaned, what must never come through."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.directory.feeds import FORMATS, format_of
from bot.directory.feeds.importing import Feed, import_records
from bot.directory.feeds.open_objects import is_dropped
from bot.directory.feeds.reading import Unreadable, read
from bot.directory.records.models import Attribute, Base, Service
from bot.directory.records.sessions import MONDAY, SATURDAY, SUNDAY, WEDNESDAY
from tests.directory.lost import as_json, dump, lost

FOLDER = Path(__file__).parent
WHOLE = {
    "open_referral_3.json": 2,
    "outpost.json": 2,
    "open_referral_1.json": 1,
    "open_objects.csv": 4,
    "open_objects.json": 4,
}


def taken(engine, name):
    """Import a fixture; return the report and a function that gives a service by its published id."""
    report = import_records(engine, Feed("fixture"), read((FOLDER / name).read_bytes()).records)
    session = Session(engine)

    def service(ident):
        return session.scalars(select(Service).where(Service.published_id == ident)).one()

    return report, service


def terms(service):
    return {(term.facet, term.term) for term in service.terms}


@pytest.mark.parametrize("name", WHOLE)
def test_every_record_is_created_skipped_or_rejected_with_a_reason(engine, name):
    report, _ = taken(engine, name)
    records = read((FOLDER / name).read_bytes()).records
    assert report.created == WHOLE[name]
    assert report.created + report.skipped + report.rejected == len(records)
    assert len(report.rejections) == report.skipped + report.rejected


@pytest.mark.parametrize("name", ["open_referral_3.json", "open_referral_1.json", "outpost.json"])
def test_every_field_is_stored_somewhere(engine, name):
    _, service = taken(engine, name)
    dropped = {
        "outpost.json": {
            "address_1",
            "postal_code",
            "coordinates",
            "locations.name",
            "location.name",
        },  # of the masked house
        "open_referral_3.json": {
            "description",
            "website",
            "uri",
        },  # shown below; a shared organisation's last word counts
    }
    seen = set()
    for record in read((FOLDER / name).read_bytes()).records:
        ident = str(record["id"])
        if ident in seen or record.get("status") == "archived" or not record.get("name"):
            continue
        seen.add(ident)
        stored = service(ident)
        assert lost(Session.object_session(stored), stored, record, dropped.get(name, set())) == []


def test_open_referral_3_is_cleaned(engine):
    report, service = taken(engine, "open_referral_3.json")
    otters = service("3f0c1c2e-5a53-4b0e-9d3c-5a2d5a0e0001")
    assert otters.name == "Merrowby Otters" and otters.status == "active"
    assert otters.description == (
        "About us\n\nWe swim on Saturdays. Ask for Wilfretha.\n\n- warm water\n- a hoist\n\n"
        "See how it works (https://otters.example/how)"
    )
    assert otters.url == "http://www.otters.example"
    assert (otters.minimum_age, otters.maximum_age) == (None, None)
    assert otters.assured_date == otters.last_checked == date(2025, 9, 2)
    assert otters.organization.identifiers[0].identifier == "0000001"
    assert [(phone.number, phone.description, phone.dial) for phone in otters.phones] == [
        ("01632 960001", None, "+441632960001"),
        ("01632 960002", "Out of hours", "+441632960002"),
    ]
    assert len(otters.contacts) == 1 and otters.contacts[0].phones == otters.phones
    (session,) = otters.schedules
    assert (session.weekdays, session.opens_minute, session.closes_minute) == (SATURDAY, 600, 690)
    assert otters.service_at_locations[0].location.addresses[0].postal_code == "ZZ99 9ZZ"
    assert terms(otters) == {("need", "autism"), ("accessibility", "hoist"), ("suitability", "care-leavers")}
    assert [term.taxonomy_term.name for term in otters.attributes] == ["Autism", "Care leavers"]
    assert otters.attributes[0].taxonomy_term.of_taxonomy.name == "SEND needs"
    assert otters.cost_options[0].amount == 3.5 and otters.cost_options[0].extra == {"currency": "gbp"}
    assert otters.is_free is False
    assert [language.name for language in otters.languages] == ["Welsh"] and otters.extra["languages"] == ["English"]
    kites = service("3f0c1c2e-5a53-4b0e-9d3c-5a2d5a0e0002")
    assert (kites.email, kites.url, kites.minimum_age, kites.maximum_age) == (None, None, None, None)
    assert kites.extra == {
        "email": "Unknown-1@noemail.invalid",
        "url": "not an address",
        "minimum_age": 18,
        "maximum_age": 5,
    }
    assert kites.status == "temporarily closed"
    assert {one["reason"] for one in report.rejections} == {"it has no name", "its id is in the feed more than once"}


def test_outpost_is_read_and_a_masked_address_is_kept_secret(engine):
    report, service = taken(engine, "outpost.json")
    child = service("11")
    assert (child.minimum_age, child.maximum_age) == (0, 4)
    assert terms(child) == {
        ("need", "autism"),
        ("need", "sensory"),
        ("need", "physical"),
        ("need", "hearing"),
        ("need", "vision"),
        ("kind", "childcare"),
        ("accessibility", "accessible-toilet"),
    }
    place = child.service_at_locations[0].location
    assert len(child.service_at_locations) == 1 and place.is_masked
    assert (place.latitude, place.longitude) == (54.71, -1.61)
    assert (place.addresses[0].postal_code, place.addresses[0].city) == ("ZZ99", "Fenby")
    assert not {"Secret Street", "Rose Cottage", "54.71234"} & set(
        _found(dump(child), ["Secret Street", "Rose Cottage", "54.71234"])
    )
    (session,) = child.schedules
    assert (session.weekdays, session.opens_minute, session.closes_minute) == (MONDAY, 420, 1080)
    assert child.cost_options[0].amount == 5.5 and child.needs_referral is False
    assert child.extra["local_offer"]["survey_answers"][0]["answer"] == "Every day at the door."
    assert child.contacts[0].name == "Ottoline Quill" and len(child.contacts) == 1
    assert child.organization is None and child.extra["organization"] == {"id": 2}
    story = service("12")
    assert story.is_free and story.organization.website == "https://library.example"
    online = story.service_at_locations[0].location
    assert (online.location_type, online.latitude) == ("virtual", None)
    assert report.skipped == 1 and "archived" in report.rejections[0]["reason"]


def test_version_1_is_read(engine):
    _, service = taken(engine, "open_referral_1.json")
    group = service("a")
    assert (group.minimum_age, group.maximum_age, group.eligibility) == (3, 17, "Children\nTeenagers")
    assert group.funding[0].source == "Council grant" and group.languages[0].name == "Polish"
    assert terms(group) == {("kind", "support-group"), ("accessibility", "hearing-loop")}
    (session,) = group.schedules
    assert session.weekdays == WEDNESDAY and session.service_at_location_key == group.service_at_locations[0].key
    assert group.contacts[0].phones[0].number == "01632 960222"
    assert group.service_at_locations[0].location.addresses[0].city == "Wold"


@pytest.mark.parametrize("name", ["open_objects.csv", "open_objects.json"])
def test_open_objects_keeps_private_things_out(engine, name):
    report, service = taken(engine, name)
    with engine.connect() as connection:
        whole = as_json(
            [[list(row) for row in connection.execute(select(table))] for table in Base.metadata.sorted_tables]
        )
    assert _found(
        whole, ["PRIVATE", "ADMIN", "secret.example", "Mask Street", "ZZ96 3BB", "ZZ96", "Nowhere Street"]
    ) == ["ZZ96"]
    reasons = {one["id"]: one["reason"] for one in report.rejections}
    assert "dormant" in reasons["oo-3"] and "hides" in reasons["oo-4"] and "hides" in reasons["oo-5"]
    assert "not clear" in reasons["oo-7"] and "name" in reasons["oo-8"]
    assert (report.skipped, report.rejected) == (3, 2)
    assert service("oo-6").service_at_locations == []
    hidden = service("oo-2").service_at_locations[0].location
    assert hidden.is_masked and hidden.addresses[0].city == "Fenby" and hidden.addresses[0].postal_code == "ZZ96"
    assert (service("oo-2").minimum_age, service("oo-2").maximum_age) == (0, 7)
    assert service("oo-2").schedules[0].weekdays == MONDAY


@pytest.mark.parametrize("name", ["open_objects.csv", "open_objects.json"])
def test_open_objects_is_read(engine, name):
    _, service = taken(engine, name)
    cafe = service("oo-1")
    assert cafe.name == "Café Starlings" and "for families" in cafe.description
    assert cafe.organization.name == "Ashworth Charity"
    assert [phone.number for phone in cafe.phones] == ["01632 960301", "01632 960302"]
    assert [contact.email for contact in cafe.contacts] == ["host@starlings.example", "lo@starlings.example"]
    assert (cafe.minimum_age, cafe.maximum_age, cafe.is_free, cafe.needs_referral) == (5, 11, True, False)
    assert (cafe.visible_from, cafe.visible_to) == (date(2026, 2, 1), date(2027, 12, 31))
    assert [(one.weekdays, one.opens_minute, one.closes_minute) for one in cafe.schedules[:2]] == [
        (SATURDAY, 600, 750),
        (SUNDAY, 840, 960),
    ]
    assert terms(cafe) >= {("need", "autism"), ("need", "hearing"), ("kind", "club"), ("accessibility", "wheelchair")}
    assert ("suitability", "parents-and-carers") in terms(cafe)
    assert cafe.extra["cqc_rating"] == "Good" and cafe.extra["lo_details"] == "We know about autism."
    assert cafe.last_checked == date(2026, 3, 14)
    place = cafe.service_at_locations[0].location
    assert (place.name, place.addresses[0].address_1, place.addresses[0].city) == (
        "Starling Hall",
        "3 Starling Street",
        "Ashworth",
    )
    assert (service("oo-9").minimum_age, service("oo-9").maximum_age) == (18, None)


def test_every_column_of_open_objects_lands_somewhere_or_is_dropped_on_purpose(engine):
    content = (FOLDER / "open_objects.csv").read_bytes().decode("cp1252")
    columns = next(csv.reader(io.StringIO(content)))
    assert len(columns) == 157
    special = {
        "title": "Everything club",
        "externalid": "all",
        "dormant": "No",
        "ecd_opt_out_website": "",
        "record_activity_range": "01/01/2026 - 01/01/2028",
        "lastupdated": "02/01/2026",
        "website": "https://a.example\nhttps://b.example",
        "parent_organisation": "none-of-these",
        "referral_required": "Yes",
        "public_address_postcode": "ZZ1 1AA",
        "venue_postcode": "ZZ2 2AA",
        "location_postcode": "ZZ3 3AA",
        "public_address_map_postcode": "ZZ1 1AA",
        "contact_telephone": "01632 960401",
        "lo_contact_telephone": "01632 960402",
        "contact_email": "a@a.example",
        "lo_contact_email": "b@b.example",
    }
    row = {
        column: special.get(column, f"Zanzibar {' '.join(column.split('_'))} value".replace("  ", ""))
        for column in columns
    }
    import_records(engine, Feed("fixture"), [row])
    with Session(engine) as session:
        stored = session.scalars(select(Service)).one()
        whole = as_json(dump(stored)).lower()
    unread = {"dormant", "ecd_opt_out_website", "location_postcode", "public_address_map_postcode"}
    dates = {
        "record_activity_range": "2028-01-01",
        "lastupdated": "2026-01-02",
        "referral_required": '"needs_referral": true',
    }
    for column in columns:
        value = dates.get(column, row[column].split("\n")[-1].lower())
        if is_dropped(column):
            assert value not in whole, column
        elif column not in unread:
            assert value in whole, column


def test_a_need_said_twice_is_kept_once(engine):
    _, service = taken(engine, "outpost.json")
    with Session(engine) as session:
        said = session.scalars(select(Attribute).where(Attribute.service_key == service("11").key)).all()
    assert len(said) == 5


@pytest.mark.parametrize(
    "name, form",
    [
        ("outpost.json", "open-referral-1"),
        ("open_referral_1.json", "open-referral-1"),
        ("open_referral_3.json", "open-referral-3"),
        ("open_objects.csv", "open-objects"),
    ],
)
def test_the_format_is_recognised(name, form):
    assert format_of(read((FOLDER / name).read_bytes()).records[0]) == form
    assert form in FORMATS


@pytest.mark.parametrize(
    "envelope",
    [
        {"totalElements": 4, "totalPages": 2, "number": 1, "content": []},
        {"total_items": 4, "total_pages": 2, "page_number": 1, "contents": []},
        {"totalelements": 4, "totalpages": 2, "number": 1, "content": []},
        {"TotalItems": "4", "TotalPages": "2", "PageNumber": "1", "Contents": []},
    ],
)
def test_envelopes_differ_in_spelling(envelope):
    page = read(json.dumps(envelope).encode())
    assert (page.records, page.number, page.pages, page.total) == ([], 1, 2, 4)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"contents": [',
        b"[1, 2",
        b"<html></html>",
        b'{"message": "no"}',
        b"a,b\n1,2\n",
        b'"text"',
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_feed_is_refused(content):
    with pytest.raises(Unreadable):
        read(content)


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-8", "latin-1"])
def test_a_csv_may_have_been_saved_again(coding):
    text = "title,externalid\r\nCafé,1\r\n"
    assert read(text.encode(coding)).records == [{"title": "Café", "externalid": "1"}]


def _found(whole, words):
    text = whole if isinstance(whole, str) else as_json(whole)
    return [word for word in words if word in text]
