"""The gate of every page under /staff: who is signed in, may they see it, and does the form belong to them.

That a form comes from our own site at all is looked at before (`bot.gateway.web.origin`).

A page declares who may read it or post to it as the type of a parameter:

    ContentReader = Annotated[SignedIn, Depends(reader("content"))]
    ContentWriter = Annotated[SignedIn, Depends(writer("content"))]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.accounts.sessions import SignedIn, is_csrf
from bot.desk.pages.desk import Desk
from bot.gateway.web.origin import is_from_another_site
from bot.guidance.wording import wording
from bot.roles import ROLES, Role

COOKIE = "staff_session"
SIGN_IN = "/staff/sign-in"
OWN_ACCOUNT = "/staff/account"
# What somebody sees whose role asks for codes and who has set none up yet.
WITHOUT_CODES = frozenset(
    {
        OWN_ACCOUNT,
        f"{OWN_ACCOUNT}/codes",
        f"{OWN_ACCOUNT}/codes/confirm",
        f"{OWN_ACCOUNT}/code.svg",
        "/staff/sign-out",
    }
)


class Refused(Exception):
    """Somebody may not do this; `reason` is the key of the sentence that says why."""

    def __init__(self, status: int, reason: str, signed_in: SignedIn | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.signed_in = signed_in


class SignInNeeded(Exception):
    """Nobody is signed in; `back_to` is the page to show after it."""

    def __init__(self, back_to: str) -> None:
        super().__init__(back_to)
        self.back_to = back_to


class CodesNeeded(Exception):
    """Somebody's role asks for codes from an app, and they have set none up: they see only the page where that is done."""


def reader(*roles: Role) -> Callable[[Request], SignedIn]:
    """Return the dependency that lets people with one of `roles` (none named: with any) read a page."""

    def let_in(request: Request) -> SignedIn:
        return _let_in(request, roles)

    return let_in


def writer(*roles: Role) -> Callable[[Request, str], SignedIn]:
    """Return the dependency that lets people with one of `roles` (none named: with any) post a form of ours."""

    def let_in(request: Request, csrf: Annotated[str, Form(max_length=100)] = "") -> SignedIn:
        signed_in = _let_in(request, roles)
        if not is_csrf(csrf, signed_in.csrf):
            raise Refused(403, "desk.refused.form", signed_in)
        return signed_in

    return let_in


def desk_of(request: Request) -> Desk:
    """Return the desk of the application that serves this request."""
    desk: Desk = request.app.state.desk
    return desk


def safe_next(address: str) -> str:
    """Return a page of the desk to go to: what was asked for, if it is one of ours."""
    plain = address.isascii() and address.isprintable() and "\\" not in address and "//" not in address
    return address if plain and (address == "/staff" or address.startswith("/staff/")) else "/staff"


def on_the_way(request: Request, address: str) -> Response:
    """Have the browser ask again, by a page of ours.

    The cookies of the desk are for this site alone: what another site's link opens comes without them.
    """
    return desk_of(request).page(request, None, "on_the_way.html", {"next": safe_next(address)})


def handle_sign_in_needed(request: Request, error: Exception) -> Response:
    """Send the browser to the sign-in page; after a form post there is no page to come back to.

    Who comes by a link on another site may well be signed in, as the cookie stays behind: it is deleted only where it came along.
    """
    assert isinstance(error, SignInNeeded)
    if request.method == "GET" and is_from_another_site(request):
        return on_the_way(request, error.back_to + (f"?{request.url.query}" if request.url.query else ""))
    response = RedirectResponse(f"{SIGN_IN}?next={quote(error.back_to, safe='/')}", status_code=303)
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path="/staff")
    return response


def handle_refused(request: Request, error: Exception) -> Response:
    """Show why somebody may not do this."""
    assert isinstance(error, Refused)
    context = {"text": wording(error.reason)}
    return desk_of(request).page(request, error.signed_in, "refused.html", context, error.status)


def handle_codes_needed(request: Request, error: Exception) -> Response:
    """Send the browser to where codes are set up."""
    return RedirectResponse(OWN_ACCOUNT, status_code=303)


def _let_in(request: Request, roles: tuple[Role, ...]) -> SignedIn:
    secret = request.cookies.get(COOKIE)
    signed_in = desk_of(request).sessions.find(secret) if secret else None
    if signed_in is None:
        raise SignInNeeded(request.url.path if request.method == "GET" else "/staff")
    if not signed_in.person.roles & set(roles or ROLES):
        raise Refused(403, "desk.refused.role", signed_in)
    if desk_of(request).must_set_up_codes(signed_in.person) and request.url.path not in WITHOUT_CODES:
        raise CodesNeeded
    return signed_in
