"""Signing in and out: what is said, what the cookie is, when it ends, and that forms come from our own pages."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.accounts.models import DeskSession
from bot.guidance.wording import wording
from tests.desk.conftest import PASSWORD, browser, hidden, post, sign_in


def test_signing_in_shows_ones_own_pages(person):
    page = person("policy").get("/staff")
    assert page.status_code == 200 and "policy@example.org" in page.text
    assert (
        page.headers["cache-control"] == "no-store" and "default-src 'none'" in page.headers["content-security-policy"]
    )


def test_the_cookie_is_for_the_desk_alone_and_out_of_reach_of_scripts(client, accounts):
    accounts.add("anna", PASSWORD, ["policy"], False, "test")
    cookies = sign_in(client, "Anna ").headers.get_list("set-cookie")
    (session,) = [cookie for cookie in cookies if cookie.startswith("staff_session=")]
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/staff"):
        assert part in session
    assert "Max-Age" not in session and "expires" not in session
    kept = client.cookies["staff_session"]
    with Session(client.app.state.desk.engine) as store:
        assert kept not in {row.id for row in store.scalars(select(DeskSession))}


def test_what_is_wrong_is_not_told(client, accounts):
    accounts.add("anna", PASSWORD, ["policy"], False, "test")
    accounts.add("gone", PASSWORD, ["policy"], False, "test")
    accounts.set_active("gone", False, "test")
    pages = [
        sign_in(browser(client), "anna", "wrong password 1"),
        sign_in(browser(client), "nobody", PASSWORD),
        sign_in(browser(client), "gone", PASSWORD),
    ]
    assert {page.status_code for page in pages} == {401}
    told = wording("desk.sign_in.wrong", minutes=15)
    assert all(told in page.text and PASSWORD not in page.text for page in pages)


def test_an_account_with_a_code_needs_it_and_takes_each_once(client, accounts):
    accounts.add("anna", PASSWORD, ["policy"], False, "test")
    secret = pyotp.random_base32()
    accounts.set_code_secret("anna", secret, "test")
    code = pyotp.TOTP(secret).now()
    assert sign_in(browser(client), "anna").status_code == 401
    assert sign_in(browser(client), "anna", code="000000" if code != "000000" else "111111").status_code == 401
    assert sign_in(browser(client), "anna", code=f"{code[:3]} {code[3:]}").status_code == 303
    assert sign_in(browser(client), "anna", code=code).status_code == 401


def test_a_new_sign_in_ends_the_browsers_old_session(client, accounts):
    accounts.add("anna", PASSWORD, ["policy"], False, "test")
    sign_in(client, "anna")
    old = client.cookies["staff_session"]
    sign_in(client, "anna")
    assert client.cookies["staff_session"] != old
    thief = browser(client)
    thief.cookies.set("staff_session", old)
    assert thief.get("/staff").status_code == 303


@pytest.mark.parametrize("column, age", [("seen_at", timedelta(minutes=31)), ("began_at", timedelta(hours=11))])
def test_sessions_end_when_idle_and_at_last(client, person, column, age):
    someone = person("policy")
    with Session(client.app.state.desk.engine) as store, store.begin():
        store.execute(update(DeskSession).values({column: datetime.now(UTC) - age}))
    page = someone.get("/staff")
    assert page.status_code == 303 and page.headers["location"].startswith("/staff/sign-in")


def test_signing_out_ends_this_session_or_all(client, person):
    first = person("policy")
    second = browser(client)
    sign_in(second, "policy@example.org")
    cookie = first.cookies["staff_session"]
    assert post(first, "/staff/sign-out").headers["location"] == "/staff/sign-in"
    first.cookies.set("staff_session", cookie, domain="guide.example", path="/staff")
    assert first.get("/staff").status_code == 303 and second.get("/staff").status_code == 200
    third = browser(client)
    sign_in(third, "policy@example.org")
    post(third, "/staff/sign-out", everywhere="true")
    assert second.get("/staff").status_code == 303


def test_a_disabled_account_is_signed_out_at_once(person, accounts):
    someone = person("policy")
    accounts.set_active("policy@example.org", False, "test")
    assert someone.get("/staff").status_code == 303


def test_forms_of_other_sites_are_refused(client, person):
    someone = person("policy")
    csrf = hidden(someone.get("/staff").text, "csrf")
    assert someone.post("/staff/sign-out", data={}).status_code == 403
    assert someone.post("/staff/sign-out", data={"csrf": "x" * 64}).status_code == 403
    for header in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert someone.post("/staff/sign-out", data={"csrf": csrf}, headers=header).status_code == 403
    assert client.post("/staff/sign-in", data={"name": "x", "password": PASSWORD, "csrf": "x"}).status_code == 403
    own = {"origin": "https://guide.example", "sec-fetch-site": "same-origin"}
    assert someone.post("/staff/sign-out", data={"csrf": csrf}, headers=own).status_code == 303


@pytest.mark.parametrize(
    "next_page, lands_on",
    [
        ("/staff/policy", "/staff/policy"),
        ("https://evil.example/staff", "/staff"),
        ("/staff//evil.example", "/staff"),
        ("/", "/staff"),
    ],
)
def test_after_signing_in_one_lands_on_a_page_of_the_desk(client, accounts, next_page, lands_on):
    accounts.add("anna", PASSWORD, ["policy"], False, "test")
    assert sign_in(client, "anna", next=next_page).headers["location"] == lands_on


ELSEWHERE = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}


def from_another_site(someone):
    """Give the same browser as it comes by a link on another site: the strict cookies stay behind."""
    visitor = browser(someone)
    visitor.headers.update(ELSEWHERE)
    return visitor


@pytest.mark.parametrize(
    "address", ["/staff", "/staff/policy", "/staff/inbox?status=new", "/staff/sign-in?next=/staff/policy"]
)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_on_another_site_leads_to_the_page_and_signs_nobody_out(person, address, site):
    someone = person("policy")
    response = from_another_site(someone).get(address, headers={"sec-fetch-site": site})
    assert response.status_code == 200 and "set-cookie" not in response.headers
    goes_to = html.unescape(re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', response.text)[1])
    assert goes_to == address
    assert someone.get(address, headers={"sec-fetch-site": "same-origin"}).status_code in (200, 403)


@pytest.mark.parametrize("query", ["next=https://evil.example", "next=//evil.example", "next=/staff//evil.example"])
def test_the_way_leads_to_no_other_site(client, query):
    page = from_another_site(client).get(f"/staff/sign-in?{query}").text
    assert "evil" not in page
    assert "evil" not in from_another_site(client).get("/staff/inbox?x=//evil.example").text


def test_who_is_not_signed_in_gets_to_the_sign_in_page_after_one_page_on_the_way(client):
    response = client.get("/staff/policy", headers={"sec-fetch-site": "same-origin"})
    assert response.status_code == 303 and response.headers["location"] == "/staff/sign-in?next=/staff/policy"


def test_a_request_that_carried_no_cookie_deletes_none(client, person):
    """As in a browser that does not say where it comes from: the sign-in page then offers to go on."""
    response = client.get("/staff/policy")
    assert response.status_code == 303 and "set-cookie" not in response.headers
    offered = client.get(response.headers["location"]).text
    assert '<a class="govuk-link" href="/staff/policy">' in offered
    assert (
        'href="/staff/policy"' not in client.get(response.headers["location"], headers={"sec-fetch-site": "none"}).text
    )


def test_a_cookie_whose_session_has_ended_is_deleted(client):
    client.cookies.set("staff_session", "of long ago", domain="guide.example", path="/staff")
    assert 'staff_session=""' in client.get("/staff").headers["set-cookie"]


def test_a_form_of_another_site_signs_nobody_out(person):
    someone = person("policy")
    csrf = hidden(someone.get("/staff").text, "csrf")
    for headers in (ELSEWHERE, {"origin": "null"}, {"origin": "https://evil.example"}):
        for visitor in (someone, browser(someone)):
            refused = visitor.post("/staff/sign-out", data={"csrf": csrf}, headers=headers)
            assert refused.status_code == 403 and "set-cookie" not in refused.headers
    assert someone.get("/staff").status_code == 200
