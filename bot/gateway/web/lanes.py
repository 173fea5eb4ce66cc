"""Lanes: how many requests of a kind are worked on at once, how many may wait, and whose turn is next.

A lane has threads of its own, so that one kind of work cannot take the threads of another. Whoever has to wait waits
in the event loop, where it costs next to nothing. Askers take turns: one that sends fifty requests waits behind its
own, and another's single request comes next. Everything here runs in the event loop, so nothing needs a lock.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Literal, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import Request
from fastapi.routing import APIRoute

from bot.privacy.network_addresses import UNKNOWN

T = TypeVar("T")
LaneName = Literal["turns", "pages", "searches", "desk", "sign_in", "streams", "health"]

# After so many seconds without anybody else an asker may have more at once.
ALONE_AFTER_S = 10.0

# Whose request this is, and the request itself: set for each by `bot.gateway.web.gate`.
ASKER: ContextVar[tuple[str, Request | None]] = ContextVar("asker", default=(UNKNOWN, None))


class LaneFull(Exception):
    """There is no room to wait. `whose`: "asker" where one sends too much at once, "lane" where everybody together does."""

    def __init__(self, lane: str, whose: str) -> None:
        super().__init__(f"{lane}: {whose}")
        self.lane = lane
        self.whose = whose


class AskerGone(Exception):
    """Whoever asked went away while the request waited: nothing is done for it."""


@dataclass(frozen=True)
class Bounds:
    """What a lane holds: requests worked on at once and waiting, of all askers together and of each.

    `each_alone`: how many of one asker are worked on at once while nobody else has come for a while (None: `each`).
    """

    at_once: int
    each: int
    waiting: int
    waiting_each: int
    each_alone: int | None = None


class Lane:
    """One kind of work; see the module. Make it in the application, use it in the event loop."""

    def __init__(self, name: str, bounds: Bounds, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._bounds = bounds
        self._clock = clock
        # The two askers who came last, and when: enough to tell whether somebody else came lately.
        self._came: OrderedDict[str, float] = OrderedDict()
        self._running: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._threads: CapacityLimiter | None = None

    @asynccontextmanager
    async def place(self, key: str) -> AsyncIterator[None]:
        """Hold a place for the time of the block, waiting for it in turn; raise LaneFull where there is no room to wait."""
        self._has_come(key)
        if not self._is_free_for(key) or self._waiting.get(key):
            await self._wait(key)
        else:
            self._running[key] += 1
        try:
            yield
        finally:
            self._release(key)

    async def run(self, work: Callable[[], T]) -> T:
        """Do work in a thread of this lane, for whoever asks now; raise LaneFull or AskerGone without doing it."""
        asker, request = ASKER.get()
        async with self.place(asker):
            if request is not None and await request.is_disconnected():
                raise AskerGone
            if self._threads is None:
                self._threads = CapacityLimiter(self._bounds.at_once)
            return await anyio.to_thread.run_sync(work, limiter=self._threads)

    def _has_come(self, key: str) -> None:
        self._came[key] = self._clock()
        self._came.move_to_end(key)
        while len(self._came) > 2:
            self._came.popitem(last=False)

    def _is_free_for(self, key: str) -> bool:
        alone = self._bounds.each_alone
        most = alone if alone is not None and self._is_alone(key) else self._bounds.each
        return self._running.total() < self._bounds.at_once and self._running[key] < most

    def _is_alone(self, key: str) -> bool:
        lately = self._clock() - ALONE_AFTER_S
        return all(asker == key or came < lately for asker, came in self._came.items())

    async def _wait(self, key: str) -> None:
        queue = self._waiting.get(key, ())
        if len(queue) >= self._bounds.waiting_each:
            raise LaneFull(self.name, "asker")
        if sum(map(len, self._waiting.values())) >= self._bounds.waiting:
            raise LaneFull(self.name, "lane")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # its place came in the same moment: it goes to the next
                self._release(key)
            else:
                self._leave(key, turn)
            raise

    def _release(self, key: str) -> None:
        self._running[key] -= 1
        if not self._running[key]:
            del self._running[key]
        self._admit()

    def _leave(self, key: str, turn: asyncio.Future[None]) -> None:
        queue = self._waiting.get(key)
        if queue and turn in queue:
            queue.remove(turn)
            if not queue:
                del self._waiting[key]

    def _admit(self) -> None:
        """Give free places to those who wait, one asker after the other."""
        while True:
            key = next((key for key in self._waiting if self._is_free_for(key)), None)
            if key is None:
                return
            turn = self._waiting[key].popleft()
            if self._waiting[key]:
                self._waiting.move_to_end(key)
            else:
                del self._waiting[key]
            if not turn.done():
                self._running[key] += 1
                turn.set_result(None)


@dataclass(frozen=True)
class Lanes:
    """The lanes of one application, in `app.state.lanes`."""

    turns: Lane
    pages: Lane
    searches: Lane
    desk: Lane
    sign_in: Lane
    streams: Lane
    health: Lane

    @classmethod
    def of_one_machine(cls) -> Lanes:
        """Return the lanes of an application with two or more processors and one Rasa, which reads one message at a time."""
        return cls(
            turns=Lane("turns", Bounds(at_once=4, each=1, waiting=64, waiting_each=24, each_alone=2)),
            pages=Lane("pages", Bounds(at_once=12, each=4, waiting=240, waiting_each=40)),
            searches=Lane("searches", Bounds(at_once=3, each=1, waiting=60, waiting_each=12)),
            desk=Lane("desk", Bounds(at_once=8, each=4, waiting=80, waiting_each=40)),
            sign_in=Lane("sign_in", Bounds(at_once=2, each=1, waiting=20, waiting_each=5)),
            streams=Lane("streams", Bounds(at_once=4, each=2, waiting=400, waiting_each=40)),
            health=Lane("health", Bounds(at_once=2, each=1, waiting=20, waiting_each=4)),
        )


def running_in(lane: LaneName) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that has an endpoint do its work in a lane; an endpoint that is a coroutine stays as it is."""

    def in_lane(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(endpoint):
            return endpoint

        @wraps(endpoint)
        async def run(*given: Any, **named: Any) -> Any:
            work = partial(endpoint, *given, **named)
            request = ASKER.get()[1]
            if request is None:  # routes by themselves, without the application's gate
                return await anyio.to_thread.run_sync(work)
            chosen: Lane = getattr(request.app.state.lanes, lane)
            return await chosen.run(work)

        return run

    return in_lane


def _routes_in(lane: LaneName) -> type[APIRoute]:
    class LaneRoute(APIRoute):
        def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
            super().__init__(path, running_in(lane)(endpoint), **options)

    return LaneRoute


# For `APIRouter(route_class=...)`: every endpoint of the router runs in the lane, but for those that name another.
PageRoute = _routes_in("pages")
SearchRoute = _routes_in("searches")
DeskRoute = _routes_in("desk")
