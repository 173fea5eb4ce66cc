"""The page of gaps: what was looked for and not found, in numbers too coarse to tell of anybody, to see and to save."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest

from bot.accounts import audit
from bot.directory.search.gaps import Gaps
from tests.desk.conftest import post


@pytest.fixture
def counted(client):
    """Give a function that counts searches of some weeks ago which found nothing."""
    gaps = Gaps(client.app.state.desk.directory, 104)

    def count(number: int, weeks_ago: int = 1, **wanted) -> None:
        for _ in range(number):
            assert gaps.record(today=date.today() - timedelta(weeks=weeks_ago), **wanted)

    return count


def test_the_page_shows_by_need_age_and_place_what_was_not_found(person, counted):
    counted(11, needs=["autism"], age=7, place="Crook")
    counted(4, needs=["autism"], age=7, place="Consett")
    page = person("content").get("/staff/gaps").text
    assert "All searches that found nothing: about 15" in page
    assert "Autism" in page and "Crook" in page and "age 5-10" in page
    assert "Consett" not in page, "four searches are too few to show"


def test_it_looks_back_as_far_as_was_chosen(person, counted):
    counted(10, weeks_ago=8, place="Crook")
    someone = person("content")
    assert "Crook" in someone.get("/staff/gaps?weeks=13").text
    short = someone.get("/staff/gaps?weeks=4").text
    assert "Crook" not in short and "There were fewer than 5 such searches" in short
    odd = someone.get("/staff/gaps?weeks=9").text
    assert '<option value="52" selected>' in odd, "only the spans that are offered, else two of them tell of one week"


def test_the_numbers_can_be_saved_and_the_trail_says_so(client, person, counted):
    counted(10, needs=["autism"], place="Crook")
    saved = post(person("content"), "/staff/gaps/export", "/staff/gaps", weeks=13)
    assert saved.headers["content-type"].startswith("text/csv") and "gaps.csv" in saved.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(saved.text.removeprefix("\ufeff"))))
    found = [(row["place"], row["searches"]) for row in rows if row["view"] == "by_place"]
    assert found == [("Crook", "10")]
    (line,) = audit.latest(client.app.state.desk.engine, number=1)
    assert (line.event, line.who) == ("gaps.exported", "content@example.org")
