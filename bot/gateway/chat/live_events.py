"""What a person of SENDIASS writes reaches the chat page at once: server-sent events of one conversation."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.gateway.chat.api import NamedConversation
from bot.gateway.chat.described import REFUSED_EVENTS
from bot.gateway.web.lanes import ASKER, AskerGone, Lane, LaneFull, PageRoute
from bot.gateway.web.problems import Problem
from bot.guidance.wording import wording
from bot.handover.live import Line
from bot.metrics import Metrics
from bot.turn.chat import Chat
from bot.turn.live_lines import live_message

LOOK_EVERY_S = 1.0
STILL_THERE_EVERY_S = 15.0
LONGEST_STREAM_S = 600.0
MOST_OF_A_CHAT = 3
MOST_OF_AN_ASKER = 12
MOST_STREAMS = 200
FULL_FOR_S = 30


class LiveEvents:
    """Streams of what is written in the chats that people of SENDIASS have.

    Families and staff each have their own: make one of these for either.
    """

    def __init__(self, chat: Chat, stopping: threading.Event, metrics: Metrics) -> None:
        """`stopping` is set when the gateway ends: the streams end with it."""
        self._chat = chat
        self._stopping = stopping
        self._metrics = metrics
        self._open: Counter[tuple[str, str]] = Counter()

    def stream(self, request: Request, conversation: str, after: str) -> StreamingResponse:
        """Return the lines of a conversation later than the line `after`, as they come, each an event `message`.

        Its data is the history's form, its id the line's. The stream ends after ten minutes; a browser asks again.
        Raises Problem: 404 where no person has the chat or is awaited, 429 with too many streams of one chat or asker,
        503 with too many of all: then ask for the history.
        """
        live = self._chat.live
        if not live or not (live.speaker(conversation) or live.is_expected(conversation)):
            raise Problem(404, wording("live.nobody_here"))
        places = [("chat", conversation), ("asker", ASKER.get()[0]), ("all", "")]
        for place, most in zip(places, (MOST_OF_A_CHAT, MOST_OF_AN_ASKER, MOST_STREAMS), strict=True):
            if self._open[place] >= most:
                self._metrics.limited.labels(f"streams of {place[0]}").inc()
                raise Problem(503 if place[0] == "all" else 429, wording("gateway.unavailable"), retry_after=FULL_FOR_S)
        lines = self._counted(request, conversation, after, places)
        return StreamingResponse(lines, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def _counted(
        self, request: Request, conversation: str, after: str, places: list[tuple[str, str]]
    ) -> AsyncIterator[str]:
        self._open.update(places)
        try:
            async for event in self._events(request, conversation, after):
                yield event
        finally:
            self._open.subtract(places)
            for place in places:
                if not self._open[place]:
                    del self._open[place]

    async def _events(self, request: Request, conversation: str, after: str) -> AsyncIterator[str]:
        began = heard = time.monotonic()
        streams: Lane = request.app.state.lanes.streams
        yield "retry: 3000\n\n"
        while time.monotonic() - began < LONGEST_STREAM_S and not self._stopping.is_set():
            if await request.is_disconnected():
                return
            try:
                found = await streams.run(partial(self._lines, conversation, after))
            except (SQLAlchemyError, AskerGone):
                return  # the page asks again, and says so where that fails
            except LaneFull:
                found = []  # with the next look
            now = time.monotonic()
            for line in found:
                after, heard = line.id, now
                yield f"id: {line.id}\nevent: message\ndata: {json.dumps(live_message(line))}\n\n"
            if now - heard > STILL_THERE_EVERY_S:
                heard = now
                yield ": still there\n\n"
            await asyncio.sleep(LOOK_EVERY_S)

    def _lines(self, conversation: str, after: str) -> list[Line]:
        return self._chat.live.lines(conversation, after) if self._chat.live else []


def router(chat: Chat, events: LiveEvents) -> APIRouter:
    """Return the route of a family's conversation."""
    routes = APIRouter(route_class=PageRoute)

    @routes.get(
        "/api/chat/{conversation}/events",
        summary="Hear at once what a person writes",
        response_class=StreamingResponse,
        response_description="The events, as they come.",
        responses=REFUSED_EVENTS,
    )
    def of_conversation(
        request: Request,
        named: NamedConversation,
        after: Annotated[str, Query(max_length=40, description="the `line` of the last message that you have")] = "",
        last_event_id: Annotated[str, Header(max_length=40, description="the same; browsers send it")] = "",
    ) -> StreamingResponse:
        """Stream what SENDIASS and the family write, while a person has the chat or is awaited (server-sent events).

        Each event is called `message`; its data is a message as in the conversation so far, its id the `line`. The stream
        ends after ten minutes: ask again.
        """
        return events.stream(request, chat.conversation_of(named.token, named.secret), last_event_id or after)

    return routes
