"""For machines that ask how the guide is: /livez (the gateway answers), /readyz (what a turn needs answers) and /health.

A supervisor or orchestrator asks /livez, a load balancer /readyz; /health asks a real question. All take HEAD as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.gateway.web.health import Health, State
from bot.gateway.web.lanes import running_in
from bot.processes.answering import actions_health, responds

PATHS = frozenset({"/livez", "/readyz", "/health"})
GOOD_FOR_S = 1.5
ANSWER_WITHIN_S = 1.0
_METHODS = ["GET", "HEAD"]


class Readiness:
    """Asks each part that a turn needs whether it answers; what was heard is good for a second or two."""

    def __init__(self, database: Callable[[], object], rasa: Callable[[], bool], actions_port: int) -> None:
        """`database` raises SQLAlchemyError where the guide's store fails; `rasa` tells whether Rasa answered lately."""
        self._database = database
        self._rasa = rasa
        self._actions = actions_health(actions_port)
        self._lock = threading.Lock()
        self._last: tuple[float, State] = (float("-inf"), State(False))

    def state(self) -> State:
        """Return whether a turn would find its parts, and the first that does not answer."""
        with self._lock:
            asked, state = self._last
            if time.monotonic() - asked >= GOOD_FOR_S:
                failing = self._failing()
                state = State(failing is None, failing)
                self._last = (time.monotonic(), state)
            return state

    def _failing(self) -> str | None:
        try:
            self._database()
        except SQLAlchemyError:
            return "database"
        if not responds(self._actions, ANSWER_WITHIN_S):
            return "actions"
        return None if self._rasa() else "rasa"


def router(health: Health, readiness: Readiness) -> APIRouter:
    """Return the three addresses."""
    routes = APIRouter()

    # None of these needs the threads that turns wait in: they answer however many families are being served.
    @routes.api_route("/livez", methods=_METHODS)
    async def alive() -> JSONResponse:
        return JSONResponse({"alive": True})

    @routes.api_route("/readyz", methods=_METHODS)
    @running_in("health")
    def ready() -> JSONResponse:
        state = readiness.state()
        return JSONResponse({"ready": state.well, "failing": state.failing}, status_code=200 if state.well else 503)

    @routes.api_route("/health", methods=_METHODS)
    @running_in("health")
    def healthy() -> JSONResponse:
        state = health.state()
        return JSONResponse({"well": state.well, "failing": state.failing}, status_code=200 if state.well else 503)

    return routes
