"""One's own account: another password, codes from an app, and where one is signed in."""

from __future__ import annotations

import pyotp
import pytest

from bot.guidance.wording import wording
from bot.settings import Settings
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


def test_who_must_use_codes_signs_in_as_far_as_setting_them_up(client, accounts):
    accounts.add("worker", PASSWORD, ["sendiass"], False, "test")
    here = browser(client)
    assert sign_in(here, "worker", next="/staff/inbox").status_code == 303
    assert here.get("/staff/inbox").headers["location"] == PAGE
    page = here.get(PAGE).text
    assert wording("desk.account.set_up_codes") in page and "/staff/inbox" not in page
    offered = post(here, f"{PAGE}/codes", PAGE, password=PASSWORD)
    secret = offered.text.split("<code>")[1].split("</code>")[0].replace(" ", "")
    given = {"offer": hidden(offered.text, "offer"), "code": pyotp.TOTP(secret).now()}
    assert post(here, f"{PAGE}/codes/confirm", PAGE, **given).status_code == 303
    assert here.get("/staff/inbox").status_code == 200
    off = post(here, f"{PAGE}/codes/off", PAGE, password=PASSWORD)
    assert off.status_code == 422 and wording("desk.account.codes_needed") in off.text
    accounts.set_code_secret("worker", None, "test")  # a lost phone: `users remove-codes`
    assert here.get("/staff/inbox").headers["location"] == PAGE


def test_codes_are_asked_of_the_roles_in_the_setting_alone(client, make_client, accounts):
    accounts.add("worker", PASSWORD, ["sendiass"], False, "test")
    nobody_must = browser(make_client(desk_codes_for=""))
    assert sign_in(nobody_must, "worker").status_code == 303 and nobody_must.get("/staff/inbox").status_code == 200
    accounts.add("anna", PASSWORD, ["policy"], False, "test")
    here = browser(client)
    assert sign_in(here, "anna").status_code == 303 and here.get("/staff/policy").status_code == 200
    policy_must = browser(make_client(desk_codes_for="sendiass policy"))
    assert sign_in(policy_must, "anna").status_code == 303
    assert policy_must.get("/staff/policy").headers["location"] == PAGE


def test_a_work_account_is_asked_for_no_codes_here(client, accounts):
    person = accounts.sign_in_by_provider("subject", "worker@example.org", frozenset({"sendiass"}))
    here = browser(client)
    secret = client.app.state.desk.sessions.begin(person)
    here.cookies.set("staff_session", secret, domain="guide.example", path="/staff")
    assert here.get("/staff/inbox").status_code == 200


def test_a_role_that_there_is_not_cannot_be_asked_for_codes():
    with pytest.raises(ValueError, match="desk_codes_for"):
        Settings(desk_codes_for="sendiass boss")
