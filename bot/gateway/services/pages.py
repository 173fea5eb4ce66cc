"""The pages of the directory: `/services` to search it, which needs no JavaScript, and `/services/{id}` to link to."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from bot.directory.publishing.published import Filters, Published
from bot.directory.records.places import PlacesMissing, attributions, gazetteer
from bot.directory.records.taxonomy import our_taxonomy
from bot.directory.search.directory import Directory, Found, is_stale
from bot.directory.search.documents import document_of
from bot.directory.search.gaps import Gaps
from bot.directory.search.times import DAYS
from bot.gateway.chat.pages import error_page, templates
from bot.gateway.services.form import (
    DISTANCES,
    LONGEST_TEXT,
    ServiceForm,
    address_of,
    address_of_page,
    page_number,
    read_form,
)
from bot.gateway.services.view import view_of
from bot.gateway.web.lanes import SearchRoute
from bot.gateway.web.origin import is_from_another_site
from bot.guidance.wording import wording

PER_PAGE = 20


def router(directory: Directory, published: Published, gaps: Gaps) -> APIRouter:
    """Return the routes of the pages of the directory."""
    routes = APIRouter(route_class=SearchRoute)

    @routes.get("/services", response_class=HTMLResponse)
    def services(request: Request) -> Response:
        """Show the form and what it finds; all services by name where it asks for nothing."""
        page = page_number(request.query_params)
        try:
            form = read_form(request.query_params)
        except PlacesMissing:
            return error_page(request, 503, wording("services.no_places"))
        if form.problems:
            return _search_page(request, form, [], 0, page, status=422)
        if form.is_empty:
            records, total = _by_name(published, page)
            return _search_page(request, form, records, total, page)
        found = directory.search(form.wanted, PER_PAGE, (page - 1) * PER_PAGE)
        if not is_from_another_site(request):  # what another site's page asks for tells nothing of families
            gaps.note(found)
        records = [{**result.record, "unsaid": _unsaid(result.unsaid)} for result in found.results]
        return _search_page(request, form, records, found.total, page, found)

    @routes.get("/services/{ident}", response_class=HTMLResponse)
    def service(request: Request, ident: str) -> Response:
        """Show one service; one that has closed says so."""
        today = date.today()
        with published.session() as session:
            found = published.service(session, ident)
            if found is None:
                return error_page(request, 404, wording("services.page.not_found"))
            if not published.is_shown(session, found):
                return error_page(request, 410, wording("services.page.gone"))
            context = {"service": view_of(found, today), "ident": found.id}
            return templates().TemplateResponse(request, "service.html", context)

    return routes


def _by_name(published: Published, page: int) -> tuple[list[dict[str, Any]], int]:
    today = date.today()
    with published.session() as session:
        found = published.services(session, Filters(), page, PER_PAGE, "full", by_name=True)
        records = [document_of(service, gazetteer()).record for service in found.rows]
    return [{**record, "stale": is_stale(record["last_checked"], today)} for record in records], found.total


def _unsaid(conditions: tuple[str, ...]) -> list[str]:
    return [wording(f"services.unsaid.{name}") for name in conditions if name not in ("kinds", "subject")]


def _search_page(
    request: Request,
    form: ServiceForm,
    records: list[dict[str, Any]],
    total: int,
    page: int,
    found: Found | None = None,
    status: int = 200,
) -> Response:
    pages = -(-total // PER_PAGE)
    looser = None
    if found and found.looser:
        said = form.wanted.conditions_in_words().get(found.looser.condition, "")
        looser = {
            "address": address_of(found.looser.wanted),
            "condition": said,
            "filters": found.looser.wanted.in_words(),
            "count": found.looser.count,
        }
    context = {
        "form": form,
        "searched": bool(found),
        "filters": found.filters if found else "",
        "is_outside": bool(found and found.is_outside),
        "looser": looser,
        "records": records,
        "total": total,
        "page": page,
        "pages": pages,
        "first": (page - 1) * PER_PAGE + 1,
        "previous": address_of_page(form, min(page - 1, pages)) if page > 1 and pages else None,
        "following": address_of_page(form, page + 1) if page < pages else None,
        "terms": {facet: our_taxonomy().of_facet(facet) for facet in ("need", "kind", "accessibility")},
        "days": list(enumerate(DAYS)),
        "distances": DISTANCES,
        "limit": LONGEST_TEXT,
        "attributions": attributions(),
        "is_index": not request.query_params,
    }
    return templates().TemplateResponse(request, "services.html", context, status_code=status)
