"""Made-up records are the same for the same seed, vary, and import whole; the benchmark's steps do what they say."""

from __future__ import annotations

from itertools import islice

import pytest

from bot.directory.records.normalise import normalise
from bot.evaluation.speed.imports import timings
from bot.evaluation.speed.made_records import changed, made_services
from bot.store.engine import open_engine
from tests.databases import new_database


def test_the_same_seed_makes_the_same_records_and_a_longer_list_begins_with_a_shorter():
    short, long = list(made_services(30, seed=5)), list(islice(made_services(1000, seed=5), 30))
    assert [one["id"] for one in short] == [one["id"] for one in long]
    assert list(made_services(30, seed=5)) == short != list(made_services(30, seed=6))


@pytest.mark.parametrize("region", ["county", "country"])
def test_records_vary_as_real_ones_do(region):
    records = [normalise(one) for one in made_services(400, region=region)]
    services = [record.service for record in records]
    assert len({one.id for one in services}) == 400
    assert 0.5 < sum(one.values.get("minimum_age") is not None for one in services) / 400 < 0.8
    assert 0.8 < sum("service_at_locations" in one.below for one in services) / 400 < 1
    assert {facet for record in records for facet, _ in record.terms} == {"need", "kind", "accessibility"}
    assert len({one.values["description"] for one in services}) > 350
    assert not any((one.values["extra"] or {}).get("url") for one in services)


def test_a_changed_record_is_another_of_the_same_id():
    record = next(made_services(1))
    assert changed(record)["id"] == record["id"] and changed(record) != record


def test_the_steps_of_the_benchmark_do_what_they_say(tmp_path):
    with new_database("sqlite", tmp_path, "directory") as url:
        engine = open_engine(url)
        steps = {one.step: one.report for one in timings(engine, tmp_path, records=200)}
        engine.dispose()
    assert steps["first import"].created == 200
    assert steps["no change"].unchanged == 200
    assert (steps["1% changed"].updated, steps["1% changed"].unchanged) == (2, 198)
