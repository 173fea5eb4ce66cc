"""Signing in with a work account, against a small provider on a real socket."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.accounts import audit
from bot.accounts.provider import (
    FIRST_PAUSE_S,
    KEEP_S,
    LONGEST_PAUSE_S,
    NotForThisDesk,
    Provider,
    ProviderFailed,
)
from bot.guidance.wording import wording
from bot.outgoing import Limits
from bot.roles import role_mapping
from bot.settings import Settings
from tests.desk.conftest import PASSWORD, browser, sign_in

SECRET = "client secret"
CALLBACK = "https://guide.example/staff/sign-in/callback"


class FakeProvider:
    """Gives out signed identities; `claims` overrides what they say, and `key` what they are signed with."""

    def __init__(self) -> None:
        self.key = self.published = RSAKey.generate_key(2048, {"kid": "one"})
        self.claims: dict = {}
        self.codes: dict[str, dict] = {}
        self.also: dict = {}
        self.broken: dict = {}
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                if self.path in provider.broken:
                    provider.broken[self.path](self)
                elif self.path == "/.well-known/openid-configuration":
                    self.send({**provider.metadata(), **provider.also})
                elif self.path == "/keys":
                    self.send({"keys": [provider.published.as_dict(private=False)]})
                else:
                    self.send_error(404)

            def do_POST(self) -> None:
                provider.asked.append(self.path)
                if self.path in provider.broken:
                    provider.broken[self.path](self)
                    return
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                basic = base64.b64decode(self.headers["authorization"].removeprefix("Basic ")).decode()
                asked = provider.codes.pop(form["code"][0], None)
                digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
                challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
                good = (
                    asked and asked["code_challenge"] == challenge and asked["redirect_uri"] == form["redirect_uri"][0]
                )
                if not good or basic not in (f"desk:{SECRET}", "desk:client%20secret", "desk:client+secret"):
                    self.send({"error": "invalid_grant"}, 400)
                    return
                self.send({"access_token": "a", "token_type": "Bearer", "id_token": provider.identity(asked["nonce"])})

            def send(self, content: object, status: int = 200) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def metadata(self) -> dict:
        ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return {"issuer": self.issuer, **{name: self.issuer + path for name, path in ends.items()}}

    def settings(self) -> dict[str, str]:
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": "desk",
            "oidc_client_secret": SECRET,
            "oidc_redirect_url": CALLBACK,
            "oidc_roles_claim": "groups",
            "oidc_roles": "send-content=content, send-policy=policy, sendiass-team=sendiass",
        }

    def identity(self, nonce: str) -> str:
        claims = {
            "iss": self.issuer,
            "aud": "desk",
            "sub": "person-1",
            "exp": int(time.time()) + 300,
            "iat": int(time.time()),
            "nonce": nonce,
            "email": "Anna@council.example",
            "groups": ["send-content"],
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "one"}, kept, self.key)

    def approve(self, address: str) -> str:
        """Do as the person does at the provider; return the address that the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["code_challenge_method"] == "S256" and asked["response_type"] == "code"
        code = f"code-{len(self.codes)}-{time.monotonic_ns()}"
        self.codes[code] = asked
        return f"/staff/sign-in/callback?code={code}&state={asked['state']}"


@pytest.fixture
def provider():
    fake = FakeProvider()
    yield fake
    fake.server.shutdown()


@pytest.fixture
def client(make_client, provider):
    return browser(make_client(**provider.settings()))


def go(client, provider, page: str = "/staff"):
    sent = client.get(f"/staff/sign-in/provider?next={page}")
    assert sent.status_code == 303
    return client.get(provider.approve(sent.headers["location"]))


def test_somebody_with_a_group_signs_in_under_its_role(client, provider):
    assert "/staff/sign-in/provider" in client.get("/staff/sign-in").text
    back = go(client, provider, "/staff/questions")
    assert back.status_code == 200 and "url=/staff/questions" in back.text
    assert client.get("/staff/questions").status_code == 200 and client.get("/staff/policy").status_code == 403
    assert "anna@council.example" in client.get("/staff").text
    assert sign_in(browser(client), "anna@council.example").status_code == 401


def test_roles_follow_the_provider_and_old_sessions_end(client, provider):
    go(client, provider)
    elsewhere = browser(client)
    provider.claims = {"groups": ["send-policy"]}
    go(elsewhere, provider)
    assert client.get("/staff").status_code == 303
    assert elsewhere.get("/staff/policy").status_code == 200
    events = {line.event for line in audit.latest(client.app.state.desk.engine)}
    assert {"account.added", "account.roles", "sign_in"} <= events


