"""One's own account: another password, codes from an app, and where one is signed in."""

from __future__ import annotations

import pyotp

from bot.guidance.wording import wording
from tests.desk.conftest import PASSWORD, browser, hidden, post, sign_in

PAGE = "/staff/account"
NEW = "quite another phrase"


def test_another_password_signs_other_browsers_out(client, person):
    here = person("policy")
    elsewhere = browser(client)
    sign_in(elsewhere, "policy@example.org")
    changed = post(here, f"{PAGE}/password", PAGE, password=PASSWORD, new=NEW, again=NEW)
    assert changed.headers["location"].endswith("done=password")
    assert here.get(PAGE).status_code == 200 and elsewhere.get(PAGE).status_code == 303
    assert sign_in(browser(client), "policy@example.org").status_code == 401
    assert sign_in(browser(client), "policy@example.org", NEW).status_code == 303


def test_a_password_that_will_not_do_is_said_beside_its_field(person):
    here = person("policy")
    for fields, told in (
        ({"password": "wrong password 1", "new": NEW, "again": NEW}, "desk.account.wrong_password"),
        ({"password": PASSWORD, "new": NEW, "again": "another"}, "desk.accounts.password_differs"),
        ({"password": PASSWORD, "new": "short", "again": "short"}, "desk.accounts.password_length"),
    ):
        page = post(here, f"{PAGE}/password", PAGE, **fields)
        assert page.status_code == 422 and wording(told) in page.text and NEW not in page.text


def test_guessing_a_password_here_locks_the_account_and_signs_out(person):
    here = person("policy")
    csrf = hidden(here.get(PAGE).text, "csrf")
    for _ in range(5):
        here.post(f"{PAGE}/codes/off", data={"csrf": csrf, "password": "wrong password 1"})
    assert here.get(PAGE).status_code == 303


def test_codes_are_turned_on_with_a_code_and_off_with_the_password(client, person):
    here = person("policy")
    offered = post(here, f"{PAGE}/codes", PAGE, password=PASSWORD)
    offer = hidden(offered.text, "offer")
    secret = offered.text.split("<code>")[1].split("</code>")[0].replace(" ", "")
    assert secret not in offer
    picture = here.get(f"{PAGE}/code.svg", params={"offer": offer})
    assert picture.headers["content-type"] == "image/svg+xml" and "<svg" in picture.text
    csrf = hidden(here.get(PAGE).text, "csrf")
    wrong = here.post(f"{PAGE}/codes/confirm", data={"csrf": csrf, "offer": offer, "code": "abc"})
    assert wrong.status_code == 422 and wording("desk.account.wrong_code") in wrong.text
    right = {"csrf": csrf, "offer": offer, "code": pyotp.TOTP(secret).now()}
    assert here.post(f"{PAGE}/codes/confirm", data=right).headers["location"].endswith("done=codes-on")
    assert wording("desk.account.codes_are_on") in here.get(PAGE).text
    assert sign_in(browser(client), "policy@example.org").status_code == 401
    assert sign_in(browser(client), "policy@example.org", code=right["code"]).status_code == 401  # used above
    assert post(here, f"{PAGE}/codes/off", PAGE, password=PASSWORD).headers["location"].endswith("done=codes-off")
    assert sign_in(browser(client), "policy@example.org").status_code == 303


def test_an_offer_is_for_one_account(client, person):
    here, other = person("policy"), person("content")
    offer = hidden(post(here, f"{PAGE}/codes", PAGE, password=PASSWORD).text, "offer")
    assert other.get(f"{PAGE}/code.svg", params={"offer": offer}).status_code == 404
    csrf = hidden(other.get(PAGE).text, "csrf")
    assert other.post(f"{PAGE}/codes/confirm", data={"csrf": csrf, "offer": offer, "code": "1"}).status_code == 422


def test_the_secret_is_not_kept_in_clear(client, person, accounts):
    person("policy")
    secret = pyotp.random_base32()
    accounts.set_code_secret("policy@example.org", secret, "test")
    assert secret not in str(accounts.all()[0].totp_secret)


def test_ones_sessions_are_listed(client, person):
    here = person("policy")
    sign_in(browser(client), "policy@example.org")
    page = here.get(PAGE).text
    assert page.count("Since ") == 2 and page.count(wording("desk.account.this_one")) == 1
