"""The starting directory asked as parents ask: how often the right service is found, and that nothing wrong is shown."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.directory.search.query import wanted_from_text

REQUESTS = yaml.safe_load(Path(__file__).with_name("requests.yml").read_text(encoding="utf-8"))
DAY = date(2026, 11, 25)
FOUND_AT_LEAST = 0.92


def shown(starting, request: str) -> list[str]:
    found = starting.search(wanted_from_text(request), today=DAY)
    return [result.record["name"] for result in found.results]


def test_a_right_service_is_among_the_first_five(starting):
    missed = []
    for case in REQUESTS["found"]:
        names = shown(starting, case["ask"])
        if not any(re.search(pattern, name) for pattern in case["names"] for name in names):
            missed.append((case["ask"], names))
    assert 1 - len(missed) / len(REQUESTS["found"]) >= FOUND_AT_LEAST, missed


@pytest.mark.parametrize("request_text", REQUESTS["none"])
def test_what_the_directory_lacks_finds_nothing(starting, request_text):
    assert shown(starting, request_text) == []
