"""The mark that a browser gets when somebody signed in well: it lets its owner past the waits that strangers cause."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.accounts.slowing import Origin
from bot.gateway.web.addresses import address_of
from bot.settings import Settings

COOKIE = "staff_device"
PATH = "/staff/sign-in"
MOST_ACCOUNTS = 5  # that share a browser
_DAY_S = 86_400


def origin_of(request: Request, settings: Settings) -> Origin:
    """Return where a try to sign in comes from."""
    return Origin(address_of(request), _marks(request, settings))


def mark(request: Request, response: Response, settings: Settings, account_id: int) -> None:
    """Give the browser a new mark of this account beside those of others; it is no sign-in, and holds no name."""
    others = [(ident, kept) for ident, kept in _marks(request, settings).items() if ident != account_id]
    marks = [*others, (account_id, secrets.token_urlsafe(12))][-MOST_ACCOUNTS:]
    response.set_cookie(
        COOKIE,
        str(_signer(settings).dumps(marks)),
        settings.desk_known_days * _DAY_S,
        path=PATH,
        secure=True,
        httponly=True,
        samesite="strict",
    )


def _marks(request: Request, settings: Settings) -> Mapping[int, str]:
    try:
        kept = _signer(settings).loads(request.cookies.get(COOKIE, ""), max_age=settings.desk_known_days * _DAY_S)
        return {int(ident): str(kept_mark) for ident, kept_mark in kept}
    except (BadSignature, TypeError, ValueError):
        return {}


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.signing_key(), salt="browser of the desk")
