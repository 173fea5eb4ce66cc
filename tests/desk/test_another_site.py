"""Another website can change nothing: every route of the whole application, with every method, and what it finds if it does."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from bot.application.app import create_app
from bot.gateway.chat import live_events
from bot.handover.referrals.store import Details
from tests.databases import open_sqlite
from tests.desk.conftest import browser, hidden
from tests.desk.test_permissions import routes_of
from tests.setting_up import consent_under, settings_in

SECRET = "the secret of one browser"
FOREIGN = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://guide.example"},
    {"origin": "https://guide.example.evil.example"},
    {"origin": "https://guide.example:8443"},
    {"origin": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "https://guide.example"},
    {"sec-fetch-site": "none", "origin": "https://evil.example"},
    {"sec-fetch-site": "", "origin": "https://guide.example"},
)
OURS = (
    {"origin": "https://guide.example", "sec-fetch-site": "same-origin"},
    {"origin": "https://guide.example"},
    {"origin": "https://GUIDE.example:443"},
    {"sec-fetch-site": "same-origin", "origin": "https://behind.a.proxy.example"},
    {},
)
# Routes that may be asked from elsewhere with a method that changes something, each with its reason: there are none.
OPEN_TO_OTHERS: dict[tuple[str, str], str] = {}


@pytest.fixture
def stores(tmp_path):
    return [tmp_path / f"{name}.db" for name in ("guide", "directory", "referrals")]


@pytest.fixture
def client(rasa, tmp_path) -> TestClient:
    """A browser on an application without its background work, which would write by itself."""
    return browser(TestClient(create_app(settings_in(tmp_path, rasa_port=rasa.port))))


def dump(stores) -> list[list[str]]:
    """Return all that lies in the stores."""
    found = []
    for store in stores:
        with open_sqlite(store) as connection:
            found.append(list(connection.iterdump()))
    return found


@pytest.fixture
def family(client):
    """Give a family's browser, with a chat and a form that it has begun; and the chat's token and the form's own secret."""
    own = browser(client)
    said = own.post("/api/chat", json={"message": "what is a plan"}, headers={"Conversation-Secret": SECRET}).json()
    return own, said["conversation"]


@pytest.fixture
def everything(client, family, person):
    """Give browsers with all that somebody may have open, and a form's fields that would do something."""
    own, token = family
    workers = [person(role) for role in ("sendiass", "content", "admin", "policy")]
    assert own.post("/handover/begin", data={"conversation": token, "secret": SECRET}).status_code == 303
    chat = client.app.state.desk.chat
    store = chat.live.referrals
    consent = consent_under(client.app.state.desk.settings)
    conversation = chat.conversation_of(token, SECRET)
    reference = store.submit(Details(about="the bus", name="Somebody"), consent, conversation, "one")
    fields = {
        "conversation": token,
        "secret": SECRET,
        "key": "0123456789abcdef",
        "message": "words",
        "seen": "new",
        "to": "accepted",
        "note": "a note",
        "how": "phoned",
        "shown_name": "Rowan",
        "agree": "true",
        "name": "policy@example.org",
        "about": "the bus",
        "reason": "being_checked",
        "what": "topic funding",
        "question": "a question",
        "feedback": "yes funding/school-pays",
        "prefill": "true",
        "csrf": "",
    }
    idents = {"conversation": token, "ident": store.find(reference), "page": "name", "number": "1"}
    return [own, *workers], fields, idents


def address_of(path: str, idents: dict[str, str]) -> str:
    return re.sub(r"{(\w+)(?::\w+)?}", lambda match: idents.get(match[1], "1"), path)


def form_secret(someone: TestClient) -> str:
    """Return the token that this browser's own forms carry."""
    for page in ("/staff", "/handover/about"):
        shown = someone.get(page)
        if shown.status_code == 200:
            return hidden(shown.text, "csrf")
    return ""


