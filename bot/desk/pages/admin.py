"""The administrator's pages: who can sign in, and the audit trail. Accounts are made at the command line only.

An administrator cannot give roles here: else one could make oneself SENDIASS and read what families wrote.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.accounts.accounts import AccountProblem
from bot.accounts.sessions import SignedIn
from bot.desk.pages.access import desk_of, reader, writer
from bot.desk.pages.content import csv_file
from bot.desk.services.queue import as_csv
from bot.gateway.web.lanes import DeskRoute

AdminReader = Annotated[SignedIn, Depends(reader("admin"))]
AdminWriter = Annotated[SignedIn, Depends(writer("admin"))]
LINES_A_PAGE = 50
MOST_EXPORTED = 100_000


def router() -> APIRouter:
    """Return the routes of accounts and the audit trail."""
    routes = APIRouter(route_class=DeskRoute)

    @routes.get("/staff/accounts")
    def accounts(request: Request, who: AdminReader, done: bool = False) -> Response:
        desk = desk_of(request)
        context = {"accounts": desk.accounts.all(), "states": desk.accounts.states(), "done": done}
        return desk.page(request, who, "accounts.html", context)

    @routes.post("/staff/accounts")
    def change(
        request: Request,
        who: AdminWriter,
        account: Annotated[str, Form(max_length=200)] = "",
        state: Annotated[str, Form(max_length=10)] = "",
    ) -> Response:
        """Disable, enable or unlock an account."""
        kept = desk_of(request).accounts
        try:
            if state in ("disabled", "enabled"):
                kept.set_active(account, state == "enabled", who.name)
            elif state == "unlocked":
                kept.unlock(account, who.name)
            else:
                raise HTTPException(404)
        except AccountProblem as problem:
            raise HTTPException(404) from problem
        return RedirectResponse("/staff/accounts?done=1", status_code=303)

    @routes.get("/staff/audit")
    def trail(request: Request, who: AdminReader, before: int | None = None) -> Response:
        desk = desk_of(request)
        lines = audit.latest(desk.engine, before, LINES_A_PAGE)
        older = lines[-1].id if len(lines) == LINES_A_PAGE and lines[-1].id > 1 else None
        return desk.page(request, who, "audit.html", {"lines": lines, "older": older})

    @routes.post("/staff/audit/export")
    def export(request: Request, who: AdminWriter) -> Response:
        """Give the trail as CSV, the newest line first; the export is a line of it itself."""
        desk = desk_of(request)
        with Session(desk.engine) as session, session.begin():
            audit.record(session, who.name, "audit.exported", "audit trail")
        lines = audit.latest(desk.engine, None, MOST_EXPORTED)
        table = [[line.id, line.at, line.who, line.event, line.about, line.detail, line.hash] for line in lines]
        return csv_file(as_csv(["line", "at", "who", "what", "about", "detail", "hash"], table), "audit.csv")

    return routes
