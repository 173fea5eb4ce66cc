"""Personal details go; figures, dates of policies and bare postcodes stay."""

from __future__ import annotations

from datetime import date

import pytest

from bot.paths import ROOT
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
    ["9", "1 ", "a@", "12 a ", "0 ", "1 Aa ", ".", "a at b dot ", "flat 1 ", "12 Aa Bb Cc Dd ", "born is ", "+4 4 "],
)
def test_long_input_ends_quickly(part):
    import time

    began = time.process_time()
    redact((part * 2000)[:2000])
    assert time.process_time() - began < 0.2
