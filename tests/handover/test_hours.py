"""When SENDIASS is open: this country's clock, weekends, bank holidays, days of its own; silence where it is not known."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest

from bot.handover import hours
from bot.handover.form import replies
from bot.handover.form.sending import Sent
from bot.handover.hours import BadHours, bank_holidays, opening_hours, when_somebody_is_there
from bot.paths import KNOWLEDGE

WEEK = 'monday: "09:00-16:30"\n    tuesday: "09:00-16:30"\n    friday: "09:00-12:00"'


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Fill in the hours; return the file."""

    def write(days: str = WEEK, closed: str = "[]"):
        file = tmp_path / "opening-hours.yml"
        file.write_text(f"sendiass:\n  days:\n    {days}\n  also_closed: {closed}\n", encoding="utf-8")
        opening_hours.cache_clear()
        monkeypatch.setattr(hours, "HOURS_FILE", file)
        return file

    return write


@pytest.fixture
def said(monkeypatch):
    """What is said at a time, given in UTC."""

    def said(*at: int) -> str | None:
        monkeypatch.setattr(hours, "now", lambda: datetime(*at, tzinfo=UTC))
        return when_somebody_is_there()

    return said


def test_nothing_is_said_until_the_council_has_filled_in_the_hours(said):
    assert opening_hours(KNOWLEDGE / "opening-hours.yml") is None
    assert said(2026, 11, 23, 10) is None


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ((2026, 11, 23, 9, 0), "SENDIASS is open today until 4:30 pm."),
        ((2026, 11, 23, 16, 29), "SENDIASS is open today until 4:30 pm."),
        ((2026, 7, 6, 8, 15), "SENDIASS is open today until 4:30 pm."),  # 9:15 am, for it is summer
        ((2026, 7, 6, 7, 59), "SENDIASS is open today from 9:00 am."),
        ((2026, 11, 23, 16, 30), "SENDIASS is next open on Tuesday 24 November 2026 from 9:00 am."),  # evening
        ((2026, 7, 6, 23, 30), "SENDIASS is open today from 9:00 am."),  # past midnight here: it is Tuesday already
        ((2026, 11, 21, 12, 0), "SENDIASS is next open on Monday 23 November 2026 from 9:00 am."),  # weekend
        ((2026, 8, 31, 10, 0), "SENDIASS is next open on Tuesday 1 September 2026 from 9:00 am."),  # bank holiday
        ((2026, 12, 25, 10, 0), "SENDIASS is next open on Tuesday 29 December 2026 from 9:00 am."),
        ((2027, 3, 25, 18, 0), "SENDIASS is next open on Tuesday 30 March 2027 from 9:00 am."),  # before Easter
    ],
)
def test_a_family_is_told_when_it_is_open_by_the_clock_and_the_holidays_of_this_country(write, said, at, sentence):
    write()
    assert said(*at) == sentence


def test_days_that_the_council_lists_are_closed(write, said):
    write(closed="[2026-11-23, 2026-11-24]")
    assert said(2026, 11, 23, 10) == "SENDIASS is next open on Friday 27 November 2026 from 9:00 am."


@pytest.mark.parametrize("days", ["{}", 'monday: "09:00-16:30"'])
def test_nothing_is_said_where_it_is_closed_for_good_or_for_months(write, said, days):
    mondays = [f"2026-{month:02}-{day:02}" for month in range(10, 13) for day in range(1, 31)]
    write(days, closed=f"[{', '.join(mondays)}]")
    assert said(2026, 10, 1, 18) is None


def test_nothing_is_said_of_days_whose_bank_holidays_are_not_known_yet(write, said):
    write()
    beyond = max(bank_holidays()).year + 1
    assert said(beyond, 6, 14, 10) is None


def test_the_bank_holidays_are_asked_of_nobody(monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    bank_holidays.cache_clear()
    assert len(bank_holidays()) > 50


BAD = [
    ('mon: "09:00-16:00"', "[]", "mon"),
    ('monday: "9-5"', "[]", "monday"),
    ('friday: "16:00-09:00"', "[]", "friday"),
    ('monday: "09:00-25:00"', "[]", "monday"),
    ("Monday to Friday", "[]", "days"),
    (WEEK, "[soon]", "also_closed"),
    (WEEK, "2026-12-24", "also_closed"),
    (WEEK, "[2026-12-24 09:00:00]", "also_closed"),
    ("[", "[]", ""),
]


@pytest.mark.parametrize(("days", "closed", "entry"), BAD)
def test_hours_that_cannot_be_read_are_named_to_editors_and_never_harm_a_family(
    write, said, caplog, days, closed, entry
):
    file = write(days, closed)
    with pytest.raises(BadHours) as bad:
        opening_hours(file)
    assert bad.value.entry == entry
    assert said(2026, 11, 23, 10) is None and "opening hours cannot be read" in caplog.text


@pytest.mark.parametrize("is_open", [True, False])
def test_the_offer_of_a_person_says_when_somebody_is_there_once_that_is_known(write, said, is_open):
    before = replies.offer_message(None, is_open)
    assert "open" not in before["text"].lower()
    write()
    said(2026, 11, 21, 12)
    after = replies.offer_message(None, is_open)
    assert after["text"] == f"{before['text']}\n\nSENDIASS is next open on Monday 23 November 2026 from 9:00 am."
    assert {**after, "text": ""} == {**before, "text": ""}


def test_the_receipt_says_when_somebody_is_there_and_still_promises_nothing(write, said):
    before = replies.sent_message(Sent("ABC", ("phone",)))["text"].split("\n\n")
    write()
    said(2026, 11, 23, 10)
    after = replies.sent_message(Sent("ABC", ("phone",)))["text"].split("\n\n")
    assert after == [*before[:2], "SENDIASS is open today until 4:30 pm.", *before[2:]]
    assert "I do not know how soon" in after[1]


def test_too_many_requests_are_told_when_somebody_is_there(write, said):
    write()
    said(2026, 11, 23, 10)
    for sending in (True, False):
        assert replies.too_many_message(sending)["text"].endswith("SENDIASS is open today until 4:30 pm.")
