"""A visitor of the guide, with an address of their own: 127.0.0.0/8 is all this machine."""

from __future__ import annotations

import itertools
import socket
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

ORDINARY = "what is an ehc plan"
SERVICES = "where can I borrow sensory toys"
PERSON = "please can I talk to a person"
REPLY_WITHIN_S = 15.0
_ADDRESSES = itertools.count(1)


def new_address() -> str:
    """Return a loopback address that no visitor had before, so that nobody's limit is used up."""
    number = next(_ADDRESSES)
    return f"127.1.{number // 250}.{number % 250 + 1}"


class _FromAddress(HTTPAdapter):
    def __init__(self, source: str) -> None:
        self._source = source
        super().__init__(pool_maxsize=64)

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        more["source_address"] = (self._source, 0)
        super().init_poolmanager(*arguments, **more)


@dataclass
class Said:
    """What came of one request: status 0 where nothing came in time."""

    status: int
    seconds: float
    body: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> list[str]:
        """The kinds of the messages in the reply."""
        return [str((message.get("custom") or {}).get("kind")) for message in self.body.get("messages") or []]

    @property
    def token(self) -> str:
        """The conversation's token; empty where none was given."""
        return str(self.body.get("conversation") or "")

    @property
    def is_answered(self) -> bool:
        """Tell whether a real reply came."""
        return self.status == 200 and bool(self.kinds) and "error" not in self.kinds

    @property
    def is_kind(self) -> bool:
        """Tell whether the person got something useful to read: a reply, or the sentence for a part that failed."""
        return self.status == 200 and bool(self.kinds)

    @property
    def names_999(self) -> bool:
        """Tell whether the reply names the emergency number."""
        return "999" in self.text


class Family:
    """One visitor at one address."""

    def __init__(self, base: str, address: str | None = None) -> None:
        self.base, self.address = base, address or new_address()
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.mount("http://127.", _FromAddress(self.address))
        self.token = ""

    def send(self, method: str, path: str, timeout_s: float = REPLY_WITHIN_S, **more: Any) -> Said:
        """Make a request, without following redirections."""
        began = time.monotonic()
        try:
            reply = self.http.request(method, self.base + path, timeout=timeout_s, **{"allow_redirects": False, **more})
        except requests.RequestException:
            return Said(0, time.monotonic() - began)
        spent = time.monotonic() - began
        is_json = "json" in reply.headers.get("content-type", "")
        body = _object(reply) if is_json else {}
        return Said(reply.status_code, spent, body, reply.text, {k.lower(): v for k, v in reply.headers.items()})

    def say(self, message: str, timeout_s: float = REPLY_WITHIN_S, **more: Any) -> Said:
        """Send a message in this visitor's conversation, or begin one."""
        body: dict[str, Any] = {"message": message, **more}
        if self.token:
            body.setdefault("conversation", self.token)
        said = self.send("POST", "/api/chat", timeout_s, json=body)
        self.token = said.token or self.token
        return said

    def press(self, said: Said, title: str) -> Said:
        """Press the last button whose title begins so; status 0 where there is none."""
        buttons = [button for message in said.body.get("messages") or [] for button in message.get("buttons") or []]
        found = [button["payload"] for button in buttons if str(button["title"]).startswith(title)]
        if not found:
            return Said(0, 0.0)
        pressed = self.send("POST", "/api/chat", json={"payload": found[-1], "conversation": said.token or self.token})
        self.token = pressed.token or self.token
        return pressed

    @property
    def from_us(self) -> dict[str, str]:
        """What a browser says of a form that stands on the guide's own page."""
        return {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}

    def page(self, path: str = "/", timeout_s: float = REPLY_WITHIN_S) -> Said:
        """Open a page as a browser does."""
        return self.send("GET", path, timeout_s, headers={"Accept": "text/html"})

    def form(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None, **more: Any) -> Said:
        """Send a form as a browser does; `headers` may say that it stands on another site."""
        return self.send("POST", path, data=fields, headers={"Accept": "text/html", **(headers or {})}, **more)


def connect(base: str, address: str) -> socket.socket:
    """Open a bare connection from an address; raise OSError where it is refused."""
    place = urlsplit(base)
    return socket.create_connection((str(place.hostname), place.port or 80), 5, source_address=(address, 0))


def _object(reply: requests.Response) -> dict[str, Any]:
    try:
        found = reply.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
