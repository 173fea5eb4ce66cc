"""For machines that ask how the guide is: /livez (the gateway answers), /readyz (what a turn needs answers) and /health.

A supervisor or orchestrator asks /livez, a load balancer /readyz; /health asks a real question. All take HEAD as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.gateway.web.health import Health, State
from bot.gateway.web.lanes import running_in
from bot.processes.answering import actions_health, responds

PATHS = frozenset({"/livez", "/readyz", "/health"})
GOOD_FOR_S = 1.5
ANSWER_WITHIN_S = 1.0
_WELL_OR_NOT: dict[int | str, dict[str, Any]] = {
    200: {"description": "It does."},
    503: {"description": "It does not. `failing` names the first part that fails."},
}


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
    @routes.head("/livez", include_in_schema=False)
    @routes.get("/livez", summary="Does the gateway answer?", response_description="It does.")
    async def alive() -> JSONResponse:
        """For a supervisor: `{"alive": true}`. No other part is asked. HEAD works too."""
        return JSONResponse({"alive": True})

    @routes.head("/readyz", include_in_schema=False)
    @routes.get("/readyz", summary="Does what a message needs answer?", responses=_WELL_OR_NOT)
    @running_in("health")
    def ready() -> JSONResponse:
        """For a load balancer: `{"ready": true, "failing": null}`. HEAD works too.

        It asks the store, Rasa and the action server, at most once in a second and a half.
        """
        state = readiness.state()
        return JSONResponse({"ready": state.well, "failing": state.failing}, status_code=200 if state.well else 503)

    @routes.head("/health", include_in_schema=False)
    @routes.get("/health", summary="Does a real question get a real answer?", responses=_WELL_OR_NOT)
    @running_in("health")
    def healthy() -> JSONResponse:
        """For people who watch the guide: `{"well": true, "failing": null}`. HEAD works too.

        It asks a real question, at most once in 20 seconds while all is well.
        """
        state = health.state()
        return JSONResponse({"well": state.well, "failing": state.failing}, status_code=200 if state.well else 503)

    return routes
