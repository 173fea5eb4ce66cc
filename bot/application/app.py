"""The web application: chat API, pages, health. `create_app` builds it; nothing is opened at import."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.desk.build import add_desk, desk_services
from bot.directory.publishing.published import Published
from bot.directory.search.directory import Directory
from bot.directory.search.gaps import Gaps
from bot.directory.search.vectors import VectorKeeper
from bot.encoder.encoder import SmallEncoder
from bot.gateway import information
from bot.gateway.chat import api, handover_pages, live_events, pages
from bot.gateway.chat.handover_pages import HandoverForm
from bot.gateway.chat.live_events import LiveEvents
from bot.gateway.chat.turn_order import TurnOrder, refusal
from bot.gateway.services import open_referral
from bot.gateway.services import pages as services
from bot.gateway.web import probes
from bot.gateway.web.addresses import networks_of
from bot.gateway.web.appearance import published
from bot.gateway.web.assets import Assets
from bot.gateway.web.connections import Connections
from bot.gateway.web.gate import Gate
from bot.gateway.web.health import Health
from bot.gateway.web.lanes import AskerGone, LaneFull, Lanes
from bot.gateway.web.origin import CHANGES_NOTHING, may_change_something
from bot.gateway.web.probes import Readiness
from bot.gateway.web.problems import Problem, handle_problem, problem_response, said_to
from bot.guidance.wording import wording
from bot.handover.delivery.figures import HandoverFigures
from bot.handover.form.chat_draft import ChatHandover
from bot.handover.live import LiveChats
from bot.handover.referrals.store import ReferralStore
from bot.metrics import Metrics
from bot.privacy.encryption import EncryptionUnavailable
from bot.privacy.quiet_logs import failure
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.turn.chat import Chat
from bot.turn.conversations import ConversationStore
from bot.turn.rasa_client import RasaClient
from bot.turn.refusals import Refused
from bot.upkeep.erasure import Erasure
from bot.upkeep.retention import Retention

log = logging.getLogger(__name__)
access_log = logging.getLogger("bot.gateway.access")

FIXED_PATHS = frozenset(
    {
        "/",
        "/demo",
        "/embed.js",
        "/theme.css",
        "/start-again",
        "/transcript",
        "/api/chat",
        "/api/feedback",
        "/handover",
        "/services",
    }
)
IN_A_FRAME = frozenset({"/", "/transcript"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)


def create_app(settings: Settings) -> FastAPI:
    """Build the application for these settings; raise SQLAlchemyError where its database cannot be opened, or ThemeRefused."""
    metrics = Metrics()
    store = ConversationStore(settings.database_url)
    live = _live_chats(settings)
    rasa = RasaClient(settings.rasa_port, settings.rasa_timeout_s, settings.actions_port)
    metrics.failing_fast.set_function(lambda: float(rasa.is_failing_fast))
    desk = desk_services(settings, metrics)
    handover_in_chat = ChatHandover(settings)
    directory = open_engine(settings.directory_url)
    erasure = Erasure(
        store,
        Path(settings.tracker_database),
        settings.conversation_hours,
        lambda reason, number: metrics.erased.labels(reason).inc(number),
        live,
        handover_in_chat.drop,
        desk.intake.erase_conversation,
        {"referrals": open_engine(settings.referrals_url), "directory": directory},
    )
    chat = Chat(
        store,
        rasa,
        metrics,
        erasure.erase_trackers,
        settings.signing_key(),
        settings.message_limit,
        settings.rate_limit_conversation,
        handover_in_chat,
        live,
        desk.switch.screen,
        desk.intake.notice,
    )
    health = Health(chat, erasure)
    handover = HandoverForm(settings)
    vectors = VectorKeeper(directory, lambda: SmallEncoder(threads=1))
    gaps = Gaps(directory, settings.gaps_weeks, lambda: metrics.failures.labels("gaps").inc())
    rules = {"questions": desk.erase_old_questions, "sign-ins": desk.erase_old_sign_ins, "gaps": gaps.delete_old}
    retention = Retention(settings, rules)
    stopping = threading.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=erasure.run_until, args=(stopping,), daemon=True).start()
        threading.Thread(target=retention.run_until, args=(stopping,), daemon=True).start()
        desk.start(stopping)
        vectors.start()
        yield
        stopping.set()
        vectors.stop()

    app = FastAPI(
        title="Local Offer Guide", version="1", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.metrics = metrics
    app.state.connections = Connections(
        networks_of(settings.trusted_proxies), refused=metrics.limited.labels("connections").inc
    )
    app.state.theme, app.state.assets = published(Path(settings.theme))
    with contextlib.suppress(EncryptionUnavailable):  # without a key there are no referrals to tell of
        metrics.registry.register(HandoverFigures.of(settings))
    app.state.lanes = Lanes.of_one_machine()
    app.state.turn_order = order = TurnOrder(chat, app.state.lanes)
    app.include_router(api.router(chat, order, erasure))
    app.include_router(probes.router(health, Readiness(store.answers, rasa.answers, settings.actions_port)))
    app.include_router(pages.router(chat, order, erasure, settings))
    app.include_router(live_events.router(chat, LiveEvents(chat, stopping, metrics)))
    app.state.staff_events = LiveEvents(chat, stopping, metrics)
    app.include_router(information.router(settings))
    published_records = Published(directory)
    app.include_router(open_referral.router(published_records))
    app.include_router(services.router(Directory(directory), published_records, gaps))
    app.include_router(handover_pages.router(handover, chat, settings))
    add_desk(app, settings, chat, metrics, desk, directory)
    app.add_exception_handler(Problem, handle_problem)
    app.add_exception_handler(Refused, handle_problem)
    _handle_errors(app, metrics)
    _guard(app, settings, metrics)
    return app


def _live_chats(settings: Settings) -> LiveChats | None:
    """Return the chats that people of SENDIASS have; None without a key, for then no referral can be taken."""
    try:
        return LiveChats(ReferralStore(settings))
    except EncryptionUnavailable:
        return None


def _refused(request: Request, status: int, detail: str, retry_after: int | None = None) -> Response:
    """Say that a request cannot be served: as a page to a browser, as problem details to a program."""
    detail = said_to(request, detail)
    if _is_page(request):
        return pages.error_page(request, status, detail, retry_after)
    return problem_response(status, detail, retry_after)


def _handle_errors(app: FastAPI, metrics: Metrics) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        malformed = any(item["type"] == "json_invalid" for item in error.errors())
        if _is_page(request):
            return _refused(request, 422, wording("gateway.bad_form"))
        key = "gateway.not_json" if malformed else "gateway.bad_request"
        return _refused(request, 400 if malformed else 422, wording(key))

    @app.exception_handler(SQLAlchemyError)
    @app.exception_handler(sqlite3.Error)
    async def database_failed(request: Request, error: Exception) -> Response:
        metrics.failures.labels("database").inc()
        log.error("the database failed: %s", type(error).__name__)
        return _refused(request, 503, wording("gateway.unavailable"), retry_after=10)

    @app.exception_handler(LaneFull)
    async def no_room(request: Request, error: Exception) -> Response:
        assert isinstance(error, LaneFull)
        problem = refusal(error, metrics)
        return _refused(request, problem.status, problem.detail, problem.retry_after)

    @app.exception_handler(AskerGone)
    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=503)  # nobody is there to read it

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        key = {404: "gateway.not_found", 405: "gateway.wrong_method"}.get(error.status_code, "gateway.bad_request")
        response = _refused(request, error.status_code, wording(key))
        response.headers.update(error.headers or {})
        return response


def _guard(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    """Add to every request, from within: security headers and one access-log line, a look at where it comes from, the gate,
    and who really asks.
    """

    @app.middleware("http")
    async def guarded(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
        began = time.perf_counter()
        try:
            response = _stranger(request) or _asset(request) or await handle(request)
        except Exception as error:  # noqa: BLE001 - whatever failed, the person gets a kind page with safe headers
            # Its place and kind are logged, its text is not: that may repeat what somebody wrote.
            log.error("failed: %s", failure(error))
            metrics.failures.labels("gateway").inc()
            response = _refused(request, 500, wording("error.part_failed"))
        _secure(request, response, settings)
        spent = (time.perf_counter() - began) * 1000
        if request.url.path not in probes.PATHS:  # asked every few seconds, and by nobody
            access_log.info("%s %s %d %.0f ms", request.method, _known_path(request), response.status_code, spent)
        return response

    def _stranger(request: Request) -> Response | None:
        """Refuse whatever could change something and comes from another website; so each route is covered, new ones too."""
        if request.method in CHANGES_NOTHING or may_change_something(request, settings):
            return None
        metrics.strangers.inc()
        return _refused(request, 403, wording("gateway.another_site"))

    def refuse(request: Request, status: int, detail: str, retry_after: int | None) -> Response:
        response = _refused(request, status, detail, retry_after)
        _secure(request, response, settings)
        return response

    app.add_middleware(
        Gate,
        per_minute=settings.rate_limit_address,
        metrics=metrics,
        refuse=refuse,
    )
    if settings.trusted_proxies:
        trusted = [str(network) for network in networks_of(settings.trusted_proxies)]
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)


def _asset(request: Request) -> Response | None:
    assets: Assets = request.app.state.assets
    return assets.respond(request) if request.method in ("GET", "HEAD") else None


def _secure(request: Request, response: Response, settings: Settings) -> None:
    may_embed = request.url.path in IN_A_FRAME
    ancestors = f"'self' {settings.embed_origins}".strip() if may_embed else "'none'"
    response.headers["Content-Security-Policy"] = _POLICY.format(ancestors=ancestors)
    response.headers["X-Content-Type-Options"] = "nosniff"
    # To nobody else, but to ourselves: without it browsers would call the origin of our own form posts "null".
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), interest-cohort=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if "ETag" in response.headers:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    else:
        response.headers["Cache-Control"] = "no-store"
    if request.url.path.startswith(f"{open_referral.ROOT}/"):
        response.headers.update(open_referral.SHARED_HEADERS)


def _known_path(request: Request) -> str:
    """Return the path for the log, without tokens, and nothing of a path that somebody made up."""
    path = request.url.path
    if path in FIXED_PATHS | information.PATHS:
        return path
    folders = ("/api/chat/", "/handover/", "/services/", "/staff", "/static/", f"{open_referral.ROOT}/")
    known = next((folder for folder in folders if path.startswith(folder)), None)
    return f"{known}..." if known else "(no such path)"


def _is_page(request: Request) -> bool:
    path = request.url.path
    return not path.startswith(
        ("/api/", "/static/", f"{open_referral.ROOT}/", *probes.PATHS)
    ) and "text/html" in request.headers.get("accept", "")
