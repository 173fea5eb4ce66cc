"""Asking Rasa: one message in, the actions' messages out; every way of failing has a name."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import requests
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.processes.answering import actions_health, hangs, rasa_channel, responds
from bot.turn.breaker import Breaker, NotAnswering

TRIAL_WITHIN_S = 0.5
SHORTEST_WAIT_S = 0.05
# Of the time that one message waits at most: a full queue gives its first answer late, but well before that.
SILENT_AFTER = 0.7


class RasaFailed(RuntimeError):
    """Rasa gave no reply. `part` names what failed: "rasa" or "actions"."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(reason)
        self.part = part


class Custom(BaseModel):
    """What kind a message is; the rest depends on the kind."""

    model_config = ConfigDict(extra="allow")

    kind: Literal[
        "answer", "clarify", "records", "no_records", "handoff", "safeguarding", "fallback", "smalltalk", "error"
    ]


class Button(BaseModel):
    """A button as actions send it: the payload is an intent message, which never leaves the gateway."""

    title: str
    payload: str


class Reply(BaseModel):
    """One message as actions send it."""

    model_config = ConfigDict(extra="forbid")

    text: str
    buttons: list[Button] = []
    custom: Custom


class RasaClient:
    """Speaks to Rasa's REST channel on loopback. Safe to share between threads."""

    def __init__(self, port: int, timeout_s: float, actions_port: int | None = None) -> None:
        """`actions_port`: the action server's, for which Rasa waits where it hangs; None: it is not asked."""
        channel = rasa_channel(port)
        actions = actions_health(actions_port) if actions_port else None

        def is_well() -> bool:
            return responds(channel, TRIAL_WITHIN_S) and not (actions and hangs(actions, TRIAL_WITHIN_S))

        self._address = f"{channel}webhook"
        self._breaker = Breaker(is_well, SILENT_AFTER * timeout_s)
        self._timeout_s = timeout_s
        self._of_thread = threading.local()

    def send(self, sender: str, message: str, metadata: Mapping[str, Any]) -> list[Reply | None]:
        """Send an ordinary text (see `as_ordinary_text`) or an intent message; return the replies.

        `previous` is the turn before, for messages that lean on it (see `bot.reading.context.Previous`).
        A reply without the form of the chat API is None, so that the ones beside it still arrive. Raises
        RasaFailed when Rasa cannot be reached or answers badly, or when the list is empty: Rasa answers 200
        and nothing when an action failed. Where Rasa did not answer lately, it is raised at once.
        """
        body = {"sender": sender, "message": message, "metadata": metadata}
        try:
            with self._breaker.call(requests.RequestException):
                response = self._session().post(self._address, json=body, timeout=self._left_s())
            replies = response.json() if response.status_code == 200 else None
        except (NotAnswering, requests.RequestException, ValueError) as error:
            raise RasaFailed("rasa", type(error).__name__) from error
        if replies is None:
            raise RasaFailed("rasa", f"status {response.status_code}")
        if not isinstance(replies, list) or not replies:
            raise RasaFailed("actions", "no reply")
        return [_reply(entry) for entry in replies]

    @contextmanager
    def one_turn(self) -> Iterator[None]:
        """Have all that is sent in here, by this thread, take no longer together than one message may."""
        self._of_thread.until = time.monotonic() + self._timeout_s
        try:
            yield
        finally:
            del self._of_thread.until

    def _left_s(self) -> float:
        until: float | None = getattr(self._of_thread, "until", None)
        return self._timeout_s if until is None else max(until - time.monotonic(), SHORTEST_WAIT_S)

    def answers(self) -> bool:
        """Tell whether Rasa answered lately, or does so now."""
        return self._breaker.answers()

    @property
    def is_failing_fast(self) -> bool:
        """Tell whether messages are refused at once, because Rasa did not answer lately."""
        return self._breaker.is_open

    def _session(self) -> requests.Session:
        if not hasattr(self._of_thread, "session"):
            self._of_thread.session = requests.Session()
            # Rasa is on this machine: no proxy of the environment's lies between.
            self._of_thread.session.trust_env = False
        session: requests.Session = self._of_thread.session
        return session


def _reply(entry: Any) -> Reply | None:
    try:
        return Reply.model_validate(entry["custom"])
    except (ValidationError, KeyError, TypeError):
        return None
