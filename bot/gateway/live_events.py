"""What a person of SENDIASS writes reaches the chat page at once: server-sent events of one conversation."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.gateway.chat import Chat, live_message
from bot.gateway.problems import Problem
from bot.guidance.wording import wording
from bot.handover.live import Line

LOOK_EVERY_S = 1.0
STILL_THERE_EVERY_S = 15.0
LONGEST_STREAM_S = 600.0
MOST_STREAMS = 200


def router(chat: Chat, stopping: threading.Event) -> APIRouter:
    """Return the route of a conversation's events. `stopping` is set when the gateway ends."""
    routes = APIRouter()
    streams = 0

    @routes.get("/api/chat/{conversation}/events")
    async def events(
        request: Request,
        conversation: str,
        after: Annotated[str, Query(max_length=40)] = "",
        last_event_id: Annotated[str, Header(max_length=40)] = "",
    ) -> StreamingResponse:
        """Send each line of family and person as an event `message`: its data is the history's form, its id the line's.

        It begins after the line `Last-Event-ID` (which a browser sends when it asks again) or `after`. The stream ends
        after ten minutes. 400 for a conversation that is not kept, 503 with too many streams: then ask for the history.
        """
        nonlocal streams
        ident = await run_in_threadpool(chat.conversation_of, conversation)
        if streams >= MOST_STREAMS:
            raise Problem(503, wording("gateway.unavailable"), retry_after=30)

        async def lines() -> AsyncIterator[str]:
            nonlocal streams
            streams += 1
            try:
                async for event in _events(chat, ident, last_event_id or after, request, stopping):
                    yield event
            finally:
                streams -= 1

        return StreamingResponse(lines(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return routes


async def _events(
    chat: Chat, ident: str, after: str, request: Request, stopping: threading.Event
) -> AsyncIterator[str]:
    began = heard = time.monotonic()
    yield "retry: 3000\n\n"
    while time.monotonic() - began < LONGEST_STREAM_S and not stopping.is_set():
        if await request.is_disconnected():
            return
        try:
            found = await run_in_threadpool(_lines, chat, ident, after)
        except SQLAlchemyError:
            return  # the page asks again, and says so where that fails
        for line in found:
            after = line.id
            yield f"id: {line.id}\nevent: message\ndata: {json.dumps(live_message(line))}\n\n"
        now = time.monotonic()
        if found:
            heard = now
        elif now - heard > STILL_THERE_EVERY_S:
            heard = now
            yield ": still there\n\n"
        await asyncio.sleep(LOOK_EVERY_S)


def _lines(chat: Chat, ident: str, after: str) -> list[Line]:
    return chat.live.lines(ident, after) if chat.live else []
