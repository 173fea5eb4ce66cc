"""Asking Rasa: one message in, the actions' messages out; every way of failing has a name."""

from __future__ import annotations

import re
import threading
from typing import Any

import requests
from pydantic import BaseModel, ConfigDict, ValidationError

WORD_JOINER = "\u2060"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_INVISIBLE_START = re.compile(r"^[\s\u200b-\u200f\u2060-\u2064\ufeff]+")


class RasaFailed(RuntimeError):
    """Rasa gave no usable reply. `part` names what failed: "rasa", "actions" or "reply"."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(reason)
        self.part = part


class Button(BaseModel):
    """A button as actions send it: the payload is an intent message, which never leaves the gateway."""

    title: str
    payload: str


class Reply(BaseModel):
    """One message as actions send it."""

    model_config = ConfigDict(extra="forbid")

    text: str
    buttons: list[Button] = []
    custom: dict[str, Any]


def plain_text(message: str) -> str:
    """Return what a person typed, without control characters, so that Rasa takes it for ordinary text.

    Rasa strips white space and reads what then begins with "/" as an intent, and "EXTERNAL: " as its own
    mark: a word joiner in front, which the normaliser drops, keeps both from happening.
    """
    text = _INVISIBLE_START.sub("", _CONTROL.sub("", message)).rstrip()
    return WORD_JOINER + text if text.startswith("/") or text.upper().startswith("EXTERNAL:") else text


class RasaClient:
    """Speaks to Rasa's REST channel on loopback. Safe to share between threads."""

    def __init__(self, port: int, timeout_s: float) -> None:
        self._address = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
        self._timeout_s = timeout_s
        self._of_thread = threading.local()

    def send(self, sender: str, message: str, audience: str) -> list[Reply]:
        """Send an ordinary text (see `plain_text`) or an intent message; return the replies.

        Raises RasaFailed when Rasa cannot be reached or answers badly, or when the list is empty: Rasa
        answers 200 and nothing when an action failed.
        """
        body = {"sender": sender, "message": message, "metadata": {"audience": audience}}
        try:
            response = self._session().post(self._address, json=body, timeout=self._timeout_s)
            replies = response.json() if response.status_code == 200 else None
        except (requests.RequestException, ValueError) as error:
            raise RasaFailed("rasa", type(error).__name__) from error
        if replies is None:
            raise RasaFailed("rasa", f"status {response.status_code}")
        if not isinstance(replies, list) or not replies:
            raise RasaFailed("actions", "no reply")
        try:
            return [Reply.model_validate(reply["custom"]) for reply in replies]
        except (ValidationError, KeyError, TypeError) as error:
            raise RasaFailed("reply", "a reply without the form of the chat API") from error

    def _session(self) -> requests.Session:
        if not hasattr(self._of_thread, "session"):
            self._of_thread.session = requests.Session()
        session: requests.Session = self._of_thread.session
        return session
