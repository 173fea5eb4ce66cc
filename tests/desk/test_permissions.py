"""Every route of the desk, for every role and for nobody: each page answers to its own roles and to no other.

A route that is not written down here fails the test: whoever adds a page says here whose it is.
"""

from __future__ import annotations

import re

import pytest
from starlette.routing import BaseRoute, Mount, Route

from bot.desk.pages.access import WITHOUT_CODES
from bot.roles import ROLES
from tests.desk.conftest import browser, hidden

ANYBODY = frozenset(ROLES)
SENDIASS, CONTENT, POLICY, ADMIN = (frozenset({role}) for role in ROLES)
PUBLIC = frozenset({*ROLES, "nobody"})
# What each route asks for: the roles that may use it. SENDIASS' pages must never name another role.
MATRIX: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/staff"): ANYBODY,
    ("GET", "/staff/sign-in"): PUBLIC,
    ("POST", "/staff/sign-in"): PUBLIC,
    ("GET", "/staff/sign-in/provider"): PUBLIC,
    ("GET", "/staff/sign-in/callback"): PUBLIC,
    ("POST", "/staff/sign-out"): ANYBODY,
    ("GET", "/staff/inbox"): SENDIASS,
    ("GET", "/staff/inbox/{ident}"): SENDIASS,
    ("POST", "/staff/inbox/{ident}/status"): SENDIASS,
    ("POST", "/staff/inbox/{ident}/note"): SENDIASS,
    ("POST", "/staff/inbox/{ident}/response"): SENDIASS,
    ("GET", "/staff/inbox/{ident}/export"): SENDIASS,
    ("GET", "/staff/inbox/{ident}/erase"): SENDIASS,
    ("POST", "/staff/inbox/{ident}/erase"): SENDIASS,
    ("GET", "/staff/inbox/{ident}/chat"): SENDIASS,
    ("POST", "/staff/inbox/{ident}/chat/take"): SENDIASS,
    ("POST", "/staff/inbox/{ident}/chat/say"): SENDIASS,
    ("POST", "/staff/inbox/{ident}/chat/end"): SENDIASS,
    ("GET", "/staff/inbox/{ident}/chat/events"): SENDIASS,
    ("GET", "/staff/account"): ANYBODY,
    ("GET", "/staff/account/code.svg"): ANYBODY,
    ("POST", "/staff/account/password"): ANYBODY,
    ("POST", "/staff/account/codes"): ANYBODY,
    ("POST", "/staff/account/codes/confirm"): ANYBODY,
    ("POST", "/staff/account/codes/off"): ANYBODY,
    ("GET", "/staff/policy"): POLICY,
    ("POST", "/staff/policy"): POLICY,
    ("GET", "/staff/answer/{ident}"): POLICY | CONTENT,
    ("GET", "/staff/questions"): CONTENT,
    ("GET", "/staff/questions/{number}"): CONTENT,
    ("POST", "/staff/questions/{number}"): CONTENT,
    ("POST", "/staff/questions/export"): CONTENT,
    ("GET", "/staff/answers"): CONTENT,
    ("POST", "/staff/answers/export"): CONTENT,
    ("GET", "/staff/sections"): CONTENT,
    ("GET", "/staff/abbreviations"): CONTENT,
    ("GET", "/staff/gaps"): CONTENT,
    ("POST", "/staff/gaps/export"): CONTENT,
    ("GET", "/staff/switch"): ADMIN,
    ("POST", "/staff/switch/off"): ADMIN,
    ("POST", "/staff/switch/on"): ADMIN,
    ("GET", "/staff/accounts"): ADMIN,
    ("POST", "/staff/accounts"): ADMIN,
    ("GET", "/staff/audit"): ADMIN,
    ("POST", "/staff/audit/export"): ADMIN,
}
PUBLIC_MOUNTS = {"/static"}
IDENTS = {"ident": "1", "number": "1", "reference": "1"}


