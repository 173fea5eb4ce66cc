"""The transparency record says what is true of the guide, shows its gaps, and does not drift from the system."""

from __future__ import annotations

import json

import pytest
import yaml

from bot.encoder.setup import WEIGHTS_SHA256
from bot.guidance.answers import load_answers
from bot.settings import Settings
from bot.transparency.facts import facts, performance
from bot.transparency.record import DOCUMENT, RECORD_FILE, Field, as_markdown, transparency_record


@pytest.fixture
def record():
    return transparency_record(Settings())


def fields(record) -> dict[str, Field]:
    return {field.number: field for section in record for field in section.fields}


def test_the_written_record_has_not_drifted_from_the_system(record):
    assert DOCUMENT.read_text(encoding="utf-8") == as_markdown(record), "run `.venv/bin/python -m bot atrs --write`"


def test_both_tiers_are_there_and_no_number_stands_twice(record):
    numbers = [field.number for section in record for field in section.fields]
    assert len(numbers) == len(set(numbers)) and {"1.1", "2.1.3", "2.2.5", "2.3.6", "2.4.2.7", "2.5.2"} <= set(numbers)
    assert len({section.tier for section in record}) == 2


def test_what_only_the_council_can_state_is_a_gap_and_is_shown_as_one(record):
    stated = yaml.safe_load(RECORD_FILE.read_text(encoding="utf-8"))["council"]
    gaps = {number for number, field in fields(record).items() if field.text is None}
    assert stated["contact_email"] or gaps >= {"1.4", "2.1.3", "2.5.1"}
    assert as_markdown(record).count("*Not yet stated by the council.*") == len(gaps)


def test_every_council_field_has_a_place_in_the_record():
    content = yaml.safe_load(RECORD_FILE.read_text(encoding="utf-8"))
    used = {
        entry.get("council") for tier in content["tiers"] for section in tier["sections"] for entry in section["fields"]
    }
    assert set(content["council"]) == used - {None}


def test_it_follows_settings_and_knowledge():
    shorter = fields(transparency_record(Settings(conversation_hours=7, message_limit=900)))
    assert "erased 7 hours" in shorter["2.4.4.4"].text and "900 characters" in shorter["2.4.2.4"].text
    assert f"{len(load_answers())} of them answers" in shorter["2.4.2.3"].text
    assert WEIGHTS_SHA256 in shorter["2.4.2.2"].text


def test_a_field_that_nothing_fills_is_an_error(tmp_path):
    broken = tmp_path / "transparency.yml"
    entry = {"number": "1.1", "title": "Name", "text": "{nonsense}"}
    tiers = [{"title": "t", "sections": [{"title": "s", "fields": [entry]}]}]
    broken.write_text(yaml.safe_dump({"council": {}, "tiers": tiers}), encoding="utf-8")
    with pytest.raises(KeyError, match="nonsense"):
        transparency_record(Settings(), broken)


def test_training_data_and_labels_are_counted_from_the_files():
    known = facts(Settings())
    assert int(known["labels"]) > int(known["answers"]) and int(known["examples"]) > 12 * int(known["answers"])


def test_a_count_that_was_mended_against_says_so_and_the_fair_one_stands_beside_it(record, tmp_path):
    text = fields(record)["2.4.2.7"].text
    assert "117 (93%)" in text and "mended" in text
    file = tmp_path / "evaluation.json"
    group = {"urgent help": {"right": 10, "partial": 0, "wrong": 0, "refused": 0}}
    sets = {"our own questions": group, "questions by other writers": group}
    file.write_text(json.dumps({"date": "2026-01-02", "sets": sets}))
    ours, others = performance(file).split("Our own questions:")[1].split("Questions by other writers:")
    assert "mended against these very messages" in ours and "mended" not in others


def test_performance_is_what_was_measured(tmp_path):
    file = tmp_path / "evaluation.json"
    assert performance(file).startswith("Not measured yet")
    counts = {"right": 80, "partial": 10, "wrong": 5, "refused": 5}
    file.write_text(json.dumps({"date": "2026-01-02", "sets": {"our own questions": {"parent": counts}}}))
    assert performance(file) == (
        "Measured on 2026-01-02. Our own questions: 100 parents' questions, 80% right in section and facts, 5.0% wrong."
    )
