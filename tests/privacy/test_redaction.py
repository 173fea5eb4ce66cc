"""Personal details go; figures, dates of policies and bare postcodes stay."""

from __future__ import annotations

import re
import time
from datetime import date

import pytest

from bot.paths import ROOT
from bot.privacy import (
    addresses,
    birth_dates,
    coded_numbers,
    names,
    one_form,
    online_names,
    plain_numbers,
    redaction,
)
from bot.privacy.redaction import redact


@pytest.mark.parametrize(
    ("text", "kind", "gone"),
    [
        ("write to jane.doe+x@example.co.uk please", "e-mail address", "example"),
        ("ring me on 07700 900123", "phone number", "900123"),
        ("its 0191 498 0123 ta", "phone number", "498"),
        ("(01388) 555 012 after six", "phone number", "555"),
        ("+44 7700 900 123", "phone number", "7700"),
        ("+44 (0)7700 900123", "phone number", "7700"),
        ("NHS number 943 476 5919", "NHS number", "943"),
        ("nhs no 9434765919", "NHS number", "9434765919"),
        ("NI is QQ123456C? no it's AB 12 34 56 C", "National Insurance number", "AB 12"),
        ("card 4111 1111 1111 1111", "card number", "4111"),
        ("he was born on 3/4/2016", "date of birth", "2016"),
        ("dob 03.04.16", "date of birth", "03.04"),
        ("D.O.B: 3rd of April 2016", "date of birth", "April"),
        ("we live at 12 Station Road, Crook DL15 9AA", "address", "Station"),
        ("flat 3, 14 High Street DH1 3PU", "address", "14 High"),
        ("14a DH1 3PU", "address", "DH1"),
        ("we're at 27 Front Street", "address", "27 Front"),
        ("0044 7700 900123", "phone number", "7700"),
        ("07700.900.123", "phone number", "900"),
        ("07700\u00a0900\u00a0123", "phone number", "900"),
        ("\u202a07700\u200b900123\u202c", "phone number", "900"),
        ("447700900123", "phone number", "7700"),
        ("7700 900123", "phone number", "7700"),
        ("+353 87 123 4567", "phone number", "353"),
        ("ring me on 384 1234", "phone number", "384"),
        ("943.476.5919", "NHS number", "943"),
        ("AB-12-34-56-C", "National Insurance number", "12"),
        ("4111.1111.1111.1111 exp 04/27", "card number", "4111"),
        ("378282246310005", "card number", "3782"),
        ("jane at gmail dot com", "e-mail address", "jane"),
        ("jane (at) example.org", "e-mail address", "jane"),
        ("jane @ example.org", "e-mail address", "jane"),
        ("he is 03/04/2016", "date of birth", "03/04"),
        ("Sam, 3rd of April 2016, autistic", "date of birth", "April"),
        ("born on the 3rd of April", "date of birth", "April"),
        ("was born in April 2016", "date of birth", "April"),
        ("dob: 03 04 2016", "date of birth", "2016"),
        ("DOB 030416", "date of birth", "0304"),
        ("birth date April 3, 2016", "date of birth", "April"),
        ("3/4/2016 is his dob, the review is soon", "date of birth", "3/4"),
        ("2016-04-03", "date of birth", "2016"),
        ("we're at 12 station road", "address", "12"),
        ("i live at 14 high street crook", "address", "14"),
        ("I live at 22 Oakfield close", "address", "22"),
        ("The Cottage, Station Road, Crook DL15 9AA", "address", "DL15"),
        ("dh1 3pu number 12", "address", "3pu"),
        ("12 Station Road\nCrook\ndl15 9aa", "address", "9aa"),
        ("my mobile is O7700 9oo l23", "phone number", "9oo"),
        ("0 7 7 0 0 9 0 0 1 2 3", "phone number", "0 7"),
        ("07700/900/123 after six", "phone number", "900"),
        ("07700|900|123", "phone number", "900"),
        ("oh seven seven double oh nine double oh one two three", "phone number", "nine"),
        ("0191 498 0123 ext 12", "phone number", "ext"),
        ("nhs number 94 3476 5919", "NHS number", "3476"),
        ("UPN b801200005001", "pupil number", "801"),
        ("pupil number A 123 4567 89 012", "pupil number", "4567"),
        ("dob the third of may twenty fifteen", "date of birth", "may"),
        ("born at home on 3rd of May 2015", "date of birth", "May"),
        ("03052015 is his dob", "date of birth", "0305"),
        ("he turned 5 on 3/5/2020", "date of birth", "2020"),
        ("s.o’neill@example.org", "e-mail address", "s.o"),
        ("j.o'hara＠example,org", "e-mail address", "hara"),
        ("jane dot doe at example dot co dot uk", "e-mail address", "jane"),
        ("jane[@]example.org", "e-mail address", "jane"),
        ("email me at jane@example.org", "e-mail address", "jane"),
        ("we live at twelve kestrel avenue", "address", "kestrel"),
        ("Flat 3, Gannet House", "address", "Gannet"),
        ("Gannet House, Mill Lane", "address", "Gannet"),
        ("The Old Vicarage, Witton Gilbert", "address", "Vicarage"),
        ("i live at no.23 kestrel avenue", "address", "kestrel"),
        ("twenty-one Mill Lane", "address", "Mill"),
        ("my insta is jayden.k09", "user name", "jayden"),
        ("add jayden_k09 on snapchat", "user name", "jayden"),
        ("instagram.com/jaydenk", "user name", "jaydenk"),
        ("54.7767, -1.5757", "place on a map", "54"),
        ("NZ 27412 42146", "place on a map", "274"),
        ("///index.home.raft", "place on a map", "home"),
        ("my ip 192.0.2.14", "internet address", "192"),
        ("2001:db8::8a2e:370:7334", "internet address", "8a2e"),
        ("taxi reg NK19 XYZ", "car registration", "NK19"),
        ("sort code 12-34-56", "bank details", "34"),
        ("account number 12345678", "bank details", "1234"),
        ("GB82 WEST 1234 5698 7654 32", "bank details", "WEST"),
    ],
)
def test_personal_details_are_taken_out(text, kind, gone):
    redacted = redact(text)
    assert redacted.removed[kind] == 1, redacted
    assert gone not in redacted.text and f"[{kind} removed]" in redacted.text


