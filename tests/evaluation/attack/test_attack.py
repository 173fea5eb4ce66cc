"""How attacks on the guide are judged, listed and written down; the attacks themselves are `make attack`."""

from __future__ import annotations

import gzip
import json
import math
import subprocess
import sys
import time
import urllib.request

import pytest

import bot.evaluation.attack as package
from bot.evaluation.attack.__main__ import ALONE, SIDE_BY_SIDE, Guides, load_attacks, main, make
from bot.evaluation.attack.feeds.hostile_feed import SECRET, gzip_bomb, hostile_server
from bot.evaluation.attack.guide.family import Family, Said, new_address
from bot.evaluation.attack.guide.small import Start
from bot.evaluation.attack.guide.staff import cookie_of, csrf_in, kept_cookies, takes_away
from bot.evaluation.attack.guide.target import Elsewhere, Target, checked_base, descendants, is_running
from bot.evaluation.attack.judging import NOT_NOTICED_S, all_held, held_once, is_within, median, p95
from bot.evaluation.attack.kinds import Attack, Outcome, Row, attack
from bot.evaluation.attack.parts.tracker_file import damage
from bot.evaluation.attack.report import as_table, write
from bot.evaluation.attack.web.cross_site import changing_routes
from bot.evaluation.attack.words import texts
from bot.evaluation.attack.words.marked_words import mark
from bot.paths import ROOT


def an_attack(run=lambda target: Outcome(True, "fine"), inside: bool = False) -> Attack:
    return Attack("a subject", "a name", "tries", "must", inside, False, run)


def test_p95_is_a_time_that_was_measured():
    assert p95([float(number) for number in range(1, 101)]) == 95.0
    assert p95([0.4]) == 0.4


def test_nothing_measured_is_not_held():
    assert p95([]) == median([]) == math.inf
    assert not is_within(p95([]), 1.0, 2.0)


def test_a_time_is_judged_by_its_ratio_and_not_below_what_anybody_notices():
    assert is_within(0.6, 0.3, 2.0)
    assert not is_within(0.61, 0.3, 2.0)
    assert is_within(NOT_NOTICED_S, 0.01, 2.0)
    assert not is_within(0.1, 0.03, 3.0, floor_s=0.0)


def test_a_measure_that_holds_once_holds_and_is_not_taken_again():
    seen = iter([Outcome(False, "1"), Outcome(True, "2"), Outcome(False, "3")])
    assert held_once(lambda: next(seen)).figures == "2"
    assert next(seen).figures == "3"


def test_a_measure_that_never_holds_is_taken_a_bounded_number_of_times():
    taken = []
    outcome = held_once(lambda: taken.append(1) or Outcome(False, str(len(taken))), tries=3)
    assert not outcome.held and outcome.figures == "3"


def test_cases_hold_only_where_all_do_and_there_are_some():
    assert all_held([("a", True), ("b", True)], "cases") == Outcome(True, "2 of 2 cases")
    assert all_held([("a", True), ("b", False), ("b", False)], "cases") == Outcome(False, "1 of 3 cases; not: b")
    assert not all_held([], "cases").held


def test_an_attack_that_cannot_be_made_is_not_held():
    class Fine(Guides):
        def __init__(self) -> None:
            super().__init__("http://127.0.0.1:1")

        def is_well_afterwards(self) -> bool:
            return True

    def missing(target):
        raise KeyError("no such route")

    outcome = make(an_attack(missing), Fine())
    assert not outcome.held and "KeyError" in outcome.figures


def test_a_guide_that_does_not_answer_afterwards_has_not_held():
    class Hurt(Guides):
        def is_well_afterwards(self) -> bool:
            return False

    outcome = make(an_attack(), Hurt("http://127.0.0.1:1"))
    assert not outcome.held and "did not answer afterwards" in outcome.figures


@pytest.mark.parametrize(
    "base",
    [
        "http://guide.example",
        "https://127.0.0.1:8000",
        "http://127.evil.example:80",
        "http://10.0.0.1",
        "127.0.0.1",
        "",
    ],
)
def test_only_this_machine_is_attacked(base, capsys):
    with pytest.raises(Elsewhere):
        checked_base(base)
    assert base == "" or main(["--base", base, "--only", "half signs in JSON"]) == 2


def test_a_guide_of_this_machine_may_be_given():
    assert checked_base("http://127.0.0.1:8030/") == "http://127.0.0.1:8030"


def test_an_unknown_attack_is_said(capsys):
    assert main(["--only", "no such attack"]) == 2
    assert "no such attack" in capsys.readouterr().err


def test_every_subject_is_in_the_list_once_and_says_what_it_is_about():
    attacks = load_attacks()
    assert len({each.name for each in attacks}) == len(attacks) > 40
    assert all(each.tries and each.must and each.run.__doc__ for each in attacks)
    of_modules = {each.run.__module__.removeprefix(f"{package.__name__}.") for each in attacks}
    assert of_modules == {*ALONE, *(module for row in SIDE_BY_SIDE for module in row)}


def test_two_attacks_cannot_have_one_name():
    with pytest.raises(ValueError, match="two attacks"):
        attack("x", load_attacks()[0].name, "t", "m")(lambda target: Outcome(True, ""))


