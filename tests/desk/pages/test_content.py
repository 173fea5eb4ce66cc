"""The content editor's other pages."""

from __future__ import annotations

import csv
import io

from bot.accounts import audit
from bot.guidance.answers import load_answers
from bot.guidance.wording import wording
from tests.desk.conftest import post


def test_answers_are_shown_by_topic_with_their_dates(person):
    editor = person("content")
    assert "/staff/answers?topic=funding" in editor.get("/staff/answers").text
    page = editor.get("/staff/answers?topic=funding").text
    assert "Core and notional funding" in page and "Occupational therapy guide, April 2024" in page and "0 / 0" in page
    assert editor.get("/staff/answers?topic=none").status_code == 404


def test_sections_and_abbreviations_are_shown(person):
    editor = person("content")
    assert "Funding for additional support" in editor.get("/staff/sections").text
    assert wording("desk.sections.none") not in editor.get("/staff/sections").text
    assert "special educational needs coordinator" in editor.get("/staff/abbreviations").text


def test_answers_are_exported_and_that_is_audited(client, person):
    export = post(person("content"), "/staff/answers/export", "/staff/answers")
    rows = list(csv.reader(io.StringIO(export.text.removeprefix("\ufeff"))))
    assert len(rows) == len(load_answers()) + 1 and len({len(row) for row in rows}) == 1
    assert audit.latest(client.app.state.desk.engine)[0].event == "answers.exported"
