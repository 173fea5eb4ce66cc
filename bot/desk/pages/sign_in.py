"""Signing in with a local account, signing out, and the first page."""

from __future__ import annotations

import math
import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.accounts.accounts import Person
from bot.accounts.sessions import SignedIn, csrf_of, is_csrf
from bot.accounts.slowing import Slowed
from bot.desk.pages.access import COOKIE, SIGN_IN, desk_of, on_the_way, reader, safe_next, writer
from bot.desk.pages.devices import mark, origin_of
from bot.gateway.web.lanes import DeskRoute, running_in
from bot.gateway.web.origin import is_from_another_site
from bot.guidance.wording import wording

FORM_COOKIE = "staff_form"
BUSY_S = 5
Anybody = Annotated[SignedIn, Depends(reader())]
AnybodyWriting = Annotated[SignedIn, Depends(writer())]


def router() -> APIRouter:
    """Return the routes of signing in and out."""
    routes = APIRouter(route_class=DeskRoute)

    @routes.get("/staff")
    def first_page(request: Request, who: Anybody) -> Response:
        return desk_of(request).page(request, who, "home.html", {})

    @routes.get(SIGN_IN)
    def form(request: Request, next: str = "/staff") -> Response:
        if is_from_another_site(request):
            return on_the_way(request, f"{SIGN_IN}?next={quote(safe_next(next), safe='/')}")
        return show_form(request, next)

    @routes.post(SIGN_IN)
    @running_in("sign_in")
    def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=200)] = "",
        code: Annotated[str, Form(max_length=20)] = "",
        csrf: Annotated[str, Form(max_length=100)] = "",
        next: Annotated[str, Form(max_length=300)] = "/staff",
    ) -> Response:
        """Sign in; whatever is wrong, the page says the same."""
        desk = desk_of(request)
        of_form = request.cookies.get(FORM_COOKIE)
        if not of_form or not is_csrf(csrf, csrf_of(of_form)):
            return show_form(request, next, wording("desk.sign_in.old_form"), name, 403)
        if not desk.settings.desk_local_accounts:
            return _refused(request, next, name)
        try:
            person = desk.accounts.sign_in(name, password, code, origin_of(request, desk.settings))
        except Slowed as slowed:
            desk.metrics.sign_ins.labels("slowed").inc()
            minutes = math.ceil(slowed.seconds / 60)
            key = "desk.sign_in.slowed_one" if minutes == 1 else "desk.sign_in.slowed"
            return show_form(request, next, wording(key, minutes=minutes), name, 429, slowed.seconds)
        if person is None:
            return _refused(request, next, name)
        response = RedirectResponse(safe_next(next), status_code=303)
        response.delete_cookie(FORM_COOKIE, path=SIGN_IN)
        begin_session(request, response, person)
        mark(request, response, desk.settings, person.id)
        return response

    @routes.post("/staff/sign-out")
    def sign_out(request: Request, who: AnybodyWriting, everywhere: Annotated[bool, Form()] = False) -> Response:
        sessions = desk_of(request).sessions
        if everywhere:
            sessions.end_all(who)
        else:
            sessions.end(who)
        response = RedirectResponse(SIGN_IN, status_code=303)
        response.delete_cookie(COOKIE, path="/staff")
        return response

    return routes


def _refused(request: Request, next_page: str, name: str) -> Response:
    desk = desk_of(request)
    desk.metrics.sign_ins.labels("refused").inc()
    sentence = wording("desk.sign_in.wrong", minutes=desk.settings.desk_locked_minutes)
    return show_form(request, next_page, sentence, name, 401)


def handle_busy(request: Request, error: Exception) -> Response:
    """Ask to come back in a moment: too many passwords are being checked."""
    desk = desk_of(request)
    desk.metrics.limited.labels("sign-in").inc()
    if request.url.path == SIGN_IN:
        return show_form(request, "/staff", wording("desk.sign_in.busy"), "", 503, BUSY_S)
    response = desk.page(request, None, "refused.html", {"text": wording("desk.sign_in.busy")}, 503)
    response.headers["Retry-After"] = str(BUSY_S)
    return response


def begin_session(request: Request, response: Response, person: Person) -> None:
    """Start a session with a secret of its own and give the browser its cookie; it ends with the browser."""
    desk = desk_of(request)
    secret = desk.sessions.begin(person, request.cookies.get(COOKIE))
    desk.metrics.sign_ins.labels("signed in").inc()
    response.set_cookie(COOKIE, secret, path="/staff", secure=True, httponly=True, samesite="strict")


def show_form(
    request: Request, next_page: str, error: str = "", name: str = "", status: int = 200, retry_after: int | None = None
) -> Response:
    """Return the sign-in form with what went wrong, and a token of its own against forms of other sites.

    `retry_after`: seconds until another try can go well.
    """
    desk = desk_of(request)
    secret = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    context = {
        "error": error,
        "name": name,
        "next": safe_next(next_page),
        "form_csrf": csrf_of(secret),
        # Older browsers do not say whether they come by a link on another site, where the cookie stays behind.
        "perhaps_signed_in": "sec-fetch-site" not in request.headers and COOKIE not in request.cookies,
        "provider": desk.provider is not None,
        "local": desk.settings.desk_local_accounts,
    }
    response = desk.page(request, None, "sign_in.html", context, status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    response.set_cookie(FORM_COOKIE, secret, path=SIGN_IN, secure=True, httponly=True, samesite="strict")
    return response
