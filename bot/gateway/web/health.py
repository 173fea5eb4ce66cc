"""Is the guide well? Only when a real question gets a real answer."""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from bot.guidance.wording import wording
from bot.turn.chat import Chat
from bot.turn.rasa_client import RasaFailed
from bot.upkeep.erasure import Erasure

GOOD_FOR_S = 20.0
BAD_FOR_S = 2.0


@dataclass(frozen=True)
class State:
    """Whether the guide answers and, if not, which part fails: "database", "rasa", "actions" or "answer"."""

    well: bool
    failing: str | None = None


class Health:
    """Asks a real question, and asks again only when its answer is old, so that asking cannot load the guide.

    A good answer is old after 20 seconds, a bad one after 2, so that a guide that has just started is soon found well.
    """

    def __init__(self, chat: Chat, erasure: Erasure) -> None:
        self._chat = chat
        self._erasure = erasure
        self._last: tuple[float, State] = (float("-inf"), State(False, "rasa"))
        self._lock = threading.Lock()

    def state(self) -> State:
        """Return the state, from the last question where that was lately and well."""
        with self._lock:
            asked, state = self._last
            if time.monotonic() - asked < (GOOD_FOR_S if state.well else BAD_FOR_S):
                return state
            state = self._ask()
            self._last = (time.monotonic(), state)
            return state

    def _ask(self) -> State:
        sender = f"health-{secrets.token_urlsafe(12)}"
        try:
            self._chat.store.answers()
            try:
                kinds = self._chat.probe(sender, wording("gateway.health_question"))
            finally:
                self._erasure.erase_trackers([sender])
        except (SQLAlchemyError, sqlite3.Error):
            return State(False, "database")
        except RasaFailed as failure:
            return State(False, failure.part)
        return State(True) if "answer" in kinds else State(False, "answer")
