"""The starting directory: every record can be traced to a section, says no more than that, and reads easily."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from bot.directory.feeds.synchronising import FOLDER
from bot.directory.records.taxonomy import our_taxonomy
from bot.guidance.reading_age import reading_age, sentences, words
from bot.guidance.sources import cite, load_documents
from bot.reading.vocabulary import load_vocabulary
from tests.hsds import problems_with
from tests.shared import SHARED

OLDEST_READER = 12.0
LONGEST_SENTENCE = 25

RECORDS: list[dict[str, Any]] = [
    record for file in sorted(FOLDER.glob("*.json")) for record in json.loads(file.read_text(encoding="utf-8"))
]
each_record = pytest.mark.parametrize("record", RECORDS, ids=[record["name"] for record in RECORDS])


def sources(record: dict[str, Any]) -> list[str]:
    return [entry["replacement_value"] for entry in record["metadata"] if entry["field_name"] == "source"]


def texts_of(record: dict[str, Any]) -> list[str]:
    """Return the text of each section that the record cites; skip where the sources are not at hand."""
    folder = SHARED / "sources" / "sections"
    if not folder.exists():
        pytest.skip("the source documents are not here")
    return [(folder / f"{source.replace('#', '/')}.txt").read_text(encoding="utf-8") for source in sources(record)]


def ids_in(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every id of a record with what it is the id of."""
    if isinstance(value, dict):
        if "id" in value:
            yield value["id"], json.dumps(value, sort_keys=True)
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from ids_in(part)


def test_the_five_documents_name_about_as_many_as_there_are():
    assert len(RECORDS) >= 60
    names = Counter(record["name"] for record in RECORDS)
    assert max(names.values()) == 1


def test_an_id_stands_for_one_thing_and_is_made_from_its_name():
    seen: dict[str, str] = {}
    for ident, thing in ids_in(RECORDS):
        assert UUID(ident).version == 5
        if "taxonomy_term" not in thing and '"organization": ' not in thing:
            assert seen.setdefault(ident, thing) == thing


@each_record
def test_a_record_cites_sections_that_exist_and_has_the_date_of_the_first(record):
    documents = load_documents()
    cited = [cite(source, documents) for source in sources(record)]
    year_and_month = (cited[0].document.published + "-01")[:7]
    assert record["assured_date"] == f"{year_and_month}-01"
    date.fromisoformat(record["assured_date"])


@each_record
def test_a_record_has_what_a_reader_needs(record):
    assert record["status"] in ("active", "defunct")
    assert record["organization"]["name"] and record["organization"]["description"]
    low, high = record.get("minimum_age"), record.get("maximum_age")
    assert low is None or high is None or low < high
    assert all(attribute["taxonomy_term"]["description"] for attribute in record["attributes"])


@each_record
def test_a_description_is_short_and_plain(record):
    text = record["description"]
    assert reading_age(text, load_vocabulary().explained_terms) <= OLDEST_READER
    assert max(len(words(sentence)) for sentence in sentences(text)) <= LONGEST_SENTENCE
    assert len(words(text)) <= 60


@each_record
def test_what_only_old_papers_name_says_so(record):
    documents = load_documents()
    years = {cite(source, documents).document.published[:4] for source in sources(record)}
    if max(years) <= "2018" and record["name"] != "Education Health Needs Team":
        assert re.search(r"\b201[4-8]\b", record["description"]) or "url" in record


@each_record
def test_a_name_word_of_the_record_is_in_every_section_it_cites(record):
    own = re.findall(r"[^\W\d_]{3,}", f"{record['name']} {record.get('alternate_name', '')}")
    for source, text in zip(sources(record), texts_of(record), strict=True):
        assert any(re.search(rf"\b{word}\b", text, re.I) for word in own), source


@each_record
def test_the_main_section_has_the_name_or_another_name_of_the_record(record):
    text = " ".join(texts_of(record)).casefold()
    names = [record["name"], *record.get("alternate_name", "").split("; ")]
    parts = {part.strip() for name in names for part in re.split(r"[(),:]", name) if len(part.strip()) > 2}
    squeezed = re.sub(r"[^\w]+", " ", text)
    assert any(re.sub(r"[^\w]+", " ", part.casefold()).strip() in squeezed for part in parts)


@each_record
def test_contact_details_are_those_of_a_source(record):
    text = "".join("".join(texts_of(record)).split()).replace("\\", "")
    for detail in (record.get("url"), record.get("email"), *(phone["number"] for phone in record.get("phones", []))):
        assert detail is None or detail.rstrip("/") in text


@each_record
def test_ages_are_those_of_a_source(record):
    text = " ".join(texts_of(record))
    for age in (record.get("minimum_age"), record.get("maximum_age")):
        said = {0: "birth|0"}.get(age, str(age))
        assert age is None or re.search(rf"(?<!\d)({said})(?!\d)", text)


@each_record
def test_a_place_is_that_of_a_source(record):
    text = " ".join(texts_of(record))
    for location in (entry["location"] for entry in record.get("service_at_locations", [])):
        assert location["name"] in text


@each_record
def test_a_record_is_valid_after_the_official_schema(record):
    assert problems_with("service")(record) == []


@each_record
def test_its_needs_and_kinds_are_terms_of_our_taxonomy_and_its_keywords_stand_for_no_others(record):
    ours, declared, implied = our_taxonomy(), set(), set()
    for term in (attribute["taxonomy_term"] for attribute in record["attributes"]):
        meant = ours.of_attribute(term["taxonomy"], term["name"])
        if term["taxonomy"] == "keyword":
            implied |= meant
        else:
            ((facet, ident),) = meant
            assert ours.term(facet, ident).uuid == term["id"]
            declared |= meant
    assert implied <= declared