def test_the_table_keeps_its_form_whatever_was_measured():
    rows = [Row(an_attack(), Outcome(False, "a | b\nc")), Row(an_attack(inside=True), None)]
    table = as_table(rows).splitlines()
    assert table[2] == "| a name | tries | must | not held | a / b c |"
    assert "left out" in table[3] and {line.count("|") for line in table} == {6}


def test_the_table_is_written_between_its_marks_and_nowhere_else(tmp_path):
    document = tmp_path / "security.md"
    document.write_text("before\n<!-- attacks -->\nlast time\n<!-- end -->\nafter\n")
    write([Row(an_attack(), Outcome(True, "1"))], document)
    written = document.read_text()
    assert written.startswith("before\n<!-- attacks -->\n") and written.endswith("<!-- end -->\nafter\n")
    assert "1 of 1 held" in written and "last time" not in written


def test_the_document_has_the_place_for_the_table():
    assert "<!-- attacks -->\n" in (ROOT / "docs" / "security.md").read_text()


def test_no_text_is_longer_than_a_message_may_be():
    assert {name: len(text) for name, text in texts.EVERY_KIND.items() if len(text) > texts.LIMIT} == {}
    assert len(texts.THANKS) > 20 and len(texts.EVERY_KIND) > 90


def test_every_route_that_changes_something_is_found():
    routes = changing_routes()
    assert {("POST", "/"), ("POST", "/api/chat"), ("DELETE", "/api/chat/1"), ("POST", "/handover/begin")} <= set(routes)
    assert ("POST", "/staff/sign-out") in routes and all("{" not in path for _, path in routes)


def test_visitors_have_addresses_of_their_own():
    addresses = {new_address() for _ in range(600)}
    assert len(addresses) == 600
    assert all(0 < int(part) < 255 for address in addresses for part in address.split(".")[3:])


def test_a_visitor_speaks_from_its_address_and_a_refusal_has_status_0():
    with hostile_server() as (base, seen):
        said = Family(base, "127.0.0.77").send("GET", "/good")
        assert said.status == 200 and seen == ["/good"]
    assert Family(base).send("GET", "/good").status == 0


def test_what_was_said_is_read():
    body = {"messages": [{"custom": {"kind": "error"}}], "conversation": "t"}
    said = Said(200, 0.1, body, json.dumps(body))
    assert said.kinds == ["error"] and said.is_kind and not said.is_answered and not said.names_999
    assert not Said(0, 1.0).is_kind


def test_cookies_that_are_set_and_taken_away_are_told_apart():
    set_one = Said(303, 0, headers={"set-cookie": "staff_form=a1; Path=/x, staff_session=secret; Path=/staff"})
    taken = Said(303, 0, headers={"set-cookie": 'staff_session=""; expires=Mon, 30 Nov 2026 16:00:00 GMT; Path=/staff'})
    assert cookie_of(set_one, "staff_session") == "secret" and not takes_away(set_one, "staff_session")
    assert cookie_of(taken, "staff_session") == "" and takes_away(taken, "staff_session")
    known = Said(
        303, 0, headers={"set-cookie": "staff_session=s; Path=/staff, staff_known=k; Secure, staff_form=; Path=/"}
    )
    assert kept_cookies(known) == "staff_known=k"
    assert csrf_in('<input type="hidden" name="csrf" value="abc">') == "abc" and csrf_in("") == ""


def test_a_start_that_was_taken_or_ended_in_a_traceback_is_no_sentence():
    assert Start(1, "GUIDE_PORT must be at most 65535.\n").is_sentence
    assert not Start(None, "Starting the guide").is_sentence
    assert not Start(1, "Traceback (most recent call last):\n ...").is_sentence
    assert not Start(0, "fine").is_sentence and not Start(1, "").is_sentence


def test_the_hostile_server_sends_elsewhere():
    with hostile_server("127.0.0.3") as (inner, _), hostile_server(elsewhere=inner) as (base, seen):
        content = urllib.request.urlopen(f"{base}/redirect", timeout=5).read()
    assert SECRET.encode() in content and seen == ["/redirect"]


def test_a_bomb_is_small_and_unpacks_to_much():
    packed = gzip_bomb(20)
    assert len(packed) < 100_000 and len(gzip.decompress(packed)) == 20 * 2**20


@pytest.mark.parametrize("how", ["overwritten", "its middle", "cut short", "no database"])
def test_damage_is_done(tmp_path, how):
    file = tmp_path / "trackers.db"
    before = b"x" * 40_000
    file.write_bytes(before)
    damage(file, how)
    assert file.read_bytes() != before


def test_marked_words_are_never_the_same_and_hold_no_digit():
    words = {mark() for _ in range(50)}
    assert len(words) == 50 and all(word.isalpha() for word in words)


def test_processes_are_found_below_their_parent():
    parent = subprocess.Popen(
        [sys.executable, "-c", "import subprocess, sys; subprocess.Popen(['sleep', '60']); sys.stdin.read()"],
        stdin=subprocess.PIPE,
    )
    try:
        deadline = time.monotonic() + 20
        while not descendants(parent.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        (child,) = descendants(parent.pid)
        assert is_running(child) and is_running(parent.pid)
    finally:
        for pid in descendants(parent.pid):
            subprocess.run(["kill", str(pid)], check=True)
        parent.kill()
        parent.wait()
    assert not is_running(parent.pid)


def test_a_guide_that_is_not_ours_has_no_parts():
    assert Target("http://127.0.0.1:1").part("rasa") is None
