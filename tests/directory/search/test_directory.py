"""The rules of search, each on a small directory made for it, and the starting directory asked as parents ask."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.directory.records.models import Service
from bot.directory.search.directory import Directory, Found
from bot.directory.search.query import wanted_from_text
from bot.directory.search.text_index import refresh
from bot.directory.search.wanted import Wanted
from tests.directory.stores import load, record

DAY = date(2026, 11, 25)
SEAHAM, DURHAM, CONSETT = (54.837, -1.341), (54.776, -1.575), (54.853, -1.832)


@pytest.fixture
def made(engine):
    """Return a function that makes a directory of records, searched by words alone, on each kind of database."""

    def make(*records) -> Directory:
        load(engine, records)
        refresh(engine)
        return Directory(engine, encoder=None)

    return make


def names(found: Found) -> list[str]:
    return [result.record["name"] for result in found.results]


def ask(directory: Directory, text: str) -> Found:
    return directory.search(wanted_from_text(text), today=DAY)


def test_two_needs_mean_both(made):
    directory = made(
        record(1, "Both club", needs=["autism", "hearing"], kinds=["club"]),
        record(2, "Autism club", needs=["autism"], kinds=["club"]),
        record(3, "Silent club", kinds=["club"]),
    )
    found = ask(directory, "club for deaf autistic kids")
    assert names(found) == ["Both club", "Silent club"]
    assert "needs" in found.results[1].unsaid and "needs" not in found.results[0].unsaid


def test_an_age_matches_within_the_range_with_open_ends_and_zero_is_an_age(made):
    directory = made(
        record(1, "From birth", kinds=["club"], minimum_age=0, maximum_age=2),
        record(2, "Over ten", kinds=["club"], minimum_age=10),
        record(3, "Up to seven", kinds=["club"], maximum_age=7),
        record(4, "Any", kinds=["club"]),
    )

    def at(age: float) -> set[str]:
        return set(names(directory.search(Wanted(kinds=("club",), age=age), today=DAY)))

    assert at(0) == {"From birth", "Up to seven", "Any"}
    assert at(2) == {"From birth", "Up to seven", "Any"}
    assert at(7) == {"Up to seven", "Any"}
    assert at(8) == {"Any"}
    assert at(10) == {"Over ten", "Any"}
    span = directory.search(Wanted(kinds=("club",), age=1, age_to=3), today=DAY)
    assert set(names(span)) == {"From birth", "Up to seven", "Any"}
    assert [result.unsaid for result in span.results if result.record["name"] == "Any"] == [("age",)]


def test_a_day_and_a_time_must_be_of_the_same_session(made):
    directory = made(
        record(1, "Both apart", kinds=["club"], sessions=[("SA", "10:00", "11:00"), ("MO", "18:00", "19:00")]),
        record(2, "Saturday evening", kinds=["club"], sessions=[("SA", "18:00", "20:00")]),
    )
    assert names(ask(directory, "clubs on a saturday evening")) == ["Saturday evening"]
    assert set(names(ask(directory, "anything on saturdays"))) == {"Both apart", "Saturday evening"}
    assert names(ask(directory, "anything on sundays")) == []


def test_closed_not_yet_open_and_withdrawn_are_hidden(made):
    directory = made(
        record(1, "Open club", kinds=["club"]),
        {**record(2, "Closed club", kinds=["club"]), "status": "temporarily closed"},
        record(3, "Gone club", kinds=["club"]),
        record(4, "Coming club", kinds=["club"]),
        record(5, "Over club", kinds=["club"]),
    )
    with Session(directory._engine) as session, session.begin():
        now = datetime.now(UTC)
        for name, values in {
            "Gone club": {"withdrawn_at": now},
            "Coming club": {"visible_from": date(2026, 12, 1)},
            "Over club": {"visible_to": date(2026, 11, 24)},
        }.items():
            session.execute(update(Service).where(Service.name == name).values(updated_at=now, **values))
    refresh(directory._engine)
    assert names(ask(directory, "clubs")) == ["Open club"]
    assert set(names(directory.search(Wanted(kinds=("club",)), today=date(2026, 12, 2)))) == {
        "Open club",
        "Coming club",
    }


def test_unknown_is_not_no_but_comes_after_what_is_known(made):
    directory = made(
        record(1, "Plain club", kinds=["club"]),
        record(2, "Autism club", kinds=["club"], needs=["autism"], minimum_age=5, maximum_age=9, at=SEAHAM),
    )
    found = ask(directory, "autism club for my 7 year old in Seaham")
    assert names(found) == ["Autism club", "Plain club"]
    assert found.results[0].unsaid == ()
    assert set(found.results[1].unsaid) == {"needs", "age", "place"}


def test_what_is_near_comes_first_and_what_is_far_not_at_all(made):
    directory = made(
        record(1, "Durham club", kinds=["club"], at=DURHAM),
        record(2, "Seaham club", kinds=["club"], at=SEAHAM),
        record(3, "Consett club", kinds=["club"], at=CONSETT),
        record(4, "County club", kinds=["club"], areas=["County Durham"]),
    )
    found = directory.search(Wanted(kinds=("club",), place="Seaham", within_miles=12), today=DAY)
    assert set(names(found)) == {"Seaham club", "Durham club", "County club"}
    assert names(found)[0] == "Seaham club"
    miles = {result.record["name"]: result.record["distance_miles"] for result in found.results}
    assert miles["Seaham club"] == pytest.approx(0, abs=0.6)
    assert miles["Durham club"] == pytest.approx(10.3, abs=0.5)
    assert miles["County club"] is None


def test_free_and_access_exclude_only_what_contradicts(made):
    directory = made(
        record(1, "Free club", kinds=["club"], cost_options=[{"id": "a", "amount": 0}]),
        record(2, "Dear club", kinds=["club"], cost_options=[{"id": "b", "amount": 5}]),
        record(3, "Silent club", kinds=["club"]),
        record(4, "Ramp club", kinds=["club"], access=["wheelchair"]),
        record(5, "Loop club", kinds=["club"], access=["hearing-loop"]),
    )
    free = ask(directory, "free club")
    assert names(free)[0] == "Free club" and "Dear club" not in names(free)
    access = ask(directory, "club with wheelchair access")
    assert names(access)[0] == "Ramp club" and "Loop club" not in names(access) and "Silent club" in names(access)


def test_a_place_outside_the_region_finds_nothing_and_is_said(made):
    directory = made(record(1, "Riding club", kinds=["club"], at=SEAHAM))
    found = ask(directory, "riding club in Cornwall")
    assert found.is_outside and not found.results and found.looser is None


def test_another_thing_is_not_shown_as_if_it_matched(made):
    directory = made(
        record(1, "Football for disabled children", kinds=["club"]), record(2, "Kids club", kinds=["club"])
    )
    assert names(ask(directory, "football club")) == ["Football for disabled children"]
    assert names(ask(directory, "horse riding for disabled kids")) == []
    assert names(ask(directory, "dentist")) == []


def test_it_says_which_condition_to_loosen_and_the_looser_search_finds(made):
    directory = made(
        record(1, "Autism club", kinds=["club"], needs=["autism"], minimum_age=5, maximum_age=11, at=CONSETT)
    )
    too_old = ask(directory, "autism club near Consett for my 14 year old")
    assert not too_old.results and too_old.looser and too_old.looser.condition == "age"
    assert too_old.looser.count == 1 and names(directory.search(too_old.looser.wanted, today=DAY)) == ["Autism club"]
    too_far = ask(directory, "autism club near Seaham for my 7 year old")
    assert not too_far.results and too_far.looser and too_far.looser.condition == "place"
    assert names(directory.search(too_far.looser.wanted, today=DAY)) == ["Autism club"]
    both = ask(directory, "autism club near Seaham for my 14 year old")
    assert not both.results and both.looser is None


def test_results_are_in_the_form_of_the_chat_api_with_their_age(made):
    directory = made(
        record(
            1, "Fresh club", kinds=["club"], needs=["autism"], minimum_age=0, maximum_age=5, url="https://club.example/"
        ),
        record(2, "Old club", kinds=["club"], assured_date="2016-09-01"),
    )
    found = directory.search(Wanted(kinds=("club",), needs=("autism",)), today=DAY)
    first, second = (result.record for result in found.results)
    assert set(first) == {
        "id", "name", "organisation", "description", "url", "phone", "email", "place", "distance_miles", "ages", "needs",
        "last_checked", "stale",
    }  # fmt: skip
    assert (first["ages"], first["needs"], first["last_checked"], first["stale"]) == (
        "0 to 5",
        ["Autism"],
        "2026-05-01",
        False,
    )
    assert second["stale"] is True


def test_more_results_follow_by_offset_without_repeating(made):
    directory = made(*(record(number, f"Club {number}", kinds=["club"]) for number in range(1, 13)))
    pages = [names(directory.search(Wanted(kinds=("club",)), offset=offset, today=DAY)) for offset in (0, 5, 10)]
    assert [len(page) for page in pages] == [5, 5, 2] and len({name for page in pages for name in page}) == 12


def test_changes_are_seen_after_a_refresh_and_a_misspelling_finds(made):
    directory = made(record(1, "Trampolining for all", kinds=["sport"]))
    assert names(ask(directory, "trampolning")) == ["Trampolining for all"]
    load(directory._engine, [record(1, "Archery for all", kinds=["sport"])])
    directory._looked_at = float("-inf")
    assert names(ask(directory, "archery")) == ["Archery for all"]
    assert names(ask(directory, "trampolining")) == []


def test_an_empty_directory_finds_nothing(made):
    assert ask(made(), "autism club in Seaham").results == ()


def test_search_goes_on_by_words_where_the_encoder_is_missing(made):
    from bot.encoder.encoder import EncoderMissing

    directory = made(record(1, "Toy library", kinds=["equipment-loan"]))

    def missing():
        raise EncoderMissing("none here")

    directory._encoder = missing
    assert names(ask(directory, "toy library")) == ["Toy library"]


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE service; --", '"', "AND OR NOT", "a*b", "()", "NEAR(autism)", "ü ß 💥", "-", "x" * 2000]
)
def test_no_text_breaks_the_full_text_query(made, text):
    directory = made(record(1, "Autism group", kinds=["support-group"]))
    ask(directory, text)
    ask(directory, f"autism {text}")
    assert names(ask(directory, "autism group")) == ["Autism group"]


def test_meaning_finds_what_words_do_not(starting):
    found = starting.search(wanted_from_text("borrow things for play at home"), today=DAY)
    assert "Learning Library" in names(found)
    vectors = starting.catalogue().vectors
    shown = starting.catalogue().is_shown
    assert vectors.known[shown].all() and np.isfinite(vectors.nearness(np.ones(384, np.float32), np.arange(3))).all()
