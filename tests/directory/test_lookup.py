"""The first look-up of records: rules of age, need and kind, and honest words about what was looked for."""

from __future__ import annotations

import json
from datetime import date

import pytest

from actions.directory import wanted_from
from bot.directory.lookup import Wanted, find, load_services
from bot.directory.replies import records_message
from bot.guidance.sources import cite, load_documents
from tests.actions.test_actions import tracker


def names(**wanted) -> list[str]:
    return [service.record["name"] for service in find(Wanted(**{"words": "", **wanted}))]


def test_an_age_outside_the_range_does_not_match_and_both_ends_do():
    therapy = "Children's Occupational Therapy (CDDFT)"
    assert therapy in names(words="nhs occupational therapy", age=18)
    assert therapy in names(words="nhs occupational therapy", age=0)
    assert therapy not in names(words="nhs occupational therapy", age=19)


def test_a_need_that_a_service_does_not_name_excludes_it_unless_it_serves_all():
    assert "Sensory Smart Families course" not in names(words="course for parents", needs=("hearing",))
    assert "Making Changes Together (MCT)" in names(words="workshops", needs=("hearing",))


def test_nothing_asked_for_finds_nothing():
    assert names(words="for my son please") == []


def test_nothing_fits_is_said_with_another_way():
    wanted = Wanted("dyslexia tutor", needs=("dyslexia",), kinds=("counselling",), place="Consett")
    message = records_message(find(wanted), wanted)
    assert message["custom"]["kind"] == "no_records"
    assert "counselling, for dyslexia, near Consett" in message["text"]
    assert message["custom"]["links"]


def test_records_carry_the_contract_fields_and_say_when_old():
    wanted = Wanted("toy library", kinds=("equipment-loan",))
    message = records_message(find(wanted), wanted, today=date(2026, 11, 23))
    (record,) = message["custom"]["records"]
    assert set(record) == {
        "id", "name", "organisation", "description", "url", "phone", "email", "place", "distance_miles", "ages", "needs",
        "last_checked", "stale",
    }  # fmt: skip
    assert record["stale"] is True and record["phone"] is None
    assert "Check with them first" in message["text"]


def test_every_record_names_the_section_it_comes_from_and_no_invented_phone():
    for service in load_services():
        source = service.record["metadata"][0]["replacement_value"]
        assert cite(source, load_documents())
        assert "phones" not in service.record


@pytest.mark.parametrize(
    ("phrase", "years"),
    [
        ("7 year old", 7),
        ("seven year old", 7),
        ("14 months old", 1),
        ("aged 15", 15),
        ("baby", 0),
        ("12yo", 12),
        ("10 weeks old", 0),
    ],
)
def test_ages_are_read_in_years(phrase, years):
    assert wanted_from(tracker(entities=[{"entity": "age", "value": phrase}])).age == years


def test_what_people_call_a_need_becomes_the_taxonomys_term():
    wanted = wanted_from(
        tracker(entities=[{"entity": "need", "value": "deaf"}, {"entity": "place", "value": "seaham"}])
    )
    assert wanted.needs == ("hearing",) and wanted.place == "Seaham"


def test_only_active_services_are_shown(tmp_path):
    record = {**load_services()[0].record, "status": "inactive"}
    (tmp_path / "services.json").write_text(json.dumps([record]), encoding="utf-8")
    assert load_services(tmp_path) == ()
