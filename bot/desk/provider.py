"""Signing in with a work account: OpenID Connect, authorisation code with PKCE; roles come from a claim."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from cryptography.hazmat.primitives.constant_time import bytes_eq
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.desk.roles import BadRoles, Role, checked_roles, role_mapping
from bot.settings import Settings

TIMEOUT_S = 10.0
KEEP_S = 3600.0
CLOCKS_DIFFER_S = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


class ProviderFailed(RuntimeError):
    """The provider cannot be reached, or what it says does not hold; the text is for the log and names no person."""


class NotForThisDesk(RuntimeError):
    """The provider vouches for somebody who has no role here."""


@dataclass(frozen=True)
class Started:
    """A sign-in on its way: where to send the browser, and what must come back with it."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Vouched:
    """Whom the provider vouches for."""

    subject: str
    name: str
    roles: frozenset[Role]


class Provider:
    """The provider that the settings name. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is fetched yet; raise ValueError where the settings do not make a provider."""
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret
        self._redirect = settings.oidc_redirect_url
        self._claim = settings.oidc_roles_claim
        self._roles = role_mapping(settings.oidc_roles)
        self._kept: dict[str, tuple[float, Any]] = {}
        if not (self._client_id and self._redirect and self._roles):
            raise ValueError("GUIDE_OIDC_ISSUER also needs GUIDE_OIDC_CLIENT_ID, _REDIRECT_URL and _ROLES")
        _must_be_safe(self._issuer)

    def start(self) -> Started:
        """Begin a sign-in; raise ProviderFailed."""
        verifier, nonce = generate_token(64), generate_token(32)
        with self._session() as session:
            address, state = session.create_authorization_url(
                self._metadata()["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        return Started(str(address), str(state), nonce, verifier)

    def finish(self, parameters: Mapping[str, str], started: Mapping[str, str]) -> Vouched:
        """Return whom the provider vouches for, from what came back and what was started (`state`, `nonce`, `verifier`).

        Raises ProviderFailed for anything that does not hold and NotForThisDesk for somebody without a role.
        """
        if not bytes_eq(parameters.get("state", "").encode(), started["state"].encode()):
            raise ProviderFailed("another state came back")
        if "code" not in parameters:
            raise ProviderFailed("no code came back")
        try:
            with self._session() as session:
                token = session.fetch_token(
                    self._metadata()["token_endpoint"],
                    grant_type="authorization_code",
                    code=parameters["code"],
                    code_verifier=started["verifier"],
                    timeout=TIMEOUT_S,
                )
        except (OAuthError, requests.RequestException, ValueError) as error:
            raise ProviderFailed(f"the code was not taken ({type(error).__name__})") from error
        return self._vouched(self._claims(str(token.get("id_token") or ""), started["nonce"]))

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        try:
            claims = self._decoded(id_token)
            jwt.JWTClaimsRegistry(
                leeway=CLOCKS_DIFFER_S,
                iss={"essential": True, "value": self._metadata()["issuer"]},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError) as error:
            raise ProviderFailed(f"the identity does not hold ({type(error).__name__})") from error
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self._client_id:
            raise ProviderFailed("the identity is for another client")
        return claims

    def _decoded(self, id_token: str) -> dict[str, Any]:
        """Return a token's claims by the provider's keys; fetched anew once, since providers change their keys."""
        try:
            return dict(jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError):
            self._kept.pop("keys", None)
            return dict(jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS).claims)

    def _vouched(self, claims: dict[str, Any]) -> Vouched:
        given = claims.get(self._claim) or []
        values = [given] if isinstance(given, str) else [str(value) for value in given]
        try:
            roles = checked_roles(self._roles[value] for value in values if value in self._roles)
        except BadRoles as error:
            raise NotForThisDesk(error.reason) from error
        name = str(claims.get("email") or claims.get("preferred_username") or claims["sub"])
        return Vouched(f"{claims['iss']} {claims['sub']}", name, roles)

    def _metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = self._fetched("metadata", f"{self._issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise ProviderFailed("the provider calls itself by another name")
        for field in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            try:
                _must_be_safe(str(found.get(field)))
            except ValueError as error:
                raise ProviderFailed(f"its {field} is not an https address") from error
        return found

    def _keys(self) -> KeySet:
        return KeySet.import_key_set(self._fetched("keys", self._metadata()["jwks_uri"]))

    def _fetched(self, name: str, address: str) -> Any:
        at, content = self._kept.get(name, (float("-inf"), None))
        if time.monotonic() - at > KEEP_S:
            try:
                response = requests.get(address, timeout=TIMEOUT_S, allow_redirects=False)
                response.raise_for_status()
                content = json.loads(response.content)
            except (requests.RequestException, ValueError) as error:
                raise ProviderFailed(f"its {name} cannot be read ({type(error).__name__})") from error
            if not isinstance(content, dict):
                raise ProviderFailed(f"its {name} is not what it should be")
            self._kept[name] = (time.monotonic(), content)
        return content

    def _session(self) -> OAuth2Session:
        return OAuth2Session(
            self._client_id,
            self._secret or None,
            scope="openid email profile",
            redirect_uri=self._redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
        )


def _must_be_safe(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS):
        raise ValueError(f"{address!r} is not an https address")
