"""One's own account: where one is signed in, another password, and codes from an app."""

from __future__ import annotations

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from bot.accounts.accounts import AccountProblem
from bot.accounts.passwords import Codes
from bot.accounts.sessions import SignedIn
from bot.desk.pages.access import desk_of, reader, writer
from bot.desk.pages.sign_in import begin_session
from bot.gateway.web.lanes import DeskRoute
from bot.guidance.wording import wording

Anybody = Annotated[SignedIn, Depends(reader())]
AnybodyWriting = Annotated[SignedIn, Depends(writer())]
WORDS = "desk.account"
Password = Annotated[str, Form(max_length=200)]


def router() -> APIRouter:
    """Return the routes of one's own account."""
    routes = APIRouter(route_class=DeskRoute)

    @routes.get("/staff/account")
    def account(request: Request, who: Anybody, done: str = "") -> Response:
        return _page(request, who, done=done)

    @routes.post("/staff/account/password")
    def change_password(
        request: Request, who: AnybodyWriting, password: Password = "", new: Password = "", again: Password = ""
    ) -> Response:
        """Take another password; every other session of the account ends."""
        accounts = desk_of(request).accounts
        if not accounts.confirms(who.person, password):
            return _page(request, who, {"password": wording("desk.account.wrong_password")})
        if new != again:
            return _page(request, who, {"again": wording("desk.accounts.password_differs")})
        try:
            accounts.set_password(who.name, new, who.name)
        except AccountProblem as problem:
            return _page(request, who, {"new": wording(problem.reason)})
        response = RedirectResponse("/staff/account?done=password", status_code=303)
        begin_session(request, response, who.person)
        return response

    @routes.post("/staff/account/codes")
    def offer_codes(request: Request, who: AnybodyWriting, password: Password = "") -> Response:
        """Show a new secret for the app, as a picture and as letters; it counts once a code of it was given."""
        desk = desk_of(request)
        if not desk.accounts.confirms(who.person, password):
            return _page(request, who, {"codes-password": wording("desk.account.wrong_password")})
        return _codes_page(request, who, desk.codes.offer(who.person.id))

    @routes.get("/staff/account/code.svg")
    def picture(request: Request, who: Anybody, offer: str = "") -> Response:
        """Return the QR code of a secret that was just offered to this person."""
        secret = desk_of(request).codes.offered(offer, who.person.id)
        if secret is None:
            raise HTTPException(404)
        out = io.BytesIO()
        address = Codes.address(secret, who.name, wording("desk.title"))
        segno.make(address, error="m").save(out, kind="svg", scale=5, border=4, light="white")
        return Response(out.getvalue(), media_type="image/svg+xml")

    @routes.post("/staff/account/codes/confirm")
    def confirm_codes(
        request: Request,
        who: AnybodyWriting,
        offer: Annotated[str, Form(max_length=400)] = "",
        code: Annotated[str, Form(max_length=20)] = "",
    ) -> Response:
        desk = desk_of(request)
        secret = desk.codes.offered(offer, who.person.id)
        if secret is None:
            return _page(request, who, {"codes-password": wording("desk.account.offer_too_old")})
        step = Codes.step_of(code, secret, 0)
        if step is None:
            return _codes_page(request, who, offer, wording("desk.account.wrong_code"))
        desk.accounts.set_code_secret(who.name, secret, who.name, step)
        return RedirectResponse("/staff/account?done=codes-on", status_code=303)

    @routes.post("/staff/account/codes/off")
    def no_codes(request: Request, who: AnybodyWriting, password: Password = "") -> Response:
        desk = desk_of(request)
        if desk.needs_codes(who.person):
            return _page(request, who, {"codes-password": wording("desk.account.codes_needed")})
        if not desk.accounts.confirms(who.person, password):
            return _page(request, who, {"codes-password": wording("desk.account.wrong_password")})
        desk.accounts.set_code_secret(who.name, None, who.name)
        return RedirectResponse("/staff/account?done=codes-off", status_code=303)

    return routes


def _page(request: Request, who: SignedIn, errors: dict[str, str] | None = None, done: str = "") -> Response:
    desk = desk_of(request)
    context = {
        "sessions": desk.sessions.of(who),
        "needs_codes": desk.needs_codes(who.person),
        "must_set_up": desk.must_set_up_codes(who.person),
    }
    return desk.form_page(request, who, "account.html", WORDS, context, errors, done)


def _codes_page(request: Request, who: SignedIn, offer: str, error: str = "") -> Response:
    desk = desk_of(request)
    secret = desk.codes.offered(offer, who.person.id) or ""
    letters = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    context = {"offer": offer, "letters": letters}
    return desk.form_page(request, who, "codes.html", WORDS, context, {"code": error} if error else None)