def test_an_account_that_was_disabled_here_stays_out(client, provider, accounts):
    go(client, provider)
    accounts.set_active("anna@council.example", False, "test")
    assert go(browser(client), provider).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": []},
        {"groups": None},
        {"groups": ["other"]},
        {"groups": ["sendiass-team", "send-policy"]},
    ],
)
def test_somebody_without_a_role_that_can_be_given_is_refused(client, provider, claims):
    provider.claims = claims
    refused = go(client, provider)
    assert refused.status_code == 403 and wording("desk.sign_in.provider_refused") in refused.text
    assert client.get("/staff").status_code == 303


def test_the_provider_cannot_take_over_a_local_account(client, provider, accounts):
    accounts.add("anna@council.example", PASSWORD, ["admin"], False, "test")
    assert go(client, provider).status_code == 403
    assert client.get("/staff").status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["desk", "another"]},
        {"exp": 1},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
    ],
)
def test_an_identity_that_does_not_hold_is_refused(client, provider, claims):
    provider.claims = claims
    assert go(client, provider).status_code == 503
    assert client.get("/staff").status_code == 303


def test_an_identity_signed_by_another_is_refused(client, provider):
    provider.key = RSAKey.generate_key(2048, {"kid": "one"})
    assert go(client, provider).status_code == 503


def test_keys_that_were_changed_are_fetched_anew(client, provider):
    go(client, provider)
    provider.key = provider.published = RSAKey.generate_key(2048, {"kid": "one"})
    assert go(browser(client), provider).status_code == 200


def test_what_came_back_must_be_what_was_started(client, provider):
    sent = client.get("/staff/sign-in/provider")
    back = provider.approve(sent.headers["location"])
    assert browser(client).get(back).status_code == 503  # a browser that started nothing
    assert client.get(back.replace("state=", "state=x")).status_code == 503
    assert client.get("/staff/sign-in/callback?error=access_denied").status_code == 503
    assert client.get(back).status_code == 200
    assert client.get(back).status_code == 503  # a second time


