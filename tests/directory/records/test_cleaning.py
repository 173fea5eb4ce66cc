"""Single values of feeds, in the many ways they are written."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory.records import cleaning


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


@pytest.mark.parametrize(
    "sign",
    [
        *"\x00\x07\x1b\x7f\x85\u061c\u180e\u200b\u200d\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u3164\uffa0\U000e0041\ud800"
    ],
)
def test_signs_that_make_one_thing_look_another_are_taken_out(sign):
    assert cleaning.text(f"Club{sign}gpj.exe") == "Clubgpj.exe"
    assert cleaning.clean_all({f"a{sign}b": f"c{sign}d"}) == {"ab": "cd"}


def test_signs_piled_up_on_a_letter_are_cut():
    assert cleaning.text("Z" + "\u0301" * 50) == "Z" + "\u0301" * 4


def test_a_name_and_a_text_that_are_far_too_long_are_cut():
    assert cleaning.name("x" * 400) == "x" * 299 + "…" and cleaning.name("x" * 300) == "x" * 300
    assert len(cleaning.long_text("word " * 20_000)) <= cleaning.LONGEST_TEXT


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
        ("https://good.test@evil.test/", None),
        ("https://user:password@a.example/", None),
        ("https://good.test\\@evil.test/", None),
        ("http://127.0.0.1/", None),
        ("http://2130706433.1/", None),
        ("http://[::1.2]/", None),
        ("https://\u0430pple.example/", "https://xn--pple-43d.example/"),
        ("https://b\u00fccher.example/caf\u00e9?x=%20\u00e9", "https://xn--bcher-kva.example/caf%C3%A9?x=%20%C3%A9"),
        ("https://a.example/\u202efdp.exe", "https://a.example/fdp.exe"),
        ("https://a.example:99999/", None),
        ("https://a.example/" + "x" * 2000, None),
        (5, None),
    ],
)
def test_url(given, expected):
    assert cleaning.url(given) == expected


@pytest.mark.parametrize(
    "given, expected",
    [
        ("\u0430nna@council.example", None),
        ("anna@counci\u217c.example", None),
        ("a@b.example ", "a@b.example"),
        ("a-b_example", None),
        ("x@noemail.invalid", None),
        (12345, None),
        (False, None),
    ],
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
