"""Days and times of sessions, as feeds write them."""

from __future__ import annotations

import pytest

from bot.directory.records.sessions import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    WEEKDAYS,
    days_of,
    minute_of,
)


@pytest.mark.parametrize(
    "given, expected",
    [
        ("TH,FR", THURSDAY | FRIDAY),
        ("Monday", MONDAY),
        ("tuesdays", TUESDAY),
        (["MO", "WE"], MONDAY | WEDNESDAY),
        ("1MO,-1SU", MONDAY | SUNDAY),
        ("Sat & Sun", SATURDAY | SUNDAY),
        ("weekdays", WEEKDAYS),
        ("every day", None),
        ("", None),
        (None, None),
    ],
)
def test_days(given, expected):
    assert days_of(given) == expected


@pytest.mark.parametrize(
    "given, expected",
    [
        ("10:00:00", 600),
        ("9.30am", 570),
        ("2pm", 840),
        ("12:15 pm", 735),
        ("12am", 0),
        ("24:00", 1440),
        ("00:00", 0),
        ("25:00", None),
        ("10:75", None),
        ("hh:mm:ss", None),
        ("7", None),
        (7, None),
    ],
)
def test_times(given, expected):
    assert minute_of(given) == expected