def test_another_site_cannot_have_somebody_signed_in(client, provider):
    """What it opens leads to our own page, where a person presses the button; a sign-in on its way is not replaced."""
    response = client.get("/staff/sign-in/provider", headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 200 and "set-cookie" not in response.headers
    assert 'content="0;url=/staff/sign-in"' in response.text


def test_a_provider_that_is_away_gets_a_kind_page(client, provider):
    provider.server.shutdown()
    provider.server.server_close()
    page = client.get("/staff/sign-in/provider")
    assert page.status_code == 503 and wording("desk.sign_in.provider_failed") in page.text


METADATA = "/.well-known/openid-configuration"


@pytest.fixture
def clock(monkeypatch):
    """Give a clock of the provider's client that a test can put forward, in seconds."""
    now = [1000.0]
    monkeypatch.setattr("bot.accounts.provider.time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


@pytest.mark.parametrize(
    "wrong",
    [{"issuer": "https://evil.example"}, {"jwks_uri": None}, {"token_endpoint": "http://evil.example/"}, {"issuer": 5}],
)
def test_wrong_metadata_are_not_kept(client, provider, clock, wrong):
    provider.also = wrong
    assert client.get("/staff/sign-in/provider").status_code == 503
    provider.also = {}
    assert client.get("/staff/sign-in/provider").status_code == 503 and provider.asked.count(METADATA) == 1
    clock[0] += FIRST_PAUSE_S
    assert go(client, provider).status_code == 200


def test_a_provider_that_stays_wrong_is_asked_ever_more_seldom(provider, clock):
    asking = Provider(Settings(**provider.settings()))
    provider.also = {"issuer": "https://evil.example"}
    for _ in range(600):
        with pytest.raises(ProviderFailed):
            asking.start()
        clock[0] += 1
    assert 10 <= provider.asked.count(METADATA) <= 16
    provider.also = {}
    clock[0] += LONGEST_PAUSE_S
    assert asking.start().address


def test_the_last_good_metadata_serve_while_wrong_ones_come(client, provider, clock):
    go(client, provider)
    provider.also = {"issuer": "https://evil.example"}
    clock[0] += KEEP_S + 1
    assert go(browser(client), provider).status_code == 200 and provider.asked.count(METADATA) >= 2
    clock[0] += 24 * KEEP_S
    assert client.get("/staff/sign-in/provider").status_code == 503


def elsewhere(handler) -> None:
    """Send the asker to the place where the right answer is."""
    handler.send_response(307)
    handler.send_header("location", f"{handler.path}-moved")
    handler.send_header("content-length", "0")
    handler.end_headers()


def huge(handler) -> None:
    handler.send({"issuer": "x" * 3_000_000})


def deep(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b'{"a":' + b"[" * 100_000)


def trickle(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        while True:
            handler.wfile.write(b" ")
            time.sleep(0.02)


@pytest.mark.parametrize("path", [METADATA, "/keys", "/token"])
@pytest.mark.parametrize(
    "answer",
    [
        elsewhere,
        huge,
        deep,
        trickle,
        *(lambda handler, value=value: handler.send(value) for value in ([], 5, None, "x")),
    ],
)
def test_an_answer_of_the_provider_that_is_no_answer_fails_in_a_word(provider, path, answer, monkeypatch):
    monkeypatch.setattr("bot.accounts.provider._LIMITS", Limits(1_000_000, 1_000_000, 1.0, 1.0))
    provider.broken[path] = answer
    with pytest.raises(ProviderFailed):
        vouched_for(provider)
    assert path in provider.asked and not any(asked.endswith("-moved") for asked in provider.asked)


def vouched_for(provider):
    """Sign in without a guide around it; return whom the provider vouches for."""
    asking = Provider(Settings(**provider.settings()))
    started = asking.start()
    back = parse_qs(urlsplit(provider.approve(started.address)).query)
    return asking.finish({name: values[0] for name, values in back.items()}, asdict(started))


@pytest.mark.parametrize("roles", [5, True, 1.5, [5, None], [["send-content"]], {"a": 1}, 0])
def test_roles_that_are_no_text_are_no_roles(provider, roles):
    provider.claims = {"groups": roles}
    with pytest.raises(NotForThisDesk):
        vouched_for(provider)


def test_somebody_whose_roles_are_a_number_gets_a_kind_page(client, provider):
    provider.claims = {"groups": 5}
    assert go(client, provider).status_code == 403


@pytest.mark.parametrize("claims", [{"sub": 5}, {"sub": ["a"]}, {"sub": ""}, {"sub": "x" * 256}])
def test_a_person_is_named_by_a_short_text(provider, claims):
    provider.claims = claims
    with pytest.raises(ProviderFailed):
        vouched_for(provider)


@pytest.mark.parametrize("email", [["a"], "x" * 500, "a\nb"])
def test_an_odd_name_is_no_traceback(client, provider, email):
    provider.claims = {"email": email}
    assert go(client, provider).status_code in (200, 403)


def test_an_answer_that_names_another_provider_is_refused(client, provider):
    for issuer in ("https://evil.example", "", provider.issuer + "/x"):
        sent = client.get("/staff/sign-in/provider")
        assert client.get(provider.approve(sent.headers["location"]) + f"&iss={issuer}").status_code == 503
    sent = client.get("/staff/sign-in/provider")
    assert client.get(provider.approve(sent.headers["location"]) + f"&iss={provider.issuer}").status_code == 200


def test_an_answer_that_names_no_provider_is_refused_where_ours_says_that_it_does(client, provider):
    provider.also = {"authorization_response_iss_parameter_supported": True}
    assert go(client, provider).status_code == 503
    sent = client.get("/staff/sign-in/provider")
    assert client.get(provider.approve(sent.headers["location"]) + f"&iss={provider.issuer}").status_code == 200


def test_keys_and_tokens_are_not_fetched_from_inside(client, provider):
    """A provider may name other hosts, but none of ours."""
    inner = FakeProvider()
    try:
        for field in ("jwks_uri", "token_endpoint"):
            port = urlsplit(provider.issuer).port
            provider.also = {field: f"https://127.0.0.3:{port}/", "authorization_endpoint": provider.issuer + "/a"}
            client.app.state.desk.provider._kept.clear()
            assert go(client, provider).status_code == 503
        assert not inner.asked
    finally:
        inner.server.shutdown()


def test_without_a_provider_there_is_no_such_page(make_client):
    plain = browser(make_client())
    assert plain.get("/staff/sign-in/provider").status_code == 404
    assert "/staff/sign-in/provider" not in plain.get("/staff/sign-in").text


def test_settings_that_make_no_provider_are_said():
    assert role_mapping("a=content, b = admin ") == {"a": "content", "b": "admin"}
    for bad in ("content", "a=owner", "=content"):
        with pytest.raises(ValueError, match="GUIDE_OIDC_ROLES"):
            role_mapping(bad)
    full = {"oidc_client_id": "a", "oidc_redirect_url": CALLBACK, "oidc_roles": "a=content"}
    with pytest.raises(ValueError, match="https"):
        Provider(Settings(oidc_issuer="http://provider.example", **full))
    with pytest.raises(ValueError, match="CLIENT_ID"):
        Provider(Settings(oidc_issuer="https://provider.example"))
