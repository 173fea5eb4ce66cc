"""The gate: what is asked of every request before anything else is done for it.

In this order, each cheaper than what follows it: who asks, and how often; whether the body is known to be small; then
the body itself, within a time. Only then may a request wait for a lane, take a lock or open a database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gateway.web import probes
from bot.gateway.web.addresses import address_of
from bot.gateway.web.lanes import ASKER
from bot.guidance.wording import wording
from bot.metrics import Metrics
from bot.privacy.network_addresses import network_of
from bot.turn.limits import RateLimit

MOST_BODY_BYTES = 64 * 1024
BODY_WITHIN_S = 10.0
# Pages cost less than messages, so that one asker may have more of them; a search costs more than other pages.
PAGES_FOR_A_MESSAGE = 5
SEARCH_COST, PAGE_COST, FILE_COST = 3.0, 1.0, 0.1
SEARCHES = ("/services", "/open-referral/")
FILES = ("/static/", "/theme.css", "/embed.js", "/favicon")
# Up to so many a minute may come at once; of more, a third.
WHOLE_MINUTE_AT_ONCE = 20
# Who goes on in spite of so many refusals a minute is told slowly: that costs nothing here, and keeps them waiting.
REFUSED_AT_ONCE = 60
REFUSED_SLOWLY_S = 5.0

Refuse = Callable[[Request, int, str, int | None], Response]


def burst_of(per_minute: int) -> float:
    """Return how many messages may come at once where `per_minute` may come in a minute."""
    return float(max(min(per_minute, WHOLE_MINUTE_AT_ONCE), per_minute // 3))


class Gate:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp, per_minute: int, metrics: Metrics, refuse: Refuse) -> None:
        """`per_minute` messages of one asker, 0 turns rates off. `refuse` makes the response to what is refused."""
        self._app = app
        self._metrics = metrics
        self._refuse = refuse
        self._messages = RateLimit(per_minute, burst_of(per_minute))
        pages = per_minute * PAGES_FOR_A_MESSAGE
        self._pages = RateLimit(pages, burst_of(pages))
        self._refusals = RateLimit(REFUSED_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        asker = network_of(address_of(request))
        refusal = self._too_often(request, asker) or self._too_large(request)
        if refusal is None and request.method not in ("GET", "HEAD", "OPTIONS"):
            try:
                async with asyncio.timeout(BODY_WITHIN_S):
                    body = await request.body()
            except TimeoutError:
                refusal = self._refused(request, "slow", 408, wording("gateway.too_slow"))
                refusal.headers["Connection"] = "close"
            else:
                receive = _again(body, receive)
        if refusal is not None:
            if self._refusals.seconds_to_wait(asker):
                await asyncio.sleep(REFUSED_SLOWLY_S)
            await refusal(scope, receive, send)
            return
        mark = ASKER.set((asker, Request(scope, receive)))
        try:
            await self._app(scope, receive, send)
        finally:
            ASKER.reset(mark)

    def _too_often(self, request: Request, asker: str) -> Response | None:
        path = request.url.path
        if path in probes.PATHS:
            return None
        if request.method == "POST":
            wait = self._messages.seconds_to_wait(asker)
        else:
            is_search = path.startswith(SEARCHES)
            cost = SEARCH_COST if is_search else FILE_COST if path.startswith(FILES) else PAGE_COST
            wait = self._pages.seconds_to_wait(asker, cost)
        return self._refused(request, "address", 429, wording("gateway.too_many", seconds=wait), wait) if wait else None

    def _too_large(self, request: Request) -> Response | None:
        length = request.headers.get("content-length")
        if length is None:
            may_have_body = request.method == "POST" or "transfer-encoding" in request.headers
            return self._refused(request, "length", 411, wording("gateway.no_length")) if may_have_body else None
        if not length.isdecimal() or int(length) > MOST_BODY_BYTES:
            return self._refused(request, "size", 413, wording("gateway.body_too_large"))
        return None

    def _refused(self, request: Request, limit: str, status: int, detail: str, wait: int | None = None) -> Response:
        self._metrics.limited.labels(limit).inc()
        return self._refuse(request, status, detail, wait)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body which was already read, and after it what comes by itself."""
    given = False

    async def read() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return read