def test_no_route_lets_another_site_change_anything(client, everything, stores):
    browsers, fields, idents = everything
    routes = {route for route in routes_of(client.app.routes) if route[0] not in ("GET", "OPTIONS")}
    assert len(routes) > 30 and ("POST", "/api/chat") in routes and ("DELETE", "/api/chat/{conversation}") in routes
    secrets = {id(someone): form_secret(someone) for someone in browsers}
    before = dump(stores)
    for method, path in sorted(routes - set(OPEN_TO_OTHERS)):
        for someone in browsers:
            # Some routes ask for JSON, the others for a form; the headers alone must be enough to refuse.
            for foreign in FOREIGN:
                if path.startswith("/api/"):
                    body = {"message": "words", "conversation": idents["conversation"]}
                    answer = someone.request(method, address_of(path, idents), json=body, headers=foreign)
                else:
                    given = {**fields, "csrf": secrets[id(someone)]}
                    answer = someone.request(method, address_of(path, idents), data=given, headers=foreign)
                assert answer.status_code == 403, (method, path, foreign)
                assert "set-cookie" not in answer.headers, (method, path, foreign)
    assert dump(stores) == before


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "MOVE"])
def test_a_route_that_is_added_later_is_covered_too(client, method):
    asked = []
    client.app.add_api_route("/later", lambda: asked.append(1), methods=[method])
    assert (
        client.request(method, "/later", headers={"sec-fetch-site": "cross-site", "content-length": "0"}).status_code
        == 403
    )
    assert asked == []
    assert client.request(method, "/later", headers={"content-length": "0"}).status_code == 200 and asked == [1]


def test_looking_from_another_site_changes_nothing(client, everything, stores, monkeypatch):
    """A browser sends no strict cookie along with what another site asks for, but the cookie of the handover's form."""
    monkeypatch.setattr(live_events, "LONGEST_STREAM_S", 0.0)
    (own, *_), _, idents = everything
    routes = {path for method, path in routes_of(client.app.routes) if method == "GET"}
    assert len(routes) > 30
    # The first search of all makes the index of words, whoever asks.
    own.get("/services", params={"q": "a bus"}, headers={"sec-fetch-site": "same-origin"})
    before = dump(stores)
    for path in sorted(routes):
        headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "Conversation-Secret": SECRET}
        answer = own.get(address_of(path, idents), headers=headers, params={"q": "a toy library", "words": "toys"})
        assert answer.status_code < 500 or path in ("/health", "/readyz", "/services"), (path, answer.status_code)
        assert not re.search(r"(staff_session|handover)=", answer.headers.get("set-cookie", "")), path
    assert dump(stores) == before


@pytest.mark.parametrize("headers", OURS)
def test_our_own_pages_and_programs_go_on_working(client, headers):
    said = client.post("/", data={"key": "k" * 20, "message": "what is a plan"}, headers=headers)
    assert said.status_code == 200 and "what is a plan" in said.text
    told = client.post("/api/chat", json={"message": "what is a plan"}, headers=headers)
    assert told.status_code == 200
    assert client.delete(f"/api/chat/{told.json()['conversation']}", headers=headers).status_code == 204


def test_the_address_for_the_public_is_ours_where_a_proxy_changes_the_host(client):
    client.app.state.desk.settings.public_url = "https://public.example/guide"
    data = {"key": "k" * 20, "message": "hello"}
    assert client.post("/", data=data, headers={"origin": "https://public.example"}).status_code == 200
    for other in ("http://public.example", "https://public.example:444", "https://public.example.org"):
        assert client.post("/", data=data, headers={"origin": other}).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_the_chat_api_takes_json_alone(client, stores, kind):
    """What a page may send elsewhere without being asked first is never of the kind that the API takes."""
    before = dump(stores)
    headers = {"content-type": kind} if kind else {}
    for path in ("/api/chat", "/api/feedback"):
        answer = client.post(path, content=b'{"message": "hello"}', headers=headers)
        assert 400 <= answer.status_code < 500
    assert dump(stores) == before


def test_a_refusal_says_so_to_people_and_to_programs(client):
    page = client.post("/", headers={"sec-fetch-site": "cross-site", "accept": "text/html"})
    assert page.status_code == 403 and "Another website asked for this" in page.text and "<script" not in page.text
    told = client.post("/api/chat", json={"message": "x"}, headers={"origin": "null"})
    assert told.headers["content-type"] == "application/problem+json"
    assert client.app.state.metrics.registry.get_sample_value("guide_other_site_refused_total") == 2
