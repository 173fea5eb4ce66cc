"""The web application: chat API, pages, health. `create_app` builds it; nothing is opened at import."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from bot.gateway import api, pages
from bot.gateway.chat import Chat
from bot.gateway.conversations import ConversationStore
from bot.gateway.health import Health
from bot.gateway.limits import RateLimit
from bot.gateway.metrics import Metrics
from bot.gateway.problems import Problem, handle_problem, problem_response
from bot.gateway.rasa_client import RasaClient
from bot.guidance.wording import wording
from bot.privacy.erasure import Erasure
from bot.settings import Settings

log = logging.getLogger("bot.gateway.access")

STATIC = Path(__file__).with_name("static")
MOST_BODY_BYTES = 64 * 1024
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)


def create_app(settings: Settings) -> FastAPI:
    """Build the application for these settings; raise SQLAlchemyError where its database cannot be opened."""
    metrics = Metrics()
    store = ConversationStore(settings.database_url)
    rasa = RasaClient(settings.rasa_port, settings.rasa_timeout_s)
    chat = Chat(store, rasa, metrics, settings.signing_key(), settings.message_limit, settings.rate_limit_conversation)
    erasure = Erasure(
        store,
        Path(settings.tracker_database),
        settings.conversation_hours,
        lambda reason, number: metrics.erased.labels(reason).inc(number),
    )
    health = Health(chat, erasure)
    stopping = threading.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=erasure.run_until, args=(stopping,), daemon=True).start()
        yield
        stopping.set()

    app = FastAPI(
        title="Local Offer Guide", version="1", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.metrics = metrics
    app.include_router(api.router(chat, erasure, health))
    app.include_router(pages.router(chat, erasure, settings))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(Problem, handle_problem)
    _handle_errors(app, metrics)
    _guard(app, settings, metrics)
    return app


def _handle_errors(app: FastAPI, metrics: Metrics) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        malformed = any(item["type"] == "json_invalid" for item in error.errors())
        key = "gateway.not_json" if malformed else "gateway.bad_request"
        return problem_response(400 if malformed else 422, wording(key))

    @app.exception_handler(SQLAlchemyError)
    @app.exception_handler(sqlite3.Error)
    async def database_failed(request: Request, error: Exception) -> Response:
        metrics.failures.labels("database").inc()
        logging.getLogger(__name__).error("the database failed: %s", type(error).__name__)
        if _is_page(request):
            return pages.error_page(request, 503, wording("gateway.unavailable"))
        return problem_response(503, wording("gateway.unavailable"), retry_after=10)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        detail = wording("gateway.not_found") if error.status_code == 404 else str(error.detail)
        if _is_page(request):
            return pages.error_page(request, error.status_code, detail)
        return problem_response(error.status_code, detail)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        metrics.failures.labels("gateway").inc()
        if _is_page(request):
            return pages.error_page(request, 500, wording("error.part_failed"))
        return problem_response(500, wording("error.part_failed"))


def _guard(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    """Add to every request: a limit on its size and, for each address, its rate; security headers; one access-log line."""
    by_address = RateLimit(settings.rate_limit_address)

    @app.middleware("http")
    async def guarded(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
        began = time.perf_counter()
        response = await _refusal(request) or await handle(request)
        _secure(request, response, settings)
        spent = (time.perf_counter() - began) * 1000
        path = "/api/chat/..." if request.url.path.startswith("/api/chat/") else request.url.path
        log.info("%s %s %d %.0f ms", request.method, path, response.status_code, spent)
        return response

    async def _refusal(request: Request) -> Response | None:
        if request.method != "POST":
            return None
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > MOST_BODY_BYTES:
            return problem_response(413 if length.isdigit() else 411, wording("gateway.body_too_large"))
        wait = by_address.seconds_to_wait(_address(request, settings))
        if wait:
            metrics.limited.labels("address").inc()
            return problem_response(429, wording("gateway.too_many", seconds=wait), retry_after=wait)
        return None


def _secure(request: Request, response: Response, settings: Settings) -> None:
    may_embed = request.url.path == "/"
    ancestors = f"'self' {settings.embed_origins}".strip() if may_embed else "'none'"
    response.headers["Content-Security-Policy"] = _POLICY.format(ancestors=ancestors)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), interest-cohort=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.url.path == "/embed.js" or request.url.path.startswith("/static/"):
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Cache-Control"] = "public, max-age=3600"
    else:
        response.headers["Cache-Control"] = "no-store"


def _address(request: Request, settings: Settings) -> str:
    forwarded = request.headers.get("x-forwarded-for")
    if settings.trust_forwarded_for and forwarded:
        return forwarded.split(",")[-1].strip()
    return request.client.host if request.client else "unknown"


def _is_page(request: Request) -> bool:
    path = request.url.path
    return not path.startswith(("/api/", "/health", "/static/")) and "text/html" in request.headers.get("accept", "")
