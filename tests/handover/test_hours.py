"""When somebody is there: office hours of this country, summer time, weekends, bank holidays; silence where unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.handover.hours import BadHours, opening_hours, when_somebody_is_there


@pytest.fixture
def hours(tmp_path):
    def write(days: str = 'monday: "09:00-16:30"\n    tuesday: "09:00-16:30"', closed: str = "[]"):
        file = tmp_path / "opening-hours.yml"
        file.write_text(f"sendiass:\n  days:\n    {days}\n  also_closed: {closed}\n", encoding="utf-8")
        opening_hours.cache_clear()
        return opening_hours(file)

    return write


def test_nothing_is_said_until_the_council_has_supplied_the_hours():
    opening_hours.cache_clear()
    assert opening_hours() is None
    assert when_somebody_is_there(datetime(2026, 11, 23, 10, tzinfo=UTC), opening_hours()) is None


def test_open_and_closed_follow_the_clock_of_this_country(hours):
    assert hours().is_open(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    assert not hours().is_open(datetime(2026, 11, 23, 16, 30, tzinfo=UTC))
    assert hours().is_open(datetime(2026, 7, 6, 8, 15, tzinfo=UTC))  # 09:15 in summer
    assert not hours().is_open(datetime(2026, 7, 6, 7, 59, tzinfo=UTC))


def test_the_next_opening_skips_weekends_bank_holidays_and_days_of_its_own(hours):
    found = hours().opens_next(datetime(2026, 8, 28, 17, 0, tzinfo=UTC))  # Friday before the summer bank holiday
    assert (found.date(), f"{found:%H:%M}") == (date(2026, 9, 1), "09:00")
    found = hours(closed="[2026-09-01]").opens_next(datetime(2026, 8, 28, 17, 0, tzinfo=UTC))
    assert found.date() == date(2026, 9, 7)


def test_the_sentence_names_the_day(hours):
    said = when_somebody_is_there(datetime(2026, 11, 20, 18, 0, tzinfo=UTC), hours())
    assert "Monday 23 November 2026 from 09:00" in said
    assert when_somebody_is_there(datetime(2026, 11, 23, 10, tzinfo=UTC), hours()) == "Somebody is there now."


def test_closed_for_good_says_nothing(hours):
    assert when_somebody_is_there(datetime(2026, 11, 20, 18, 0, tzinfo=UTC), hours(days="{}")) is None


@pytest.mark.parametrize(
    "days", ['mon: "09:00-16:00"', 'monday: "9-5"', 'monday: "16:00-09:00"', 'monday: "09:00-25:00"']
)
def test_hours_that_cannot_be_read_are_named(hours, days):
    with pytest.raises(BadHours, match="should look like"):
        hours(days=days)


def test_a_closed_day_that_is_no_day_is_named(hours):
    with pytest.raises(BadHours, match="also_closed"):
        hours(closed="[soon]")
