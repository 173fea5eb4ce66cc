"""Guessing is slow from one address and from many, and nobody can shut somebody else out by it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.accounts import audit, slowing
from bot.accounts.models import KnownAddress, SignInBrake
from bot.accounts.slowing import Origin, Slowed
from bot.desk.build import make_accounts
from bot.guidance.wording import wording
from bot.settings import Settings
from tests.desk.conftest import PASSWORD, browser, post, sign_in

HOME = Origin("198.51.100.7")
WRONG = "not the right words"


@pytest.fixture
def accounts(engine, monkeypatch):
    """Accounts whose hashing costs nothing: the counting is looked at, not the hash."""
    monkeypatch.setattr("bot.accounts.accounts.is_password", lambda password, kept: password == PASSWORD and bool(kept))
    accounts = make_accounts(Settings(secret_key="test key that is long enough to sign"), engine)
    accounts.add("anna", PASSWORD, ["policy"], False, "test")
    return accounts


@pytest.fixture
def clock(monkeypatch):
    """A clock to be put forward."""
    now = [datetime.now(UTC)]
    monkeypatch.setattr(slowing, "utc_now", lambda: now[0])

    def forward(**time: float) -> None:
        now[0] += timedelta(**time)

    return forward


def guess(accounts, name: str, origin: Origin, password: str = WRONG) -> str:
    try:
        return "in" if accounts.sign_in(name, password, "", origin) else "wrong"
    except Slowed:
        return "slowed"


def stranger(number: int) -> Origin:
    return Origin(f"203.0.{number // 250}.{number % 250 + 1}")


def test_after_five_failures_from_here_one_waits_a_minute_and_then_longer(accounts, clock):
    assert [guess(accounts, "anna", HOME) for _ in range(6)] == ["wrong"] * 5 + ["slowed"]
    assert guess(accounts, "anna", HOME, PASSWORD) == "slowed"
    clock(seconds=61)
    assert guess(accounts, "anna", HOME) == "wrong"
    clock(seconds=61)
    assert guess(accounts, "anna", HOME, PASSWORD) == "slowed"
    clock(minutes=2)
    assert guess(accounts, "anna", HOME, PASSWORD) == "in"


def test_nobody_elses_failures_keep_out_who_signed_in_from_here_before(accounts):
    assert guess(accounts, "anna", HOME, PASSWORD) == "in"
    for number in range(60):
        guess(accounts, "anna", stranger(number))
    assert guess(accounts, "anna", stranger(100), PASSWORD) == "wrong"
    assert guess(accounts, "anna", HOME, PASSWORD) == "in"


def test_a_browser_that_signed_in_before_is_let_in_where_its_address_is_slowed_down(accounts):
    ident = accounts.sign_in("anna", PASSWORD, "", HOME).id
    for name in ["anna", *(f"name-{number}" for number in range(30))]:
        for _ in range(6):
            guess(accounts, name, HOME)
    assert guess(accounts, "anna", HOME, PASSWORD) == "slowed"
    assert guess(accounts, "anna", Origin(HOME.address, {ident: "mark"}), PASSWORD) == "in"


def test_a_stolen_mark_does_not_make_guessing_quick(accounts):
    thief = Origin("203.0.113.9", {accounts.sign_in("anna", PASSWORD, "", HOME).id: "stolen"})
    assert [guess(accounts, "anna", thief) for _ in range(6)][-1] == "slowed"


def guesses_looked_at(accounts, clock, monkeypatch, name_and_origin) -> int:
    """Guess every minute for a day; return how many guesses a right password would have been let in at."""
    looked = [0]
    plain = accounts._slowing.count

    def counting(session, name, ident, origin, *, stranger, early):
        looked[0] += not early
        return plain(session, name, ident, origin, stranger=stranger, early=early)

    monkeypatch.setattr(accounts._slowing, "count", counting)
    for number in range(60 * 24):
        guess(accounts, *name_and_origin(number))
        clock(minutes=1)
    return looked[0]


@pytest.mark.parametrize(
    ("case", "most"),
    [
        (lambda number: ("anna", HOME), 110),
        (lambda number: (f"name-{number % 300}", HOME), 130),
        (lambda number: ("anna", stranger(number)), 120),
    ],
    ids=["one address, one name", "one address, all names", "many addresses, one name"],
)
def test_a_day_of_guessing_gets_few_guesses(accounts, clock, monkeypatch, case, most, url):
    if "postgresql" in url:
        pytest.skip("the counting is the same")
    assert 50 < guesses_looked_at(accounts, clock, monkeypatch, case) <= most


def test_ipv6_addresses_of_one_network_are_one(accounts):
    for number in range(5):
        guess(accounts, "anna", Origin(f"2001:db8:1:2::{number + 1}"))
    assert guess(accounts, "anna", Origin("2001:db8:1:2:ffff::9")) == "slowed"
    assert guess(accounts, "anna", Origin("2001:db8:1:3::1"), PASSWORD) == "in"


def test_guesses_at_the_same_time_are_all_counted(accounts):
    answers: list[str] = []
    guesses = [threading.Thread(target=lambda: answers.append(guess(accounts, "anna", HOME))) for _ in range(12)]
    for thread in guesses:
        thread.start()
    for thread in guesses:
        thread.join()
    assert sorted(answers) == ["slowed"] * 7 + ["wrong"] * 5


def test_a_name_that_there_is_and_one_that_there_is_not_get_the_same_answers(accounts):
    accounts.sign_in("anna", PASSWORD, "", stranger(200))
    here = [guess(accounts, "anna", HOME) for _ in range(8)]
    assert here == [guess(accounts, "bert", HOME) for _ in range(8)]
    many = [guess(accounts, "anna", stranger(number // 6)) for number in range(60)]
    assert many == [guess(accounts, "bert", stranger(number // 6)) for number in range(60)]


def test_who_shares_an_office_with_somebody_learns_no_names_from_its_slowness(accounts):
    accounts.sign_in("anna", PASSWORD, "", HOME)
    for number in range(40):
        guess(accounts, f"name-{number}", HOME)
    assert [guess(accounts, "anna", HOME) for _ in range(7)] == [guess(accounts, "bert", HOME) for _ in range(7)]


def test_the_trail_is_not_filled_by_guesses_and_tells_how_many_there_were(engine, accounts):
    for number in range(60):
        guess(accounts, "anna", stranger(number))
    lines = audit.latest(engine, None, 200)
    assert len(lines) < 20 and "account.slowed" in {line.event for line in lines}
    assert accounts.states()["anna"].tries == 60 and accounts.states()["anna"].waits
    accounts.unlock("anna", "test")
    person = accounts.sign_in("anna", PASSWORD, "", HOME)
    assert person.failed_before == 60 and '"failed_tries_before": 60' in audit.latest(engine)[0].detail
    assert accounts.sign_in("anna", PASSWORD, "", HOME).failed_before == 0
    assert audit.verify(engine).wrong_line is None


def test_no_name_that_there_is_not_gets_into_the_trail(engine, accounts):
    for _ in range(8):
        guess(accounts, "a-password-typed-here", HOME)
    assert {line.event for line in audit.latest(engine)} == {"account.added"}
    assert audit.verify(engine).wrong_line is None


def test_unlocking_lets_everybody_try_again(accounts):
    for number in range(30):
        guess(accounts, "anna", stranger(number))
    for _ in range(6):
        guess(accounts, "anna", HOME)
    assert guess(accounts, "anna", HOME, PASSWORD) == "slowed"
    accounts.unlock("anna", "test")
    assert not accounts.states()["anna"].waits and guess(accounts, "anna", HOME, PASSWORD) == "in"


def test_addresses_and_names_are_kept_as_keyed_hashes_and_erased_on_time(engine, accounts):
    accounts.sign_in("anna", PASSWORD, "", HOME)
    guess(accounts, "bert", HOME)
    with Session(engine) as session, session.begin():
        brakes, known = session.scalars(select(SignInBrake)).all(), session.scalars(select(KnownAddress)).all()
        kept = [*(row.id for row in brakes), *(str(row.name) for row in brakes), *(row.address for row in known)]
        assert known and not any(word in text for text in kept for word in ("198.51", "anna", "bert"))
        session.execute(update(SignInBrake).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        session.execute(update(KnownAddress).values(seen_at=datetime.now(UTC) - timedelta(days=91)))
    assert slowing.erase_old(engine, 90) == {"sign_in_brake": len(brakes), "known_address": 1}


def test_the_ten_newest_addresses_of_an_account_are_known(engine, accounts, clock):
    for number in range(13):
        assert guess(accounts, "anna", stranger(number), PASSWORD) == "in"
        clock(minutes=1)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(KnownAddress)) == slowing.MOST_ADDRESSES
    for number in range(60):
        guess(accounts, "anna", stranger(100 + number))
    assert guess(accounts, "anna", stranger(1), PASSWORD) == "wrong"
    assert guess(accounts, "anna", stranger(3), PASSWORD) == "in"


def test_made_up_names_do_not_push_an_accounts_own_count_out(engine, accounts, monkeypatch):
    monkeypatch.setattr(slowing, "MOST_ROWS", 50)
    for number in range(15):
        guess(accounts, "anna", stranger(number))
    for number in range(60):
        guess(accounts, f"name-{number}", stranger(500 + number))
    with Session(engine) as session:
        assert 40 < session.scalar(select(func.count()).select_from(SignInBrake)) <= 51
    assert guess(accounts, "anna", stranger(400), PASSWORD) == "wrong"


def test_the_form_says_how_long_to_wait_and_the_same_for_a_name_that_there_is_not(client, accounts_of_client):
    answers = {}
    for name in ("anna", "bert"):
        for _ in range(5):
            assert sign_in(browser(client), name, WRONG).status_code == 401
        answer = sign_in(browser(client), name, PASSWORD)
        assert answer.status_code == 429 and wording("desk.sign_in.slowed_one") in answer.text
        answers[name] = int(answer.headers["retry-after"])
    assert all(50 < seconds <= 60 for seconds in answers.values())


def test_a_good_sign_in_marks_the_browser_and_lets_it_in_past_the_waits(client, accounts_of_client):
    here = browser(client)
    cookies = sign_in(here, "anna").headers.get_list("set-cookie")
    (device,) = [cookie for cookie in cookies if cookie.startswith("staff_device=")]
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/staff/sign-in", "Max-Age=7776000"):
        assert part in device
    for _ in range(6):
        sign_in(browser(client), "anna", WRONG)
    assert sign_in(browser(client), "anna").status_code == 429
    post(here, "/staff/sign-out")
    assert sign_in(here, "anna").status_code == 303
    forged = browser(client)
    forged.cookies.set("staff_device", here.cookies["staff_device"][:-3] + "abc", domain="guide.example", path="/staff")
    assert sign_in(forged, "anna").status_code == 429


def test_one_is_told_of_failed_tries_at_the_next_sign_in(client, accounts_of_client):
    for _ in range(3):
        sign_in(browser(client), "anna", WRONG)
    here = browser(client)
    sign_in(here, "anna")
    assert wording("desk.home.failed_tries", number=3) in here.get("/staff").text
    again = browser(client)
    sign_in(again, "anna")
    assert "failed since" not in again.get("/staff").text


@pytest.fixture
def accounts_of_client(client):
    accounts = client.app.state.desk.accounts
    accounts.add("anna", PASSWORD, ["policy"], False, "test")
    return accounts
