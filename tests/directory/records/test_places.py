"""Places as people name them, and ordinary words that are none."""

from __future__ import annotations

import pytest
import yaml

from bot.directory.records.places import Gazetteer, PlacesMissing, attributions, gazetteer, miles_between
from bot.paths import PLACE_NAMES


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("anything for kids in Seaham", "Seaham"),
        ("we are ower Seaham way", "Seaham"),
        ("clubs in Bish", "Bishop Auckland"),
        ("owt in barney", "Barnard Castle"),
        ("near aycliffe", "Newton Aycliffe"),
        ("bishop aukland", "Bishop Auckland"),
        ("spenymor", "Spennymoor"),
        ("chester le street", "Chester-le-Street"),
        ("a group in chester", "Chester-le-Street"),
        ("newcastle", "Newcastle upon Tyne"),
        ("swimming in stanley", "Stanley"),
        ("hetton", "Hetton-le-Hole"),
        ("is there owt in pity me", "Pity Me"),
        ("groups up weardale", "Weardale"),
        ("somewhere in County Durham", "County Durham"),
        ("DH1 5UQ", "DH1 5UQ"),
        ("i live at sr77ab", "SR7 7AB"),
        ("near dl14", "DL14"),
        ("we moved from Leeds to Consett", "Consett"),
    ],
)
def test_places_are_found_by_what_people_call_them(text, name):
    mention = gazetteer().in_text(text)
    assert mention and mention.place.name == name and not mention.place.is_outside


@pytest.mark.parametrize(
    "text",
    [
        "my son Brandon likes drums",
        "the bishop said no",
        "help in reading",
        "a consent form",
        "Durham County Council",
        "what about send support",
        "he had a bath and went to bed",
        "can i get help to learn",
        "washing lines",
        "what can i do at home",
        "my Stanley is seven",
        "deal with stress",
    ],
)
def test_an_ordinary_word_or_a_name_is_no_place(text):
    assert gazetteer().in_text(text) is None


@pytest.mark.parametrize(
    "text", ["horse riding in Cornwall", "clubs in leeds", "a club in Reading", "LS1 4AB", "SW1A 1AA"]
)
def test_a_place_far_away_is_known_to_be_outside(text):
    mention = gazetteer().in_text(text)
    assert mention and mention.place.is_outside and mention.place.point is None


def test_a_mention_says_where_in_the_text_it_stands():
    text = "autism group near Newton Aycliffe please"
    mention = gazetteer().in_text(text)
    assert mention and text[mention.start : mention.end] == "Newton Aycliffe"


def test_distances_are_in_miles():
    durham, seaham = gazetteer().named("Durham"), gazetteer().named("Seaham")
    assert durham and seaham and durham.point and seaham.point
    assert miles_between(durham.point, seaham.point) == pytest.approx(10.1, abs=0.2)
    assert miles_between((54.0, -1.0), (55.0, -1.0)) == pytest.approx(69.1, abs=0.2)


def test_every_listed_place_lies_in_the_region():
    listed = yaml.safe_load(PLACE_NAMES.read_text(encoding="utf-8"))
    for name in (*listed["places"], *listed["districts"], listed["county"]["name"]):
        place = gazetteer().named(name)
        assert place and (place.is_whole_county or place.point), name


@pytest.mark.parametrize(
    "text",
    ["a lads' club for a 12 yr old, bishop", "Private speech therapist, Bishop?", "swimming for teens, barney"],
)
def test_a_short_name_added_at_the_end_is_a_place(text):
    mention = gazetteer().in_text(text)
    assert mention and mention.place.name in ("Bishop Auckland", "Barnard Castle")


@pytest.mark.parametrize(
    "text",
    [
        "can you help us, thanks, Barney",
        "my lads, Barney and Tom",
        "the clubs, bishop or no",
        "barney the dog",
        "how do i complain, hoo",
    ],
)
def test_a_first_name_is_no_place(text):
    assert gazetteer().in_text(text) is None


def test_a_postcode_that_the_file_lacks_is_its_district_or_outside():
    unknown = gazetteer().postcode("DH1 9ZZ")
    assert unknown and unknown.point and not unknown.is_outside
    assert gazetteer().postcode("hello") is None


def test_a_missing_file_says_what_to_run(tmp_path):
    with pytest.raises(PlacesMissing, match="make setup"):
        Gazetteer(tmp_path / "none.db")


def test_the_licences_statements_are_there():
    assert any("Open Government Licence" in line for line in attributions())
    assert any("GeoNames" in line for line in attributions())
