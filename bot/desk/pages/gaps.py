"""The page of gaps: searches of the directory that found nothing, so that editors know what to look for and add."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.accounts.sessions import SignedIn
from bot.desk.pages.access import desk_of, reader, writer
from bot.desk.pages.content import csv_file
from bot.directory.search.gaps import Report, report
from bot.directory.search.gaps_report import VIEWS, as_csv, conditions
from bot.gateway.web.lanes import DeskRoute

ContentReader = Annotated[SignedIn, Depends(reader("content"))]
ContentWriter = Annotated[SignedIn, Depends(writer("content"))]
# How far back somebody may look. A few fixed spans: with any span at all, the difference of two would tell of one week.
WEEKS = (4, 13, 26, 52, 104)
USUAL_WEEKS = 52


def router() -> APIRouter:
    """Return the routes of the page of gaps."""
    routes = APIRouter(route_class=DeskRoute)

    @routes.get("/staff/gaps")
    def page(request: Request, who: ContentReader, weeks: int = USUAL_WEEKS) -> Response:
        """Show the gaps of the last so many whole weeks."""
        found = _report(request, weeks)
        views = {view: [(conditions(line), line.searches) for line in getattr(found, view)] for view in VIEWS}
        context = {"report": found, "views": views, "weeks": _known(weeks), "spans": WEEKS}
        return desk_of(request).page(request, who, "gaps.html", context)

    @routes.post("/staff/gaps/export")
    def export(request: Request, who: ContentWriter, weeks: Annotated[int, Form()] = USUAL_WEEKS) -> Response:
        """Give the same numbers as a table, and note it in the audit trail."""
        table = as_csv(_report(request, weeks))
        with Session(desk_of(request).engine) as session, session.begin():
            audit.record(session, who.name, "gaps.exported", "gaps", weeks=_known(weeks))
        return csv_file(table, "gaps.csv")

    return routes


def _known(weeks: int) -> int:
    return weeks if weeks in WEEKS else USUAL_WEEKS


def _report(request: Request, weeks: int) -> Report:
    desk = desk_of(request)
    return report(desk.directory, desk.settings.gaps_minimum_group, _known(weeks))
