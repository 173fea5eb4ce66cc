"""Links between pages lead somewhere; decisions and the list of changes have the form that people look for."""

from __future__ import annotations

import re

import pytest

from bot.paths import ROOT
from tests.docs.pages import PAGES, anchors_of, links_of, name_of, text_of

DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
WITH_LINKS = [*PAGES, ROOT / "CHANGELOG.md"]


@pytest.mark.parametrize("page", WITH_LINKS, ids=name_of)
def test_every_link_to_a_page_of_ours_leads_somewhere(page):
    lost = []
    for link in links_of(text_of(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(text_of(target))):
            lost.append(link)
    assert not lost


def test_links_are_found():
    assert sum(len(links_of(text_of(page))) for page in WITH_LINKS) > 60


def test_no_two_decisions_have_one_number_and_none_is_missing():
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_a_decision_begins_with_its_number_and_says_how_it_stands(page):
    text = text_of(page)
    assert re.match(rf"# {int(page.name[:4])}\. \S", text)
    assert re.search(
        r"^(?:\*\*)?Status:(?:\*\*)? *(?:accepted|proposed|replaced|superseded|partly)\b", text, re.M | re.I
    )


def test_every_decision_that_a_page_names_by_number_exists():
    numbers = {int(page.name[:4]) for page in DECISIONS}
    for page in WITH_LINKS:
        named = re.findall(r"\bdecisions?(?: |/0*)(\d{1,4})\b(?! (?:days|hours))", text_of(page))
        assert not {int(number) for number in named} - numbers, name_of(page)


def test_the_list_of_changes_has_a_dated_first_version():
    months = "January|February|March|April|May|June|July|August|September|October|November|December"
    dated = rf"^## 0\.1\.0\b.*\b(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}} (?:{months}) \d{{4}})"
    assert re.search(dated, text_of(ROOT / "CHANGELOG.md"), re.M)
