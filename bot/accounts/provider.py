"""Signing in with a work account: OpenID Connect, authorisation code with PKCE; roles come from a claim."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from cryptography.hazmat.primitives.constant_time import bytes_eq
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.outgoing import MEGABYTE, CheckedAdapter, Client, Limits, ways_of
from bot.public_addresses import is_this_machine, parse, reach_of_operator
from bot.roles import BadRoles, Role, checked_roles, role_mapping
from bot.settings import Settings

TIMEOUT_S = 10.0
KEEP_S = 3600.0
LONGEST_KEPT_S = 86_400.0
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0
CLOCKS_DIFFER_S = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_LONGEST_SUBJECT = 255  # as OpenID Connect Core says
_LIMITS = Limits(MEGABYTE, MEGABYTE, TIMEOUT_S, TIMEOUT_S)

log = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class _Kept:
    """What the provider said and was good, when that was fetched, and when it may be asked again after failures."""

    content: Any = None
    fetched_at: float = float("-inf")
    failures: int = 0
    not_before: float = float("-inf")


_NOTHING = _Kept()


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
        self._kept: dict[str, _Kept] = {}
        if not (self._client_id and self._redirect and self._roles):
            raise ValueError("GUIDE_OIDC_ISSUER also needs GUIDE_OIDC_CLIENT_ID, _REDIRECT_URL and _ROLES")
        _must_be_safe(self._issuer)
        self._sending = (reach_of_operator(self._issuer), _LIMITS, ways_of(settings))
        self._client = Client(*self._sending)

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
        self._check_sender(parameters.get("iss"))
        if "code" not in parameters:
            raise ProviderFailed("no code came back")
        try:
            return self._vouched(self._claims(self._id_token(parameters["code"], started), started["nonce"]))
        except (ProviderFailed, NotForThisDesk):
            raise
        except Exception as error:  # noqa: BLE001 - what a provider says can be wrong in ways that nobody thought of
            raise ProviderFailed(f"its answer does not hold ({type(error).__name__})") from error

    def _check_sender(self, issuer: str | None) -> None:
        """Refuse an answer that names another provider, or none although ours says that it does (RFC 9207)."""
        metadata = self._metadata()
        named = issuer is not None or metadata.get("authorization_response_iss_parameter_supported") is True
        if named and issuer != metadata["issuer"]:
            raise ProviderFailed("the answer is not from this provider")

    def _id_token(self, code: str, started: Mapping[str, str]) -> str:
        try:
            with self._session() as session:
                token = session.fetch_token(
                    self._metadata()["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=started["verifier"],
                    allow_redirects=False,
                )
        except (OAuthError, requests.RequestException, ValueError) as error:
            raise ProviderFailed(f"the code was not taken ({type(error).__name__})") from error
        return str(token.get("id_token") or "")

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
            return dict(jwt.decode(id_token, self._keys(anew=True), algorithms=ALGORITHMS).claims)

    def _vouched(self, claims: dict[str, Any]) -> Vouched:
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= _LONGEST_SUBJECT:
            raise ProviderFailed("it names a person by something else than a short text")
        given = claims.get(self._claim)
        given = [given] if isinstance(given, str) else given if isinstance(given, list | dict) else []
        values = [value for value in given if isinstance(value, str)]
        try:
            roles = checked_roles(self._roles[value] for value in values if value in self._roles)
        except BadRoles as error:
            raise NotForThisDesk(error.reason) from error
        names = (claims.get("email"), claims.get("preferred_username"), claims["sub"])
        name = next(name for name in names if isinstance(name, str) and name)
        return Vouched(f"{claims['iss']} {claims['sub']}", name, roles)

    def _metadata(self) -> dict[str, Any]:
        address = f"{self._issuer}/.well-known/openid-configuration"
        found: dict[str, Any] = self._fetched("metadata", address, self._checked_metadata)
        return found

    def _checked_metadata(self, found: dict[str, Any]) -> dict[str, Any]:
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise ProviderFailed("the provider calls itself by another name")
        for field in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            try:
                _must_be_safe(str(found.get(field)))
            except ValueError as error:
                raise ProviderFailed(f"its {field} is not an https address") from error
        return found

    def _keys(self, anew: bool = False) -> KeySet:
        found: KeySet = self._fetched("keys", self._metadata()["jwks_uri"], KeySet.import_key_set, anew)
        return found

    def _fetched(self, name: str, address: str, checked: Callable[[Any], Any], anew: bool = False) -> Any:
        """Return what is kept of this name, fetched anew where it is old; raise ProviderFailed where there is none.

        Only what holds is kept. After a failure the provider is left alone for a moment, longer each time; what was
        good before serves meanwhile, for a day.
        """
        kept, now = self._kept.get(name, _NOTHING), time.monotonic()
        if now - kept.fetched_at > LONGEST_KEPT_S:
            kept = replace(kept, content=None)
        is_good = kept.content is not None and now - kept.fetched_at <= KEEP_S and not anew
        if is_good or (now < kept.not_before and kept.content is not None):
            return kept.content
        if now < kept.not_before:
            raise ProviderFailed(f"its {name} did not hold a moment ago")
        try:
            content = checked(self._read(name, address))
        except Exception as error:  # noqa: BLE001 - whatever it says, it must neither be kept nor end in a traceback
            pause_s = min(FIRST_PAUSE_S * 2**kept.failures, LONGEST_PAUSE_S)
            failed = replace(kept, failures=min(kept.failures + 1, 30), not_before=now + pause_s)
            self._kept[name] = failed
            if kept.content is not None and not anew:
                log.warning("the identity provider's %s does not hold; the last good one serves", name)
                return kept.content
            if isinstance(error, ProviderFailed):
                raise
            raise ProviderFailed(f"its {name} cannot be read ({type(error).__name__})") from error
        self._kept[name] = _Kept(content, now)
        return content

    def _read(self, name: str, address: str) -> dict[str, Any]:
        answer = self._client.get(address)
        if answer.status != 200:
            raise ProviderFailed(f"its {name} cannot be read (HTTP {answer.status})")
        content = json.loads(answer.body)
        if not isinstance(content, dict):
            raise ProviderFailed(f"its {name} is not what it should be")
        return content

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self._client_id,
            self._secret or None,
            scope="openid email profile",
            redirect_uri=self._redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
        )
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, CheckedAdapter(*self._sending))
        return session


def _must_be_safe(address: str) -> None:
    target = parse(address)
    if target.scheme != "https" and not is_this_machine(target.host):
        raise ValueError(f"{address!r} is not an https address")