@pytest.mark.parametrize(
    "text",
    [
        "the school must find £6,000 first",
        "20 weeks, or 12 to treatment",
        "the strategy of 2016-2018",
        "my son is 7 and in year 3",
        "anything near DH7 7QT for a 4 year old",
        "groups in DL14",
        "section 6.3 page 92 of the Code of Practice 0-25",
        "1,500 responses and 3600 records",
        "in April 2024 it was due for review",
        "born in Durham, moved to Crook",
        "he got 12 hours then 15 hours",
        "ring 999",
        "call 111 or 101",
        "£12000000 was spent",
        "articles 19058 and 22511",
        "2 children at 3 schools in 2 years in DH1",
        "born early at 28 weeks",
        "my 4 year old lives in DH7 7QT",
        "anything for age 12 in DL5 7AB",
        "10 hours at school in DH1 3PU",
        "ages 3 and 7 DH1 3PU",
        "year 9 at the school, DH1 5BQ",
        "it is 12 miles down the road",
        "a 20 minute drive",
        "year 7 place at school",
        "need a Year 5 Place",
        "2 Close friends",
        "a 3 way call",
        "2 kids at st johns",
        "EHCP review on 12 March 2026",
        "the tribunal is on 12/03/2026",
        "within 6 weeks of 1 September 2026",
        "the inspection of 24 June 2024",
        "2016/17 and 2016/2017",
        "2019 2020 2021 2022 2023",
        "1 2 3 4 5 6 7 8 9 10 11 12",
        "10-12 weeks 18-25 years",
        "ref 1234567890",
        "look at 6.3.12",
        "meet @ 12.30",
        "they said we would hear by the 1st of September 2025",
        "the plan was issued on 3 May 2024",
        "the last one was on 3rd May 2024",
        "01/09/2025 to 31/08/2026",
        "ages 0-5, 5-11, 11-16, 16-19, 19-25",
        "one two three four five six seven eight nine ten",
        "open 09.30-12.30 or 13.00 to 15.30",
        "write to fis@durham.gov.uk",
        "look at durham.gov.uk/send",
        "is there a group at Gannet House, Crook",
        "12 Green Lane Primary pupils",
        "we live in Witton Gilbert",
        "version 10.12.14.1",
        "is snapchat safe for 9 year olds, or tiktok at 3am",
        "the 21 bus at DL15 for an hour",
        "\U0001f468\u200d\U0001f469\u200d\U0001f466 our family",
    ],
)
def test_what_is_not_personal_stays(text):
    assert redact(text).text == text


def test_a_date_to_come_is_nobodys_birth():
    assert redact("from 3/4/2027", date(2026, 11, 23)).text == "from 3/4/2027"
    assert redact("Sam 3/4/2025", date(2026, 11, 23)).removed["date of birth"] == 1


def test_a_postcode_goes_when_a_street_stands_in_the_same_message():
    redacted = redact("We are at 12 Station Road. Any groups near DL15 9AA?")
    assert redacted.text == "We are at [address removed]. Any groups near [address removed]?"


def test_no_example_question_is_taken_for_a_personal_detail():
    questions = [
        line.strip()[2:]
        for file in (ROOT / "data" / "nlu").rglob("*.yml")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith("- ")
    ]
    assert len(questions) > 500
    assert [question for question in questions if redact(question).removed] == []


def test_several_details_are_counted_by_kind():
    redacted = redact("a@b.org or c@d.org or 07700 900123")
    assert dict(redacted.removed) == {"e-mail address": 2, "phone number": 1}


@pytest.mark.parametrize(
    "part",
    [
        *("9", "1 ", "1,", "a@", "12 a ", "0 ", "1 Aa ", ".", "a at b dot ", "flat 1 ", "12 Aa Bb Cc Dd ", "born is "),
        *("+4 4 ", "dot ", "a-", "o ", "oh ", "twenty ", "5°", "a.a.a.", "1:", "///a.", "The Old ", "3 may ", "ﷺ", "٠"),
    ],
)
def test_long_input_ends_quickly(part):
    began = time.process_time()
    redact((part * 2000)[:2000])
    assert time.process_time() - began < 0.2


def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        f"{module.__name__}.{name}": pattern
        for module in (addresses, birth_dates, coded_numbers, names, one_form, online_names, plain_numbers, redaction)
        for name, pattern in vars(module).items()
        if isinstance(pattern, re.Pattern)
    }


@pytest.mark.parametrize("name", _patterns())
def test_no_pattern_takes_longer_than_in_proportion_to_the_text(name):
    """Twice the text may take twice as long; a pattern that backtracks takes four times as long, or for ever."""
    pattern = _patterns()[name]
    for part in ("a", "A", "1", " ", "a-", "1 ", "a.", "a@", "dot ", "A a ", "may ", "1/", "[", "on the "):
        longest = 0.0
        for length in (500, 4000):
            text = (part * length)[: length - 1] + "\x00"
            began = time.process_time()
            for _ in pattern.finditer(text):
                pass
            longest = time.process_time() - began
        assert longest < 0.1, part
