"""Pages that a public body must have: about the guide with its transparency record, privacy, accessibility."""

from __future__ import annotations

import threading
from datetime import date
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from bot.gateway.chat.pages import templates
from bot.gateway.web.lanes import PageRoute
from bot.guidance.answers import load_answers
from bot.guidance.contacts import contact
from bot.guidance.sources import load_documents
from bot.settings import Settings
from bot.transparency.facts import performance
from bot.transparency.record import transparency_record
from bot.transparency.statement import statement

PATHS = frozenset({"/about", "/privacy", "/accessibility"})


def router(settings: Settings) -> APIRouter:
    """Return the routes of the pages about the guide."""
    routes = APIRouter(route_class=PageRoute)

    @lru_cache(maxsize=1)
    def told_about(today: date) -> dict[str, Any]:
        """Return what the page tells; made once a day, for the record counts through all examples, which takes a second."""
        return {
            "answers": len(load_answers()),
            "documents": [(document, document.is_stale(today)) for document in load_documents().values()],
            "performance": performance(),
            "record": transparency_record(settings),
        }

    making = threading.Lock()

    @routes.get("/about", response_class=HTMLResponse)
    def about(request: Request) -> Response:
        with making:  # whoever comes while it is made waits for it, instead of making it once more
            context = dict(told_about(date.today()))
        return templates().TemplateResponse(request, "about.html", context)

    @routes.get("/privacy", response_class=HTMLResponse)
    def privacy(request: Request) -> Response:
        context = {"settings": settings, "contact": settings.data_contact, "help": contact("sendiass")}
        return templates().TemplateResponse(request, "privacy.html", context)

    @routes.get("/accessibility", response_class=HTMLResponse)
    def accessibility(request: Request) -> Response:
        context = {"statement": statement(), "help": contact("sendiass")}
        return templates().TemplateResponse(request, "accessibility.html", context)

    return routes