def routes_of(routes: list[BaseRoute]) -> set[tuple[str, str]]:
    """Return every method and path, those inside included routers too."""
    found: set[tuple[str, str]] = set()
    for route in routes:
        inner = getattr(route, "original_router", None)  # how FastAPI keeps an included router
        if inner is not None:
            assert not route.include_context.prefix
            found |= routes_of(inner.routes)
        elif isinstance(route, Mount):
            assert route.path in PUBLIC_MOUNTS, f"{route.path} is mounted, and this test cannot look into it"
        else:
            assert isinstance(route, Route), f"this test cannot look into a {type(route).__name__}"
            found |= {(method, route.path) for method in route.methods or () if method != "HEAD"}
    return found


def answers_to(client, method: str, path: str) -> bool:
    """Tell whether a route let this browser in: it did neither send it to sign in nor refuse its role or form."""
    address = re.sub(r"{(\w+)(?::\w+)?}", lambda match: IDENTS.get(match[1], "1"), path)
    if method == "GET":
        response = client.get(address)
    else:
        home = client.get("/staff")
        csrf = hidden(home.text, "csrf") if home.status_code == 200 else "none"
        response = client.post(address, data={"csrf": csrf})
    assert response.status_code < 500 and response.status_code != 405, (method, address, response.status_code)
    refused = response.status_code == 403
    sent_away = response.status_code == 303 and response.headers["location"].startswith("/staff/sign-in?next=")
    return not refused and not sent_away


def test_every_route_of_the_desk_is_in_the_matrix_and_no_other(client):
    routes = routes_of(client.app.routes)
    assert ("POST", "/api/chat") in routes, "the walk does not see the application's routes"
    assert {route for route in routes if route[1].startswith("/staff")} == set(MATRIX)


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_each_page_answers_to_its_own_roles_and_to_no_other(client, person, role):
    wrong = []
    for (method, path), allowed in MATRIX.items():
        # A browser of its own for each route: some of them sign it out.
        someone = browser(client)
        if role != "nobody":
            someone = again(client, person, role)
        if (method, path) == ("POST", "/staff/sign-in"):
            continue  # a form of its own: tests/desk/pages/test_sign_in.py
        if answers_to(someone, method, path) != (role in allowed):
            wrong.append((method, path))
    assert wrong == []


def test_without_the_codes_that_a_role_needs_every_page_leads_to_where_they_are_set_up(client, person, accounts):
    someone = person("sendiass")
    accounts.set_code_secret("sendiass@example.org", None, "test")
    for (method, path), allowed in MATRIX.items():
        if "sendiass" not in allowed or allowed == PUBLIC or path == "/staff/sign-out":
            continue
        address = re.sub(r"{(\w+)(?::\w+)?}", "1", path)
        csrf = hidden(someone.get("/staff/account").text, "csrf")
        response = someone.get(address) if method == "GET" else someone.post(address, data={"csrf": csrf})
        if path in WITHOUT_CODES:
            assert response.status_code in (200, 404, 422), (method, path, response.status_code)
        else:
            assert response.status_code == 303 and response.headers["location"] == "/staff/account", (method, path)


@pytest.mark.parametrize("role", ROLES)
def test_every_post_needs_our_forms_token(client, person, role):
    someone = person(role)
    for (method, path), allowed in MATRIX.items():
        if method == "POST" and role in allowed and allowed != PUBLIC:
            address = re.sub(r"{(\w+)(?::\w+)?}", "1", path)
            assert someone.post(address, data={}).status_code == 403, path
            assert someone.post(address, data={"csrf": "0" * 64}).status_code == 403, path


def test_what_families_send_sendiass_is_for_no_other_role():
    for (_, path), allowed in MATRIX.items():
        if "inbox" in path or "referral" in path:
            assert allowed == {"sendiass"}, path


def again(client, person, role):
    """Return a browser signed in as `role`, straight from the sessions: hashing a password each time takes long."""
    desk = client.app.state.desk
    name = f"{role}@example.org"
    if name not in {account.name for account in desk.accounts.all()}:
        person(role)
    from bot.accounts.accounts import person_of

    (account,) = [account for account in desk.accounts.all() if account.name == name]
    another = browser(client)
    another.cookies.set("staff_session", desk.sessions.begin(person_of(account)), domain="guide.example", path="/staff")
    return another
