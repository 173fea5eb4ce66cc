"""Passwords that somebody would guess are refused, honest ones taken, and a few are hashed at once."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.accounts import passwords
from bot.accounts.hashing import Busy, Turns
from bot.accounts.passwords import is_password, password_problem
from bot.guidance.wording import wording
from tests.desk.conftest import PASSWORD, browser, sign_in

NAME = "anna.smith@council.example"
EASY = [
    *(
        "password1234",
        "123456789012",
        "qwertyuiop12",
        "durham-council1",
        "Password-2026",
        "P@ssw0rd2024!",
        "password!!!!",
    ),
    *("drowssap1234", "pa$$w0rd123456", "d-u-r-h-a-m-1-2-3-4", "durham council guide", "sendiass-durham-council-2026"),
    *(
        "Summer2026!Durham",
        "November2026!",
        "march2026march",
        "1q2w3e4r5t6y",
        "!QAZ2wsx3EDC",
        "qweasdzxc123",
        "asdfghjkl123",
    ),
    *("abcabcabcabc", "111111111111", "kettlekettle", "987654321098", "abcdefghijkl", "zyxwvutsrqponm", "739182645501"),
    *("correct horse battery staple", "letmein123456", "iloveyou1234", "trustno1trustno1", "thisismypassword1"),
    *(
        "anna.smith2026!",
        "Smith-Smith-2026",
        "pässwörd1234",
        "ｐａｓｓｗｏｒｄ１２３４",
        "localofferguide1",
        "Beacon2026beacon",
    ),
    *("            ", "welcome summer 2026", "changeme12345", "Sunderland1973", "passwordxyz1", "aaaaaaaabbbb"),
]
HONEST = [
    *("plum kettle harbour seven", "a long and private phrase", "quite another phrase", "violet tractors hum loudly"),
    *(
        "hedge-lantern-otter-4",
        "bucket walnut siren",
        "orchard violin",
        "monday kettle dragon seven",
        "seven tins of peaches",
    ),
    *("Tr8!vq9Lm2xK", "xk29fjqpwz71", "wobbly penguin eats toast"),
]


@pytest.mark.parametrize("password", EASY)
def test_a_password_that_somebody_would_guess_is_refused(password):
    assert password_problem(password, NAME, ["Beacon"]) is not None


@pytest.mark.parametrize("password", HONEST)
def test_words_that_do_not_belong_together_are_taken_without_any_rule_of_signs(password):
    assert password_problem(password, NAME, ["Beacon"]) is None


@settings(max_examples=60, deadline=None)
@given(
    some.sampled_from(["password", "durham", "sendiass", "council", "welcome", "qwertyuiop", "summer", "letmein"]),
    some.from_regex(r"[0-9]{4}|[!?.]{1,4}[0-9]{1,4}|19[0-9]{2}|20[0-9]{2}!", fullmatch=True),
    some.booleans(),
)
def test_a_common_word_with_figures_around_it_is_refused(word, figures, before):
    password = (f"{figures}{word.title()}" if before else f"{word.title()}{figures}").ljust(12, "!")
    assert password_problem(password, NAME) == "desk.accounts.password_easy"


def test_an_account_is_not_given_an_easy_password(accounts):
    with pytest.raises(ValueError, match="password_easy"):
        accounts.add("anna", "durham-council1", ["policy"], False, "test")
    accounts.add("anna", PASSWORD, ["policy"], False, "test")
    with pytest.raises(ValueError, match="password_easy"):
        accounts.set_password("anna", "Local-Offer-Guide", "test")


def test_a_few_work_at_once_a_few_more_wait_and_the_rest_are_told_to_come_back():
    turns, working, most, busy = Turns(2, 3, 20.0), [0], [0], []
    all_there, counting = threading.Event(), threading.Lock()

    def work() -> None:
        try:
            with turns.turn():
                with counting:
                    working[0] += 1
                    most[0] = max(most[0], working[0])
                all_there.wait(20)
                with counting:
                    working[0] -= 1
        except Busy:
            busy.append(1)
            if len(busy) == 25:
                all_there.set()

    threads = [threading.Thread(target=work) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 2 and len(busy) == 25


def test_who_waits_too_long_is_told_to_come_back_and_the_place_is_free_again():
    turns = Turns(1, 1, 0.01)
    with turns.turn(), pytest.raises(Busy), turns.turn():
        pass
    with turns.turn():
        pass


def test_passwords_are_checked_and_made_in_turn(monkeypatch):
    none_free = Turns(1, 0, 0.01)
    monkeypatch.setattr(passwords, "hashing", none_free)
    kept = passwords.hash_password(PASSWORD)
    assert is_password(PASSWORD, kept)
    with none_free.turn():
        for work in (lambda: is_password(PASSWORD, kept), lambda: passwords.hash_password(PASSWORD)):
            with pytest.raises(Busy):
                work()


def test_a_busy_sign_in_says_so_and_when_to_come_back(client, monkeypatch):
    full = Turns(1, 0, 0.01)
    monkeypatch.setattr(passwords, "hashing", full)
    with full.turn():
        answer = sign_in(browser(client), "nobody", PASSWORD)
    assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
    assert wording("desk.sign_in.busy") in answer.text
