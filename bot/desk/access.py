"""The gate of every page under /staff: who is signed in, may they see it, and does the form come from our page.

A page declares who may read it or post to it as the type of a parameter:

    ContentReader = Annotated[SignedIn, Depends(reader("content"))]
    ContentWriter = Annotated[SignedIn, Depends(writer("content"))]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.desk import Desk
from bot.desk.roles import ROLES, Role
from bot.desk.sessions import SignedIn, is_csrf
from bot.guidance.wording import wording

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
        if not is_from_here(request) or not is_csrf(csrf, signed_in.csrf):
            raise Refused(403, "desk.refused.form", signed_in)
        return signed_in

    return let_in


def desk_of(request: Request) -> Desk:
    """Return the desk of the application that serves this request."""
    desk: Desk = request.app.state.desk
    return desk


def is_from_here(request: Request) -> bool:
    """Tell whether a form was posted from one of our pages, as far as the browser says."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin in (None, "null") or urlsplit(str(origin)).netloc == request.headers.get("host")


def handle_sign_in_needed(request: Request, error: Exception) -> Response:
    """Send the browser to the sign-in page; after a form post there is no page to come back to."""
    assert isinstance(error, SignInNeeded)
    response = RedirectResponse(f"{SIGN_IN}?next={quote(error.back_to, safe='/')}", status_code=303)
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
