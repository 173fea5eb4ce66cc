"""Single values of feeds, in the many ways they are written."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory import cleaning


@pytest.mark.parametrize(
    "given, expected",
    [
        ("  Merrow \t Otters ", "Merrow Otters"),
        ("<p>Tom &amp; Ann</p>", "Tom & Ann"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        (["a", "", " b "], "a, b"),
        (12, "12"),
        (True, None),
        ("\u200b", None),
        ({"a": 1}, None),
    ],
)
def test_text(given, expected):
    assert cleaning.text(given) == expected


@pytest.mark.parametrize(
    "given, expected",
    [
        ("one\r\n\r\n\r\n\r\ntwo\rthree", "one\n\ntwo\nthree"),
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('<a href="mailto:a@b.example">write</a>', "write (a@b.example)"),
        ('<a href="https://a.example">https://a.example</a>', "https://a.example"),
        ("<style>p{}</style><p onclick='x()'>kept</p><script>bad()</script>", "kept"),
        ("&lt;script&gt;shown as text&lt;/script&gt;", "<script>shown as text</script>"),
    ],
)
def test_long_text(given, expected):
    assert cleaning.long_text(given) == expected


@given(st.text())
def test_cleaning_twice_changes_no_plain_text(value):
    once = cleaning.long_text(value)
    if once is not None and not cleaning._LOOKS_LIKE_HTML.search(once):
        assert cleaning.long_text(once) == once


@pytest.mark.parametrize(
    "given, expected",
    [
        ("https://a.example/x?y=1", "https://a.example/x?y=1"),
        ("www.a.example", "http://www.a.example"),
        ("javascript:alert(1)", None),
        ("ftp://a.example", None),
        ("http://[broken", None),
        ("example_counselling", None),
        ("two words.example", None),
        (5, None),
    ],
)
def test_url(given, expected):
    assert cleaning.url(given) == expected


@pytest.mark.parametrize(
    "given, expected",
    [("a@b.example ", "a@b.example"), ("a-b_example", None), ("x@noemail.invalid", None), (12345, None), (False, None)],
)
def test_email(given, expected):
    assert cleaning.email(given) == expected


@pytest.mark.parametrize(
    "given, expected", [(-1, None), ("-1", None), (0, 0), ("5", 5), (4.5, 4.5), (999, None), (True, None)]
)
def test_age(given, expected):
    assert cleaning.age(given) == expected


@pytest.mark.parametrize(
    "given, expected",
    [("£1,250.50", 1250.5), ("free", None), (float("nan"), None), ("inf", None), (None, None), ("1e999", None)],
)
def test_number(given, expected):
    assert cleaning.number(given) == expected


@pytest.mark.parametrize(
    "given, expected",
    [
        ("2025-09-02T12:06:15.654", date(2025, 9, 2)),
        ("14/03/2026 09:30", date(2026, 3, 14)),
        ("31/02/2026", None),
        ("soon", None),
    ],
)
def test_day(given, expected):
    assert cleaning.day(given) == expected


def test_moment_is_in_utc():
    assert cleaning.moment("2026-06-01T10:00:00+01:00") == datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert cleaning.moment("2026-06-01T10:00:00") == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert cleaning.moment("01/06/2026") == datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "given, number, label, dial",
    [
        ("01632 960001", "01632 960001", None, "+441632960001"),
        ('"+44 1632 960001"', "+44 1632 960001", None, "+441632960001"),
        ("Office - 01632 960001", "01632 960001", "Office", "+441632960001"),
        ("01632 960001 Ext 303", "01632 960001 Ext 303", None, "+441632960001"),
    ],
)
def test_phone(given, number, label, dial):
    assert cleaning.phone(given) == (number, label)
    assert cleaning.dial(number) == dial


def test_what_is_no_phone():
    assert cleaning.phone("ask at the door") is None
    assert cleaning.dial("999999") is None


@pytest.mark.parametrize(
    "given, expected", [("zz999zz", "ZZ99 9ZZ"), ("ZZ99", "ZZ99"), (" ", None), ("dl1 5uq", "DL1 5UQ")]
)
def test_postcode(given, expected):
    assert cleaning.postcode(given) == expected


@pytest.mark.parametrize(
    "given, expected", [("ZZ99 9ZZ", "ZZ99"), ("W1A 1AA", "W1A"), (None, None), ("somewhere", None)]
)
def test_outward(given, expected):
    assert cleaning.outward(given) == expected
