"""The page that turns the guide, a topic or a document off and on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.accounts.sessions import SignedIn
from bot.desk.pages.access import desk_of, reader, writer
from bot.desk.services.switch import SCOPES, BadClosure, names_of, reasons
from bot.gateway.web.lanes import DeskRoute
from bot.guidance.wording import wording

AdminReader = Annotated[SignedIn, Depends(reader("admin"))]
AdminWriter = Annotated[SignedIn, Depends(writer("admin"))]
# The field that each mistake belongs to.
FIELDS = {
    "desk.switch.choose_what": "what",
    "desk.switch.choose_reason": "reason-0",
    "desk.switch.give_note": "note",
}


def router() -> APIRouter:
    """Return the routes of the switch."""
    routes = APIRouter(route_class=DeskRoute)

    @routes.get("/staff/switch")
    def page(request: Request, who: AdminReader, done: str = "") -> Response:
        return _page(request, who, done=done)

    @routes.post("/staff/switch/off")
    def close(
        request: Request,
        who: AdminWriter,
        what: Annotated[str, Form(max_length=120)] = "",
        reason: Annotated[str, Form(max_length=40)] = "",
        note: Annotated[str, Form(max_length=2000)] = "",
    ) -> Response:
        """Turn off what was chosen (`what` is "<scope> <name>"); a mistake is shown beside its field."""
        scope, _, name = what.partition(" ")
        try:
            desk_of(request).switch.close(scope, name, reason, note, who.name)
        except BadClosure as problem:
            errors = {FIELDS[problem.reason]: wording(problem.reason)}
            return _page(request, who, errors, {"what": what, "reason": reason, "note": note})
        return RedirectResponse("/staff/switch?done=off", status_code=303)

    @routes.post("/staff/switch/on")
    def open_again(request: Request, who: AdminWriter, what: Annotated[str, Form(max_length=120)] = "") -> Response:
        scope, _, name = what.partition(" ")
        opened = desk_of(request).switch.open(scope, name, who.name)
        return RedirectResponse(f"/staff/switch?done={'on' if opened else 'was-on'}", status_code=303)

    return routes


def _page(
    request: Request,
    who: SignedIn,
    errors: dict[str, str] | None = None,
    given: dict[str, str] | None = None,
    done: str = "",
) -> Response:
    desk = desk_of(request)
    context = {
        "closures": desk.switch.closures(),
        "names": {scope: names_of(scope) for scope in SCOPES},
        "reasons": reasons(),
        "given": given or {},
    }
    return desk.form_page(request, who, "switch.html", "desk.switch", context, errors, done)
