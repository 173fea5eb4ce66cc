"""To the identity provider and back."""

from __future__ import annotations

import logging

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.accounts.accounts import AccountProblem
from bot.accounts.provider import NotForThisDesk, Provider, ProviderFailed
from bot.desk.pages.access import SIGN_IN, desk_of, on_the_way, safe_next
from bot.desk.pages.desk import Desk
from bot.desk.pages.sign_in import begin_session, show_form
from bot.gateway.web.lanes import DeskRoute
from bot.gateway.web.origin import is_from_another_site
from bot.guidance.wording import wording

log = logging.getLogger(__name__)

COOKIE = "staff_provider"
PATH = "/staff/sign-in"
ON_ITS_WAY_S = 600


def router() -> APIRouter:
    """Return the routes of signing in with a work account."""
    routes = APIRouter(route_class=DeskRoute)

    @routes.get("/staff/sign-in/provider")
    def start(request: Request, next: str = "/staff") -> Response:
        """Send the browser to the provider, with a signed note of what must come back."""
        desk = desk_of(request)
        if is_from_another_site(request):  # it may not have somebody signed in whom it chose
            return on_the_way(request, SIGN_IN)
        try:
            started = _provider(desk).start()
        except ProviderFailed as failure:
            return _failed(request, failure)
        response = RedirectResponse(started.address, status_code=303)
        note = {"state": started.state, "nonce": started.nonce, "verifier": started.verifier, "next": safe_next(next)}
        # Lax, not Strict: the browser must bring it along when it comes back from the provider.
        response.set_cookie(
            COOKIE, _signer(desk).dumps(note), ON_ITS_WAY_S, path=PATH, secure=True, httponly=True, samesite="lax"
        )
        return response

    @routes.get("/staff/sign-in/callback")
    def come_back(request: Request) -> Response:
        """Sign in whom the provider vouches for, under the roles that it gives now."""
        desk = desk_of(request)
        provider = _provider(desk)
        try:
            note = _signer(desk).loads(request.cookies.get(COOKIE, ""), max_age=ON_ITS_WAY_S)
            vouched = provider.finish(request.query_params, note)
            person = desk.accounts.sign_in_by_provider(vouched.subject, vouched.name, vouched.roles)
        except (BadSignature, ProviderFailed) as failure:
            return _failed(request, failure)
        except (NotForThisDesk, AccountProblem):
            person = None
        if person is None:
            desk.metrics.sign_ins.labels("refused").inc()
            return show_form(request, "/staff", wording("desk.sign_in.provider_refused"), "", 403)
        response = desk.page(request, None, "provider_done.html", {"next": safe_next(note["next"])})
        response.delete_cookie(COOKIE, path=PATH)
        begin_session(request, response, person)
        return response

    return routes


def _provider(desk: Desk) -> Provider:
    if desk.provider is None:
        raise HTTPException(404)
    return desk.provider


def _signer(desk: Desk) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk.settings.signing_key(), salt="sign-in on its way")


def _failed(request: Request, failure: Exception) -> Response:
    desk = desk_of(request)
    desk.metrics.failures.labels("identity provider").inc()
    log.error(
        "signing in with the provider failed: %s", str(failure) if isinstance(failure, ProviderFailed) else "no note"
    )
    return show_form(request, "/staff", wording("desk.sign_in.provider_failed"), "", 503)
