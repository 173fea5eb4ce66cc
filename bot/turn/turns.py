"""What a turn of a conversation gave, and what others are told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.guidance.wording import wording
from bot.privacy.network_addresses import UNKNOWN

URGENT = "safeguarding"
Audience = Literal["parent", "professional"]


@dataclass(frozen=True)
class Client:
    """Who sends a message or presses a button.

    `token` names the conversation (None: one begins), `key` is an idempotency key, `secret` that of the browser (None: it
    has none), `address` where the request comes from: for the bound on requests to SENDIASS, it is not kept.
    """

    token: str | None = field(default=None, repr=False)
    audience: Audience | None = None
    key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    address: str = field(default=UNKNOWN, repr=False)


@dataclass(frozen=True)
class Turn:
    """What a turn gave: the conversation's token, the messages in the chat API's form, and what was taken out.

    `near` are the nearest answers with their scores, for staff alone. `is_kept`: whether the history has it; help for
    somebody in danger goes out also where the store fails.
    """

    token: str
    messages: list[dict[str, Any]]
    removed: tuple[str, ...] = ()
    near: tuple[dict[str, Any], ...] = ()
    is_kept: bool = True

    @property
    def is_urgent(self) -> bool:
        """Whether it tells somebody in danger what to do."""
        return any(message["custom"]["kind"] == URGENT for message in self.messages)

    @property
    def is_unread(self) -> bool:
        """Whether nothing came of it but an error: what was typed must be sent again."""
        return bool(self.messages) and all(message["custom"]["kind"] == "error" for message in self.messages)

    def as_history(self) -> list[dict[str, Any]]:
        """Return the turn by itself in the form of the history, for where the history cannot be had."""
        said = {"from": "user", "text": wording("gateway.text_not_kept")}
        return [said, *({"from": "guide", **message} for message in self.messages)]

    def as_json(self) -> dict[str, Any]:
        """Return the body of the chat API."""
        return as_json(self.token, self.messages)


def as_json(token: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the chat API."""
    return {"conversation": token, "messages": messages}


@dataclass(frozen=True)
class Asked:
    """A typed question (redacted) and what came of it, for whoever takes notice."""

    conversation: str
    text: str
    messages: list[dict[str, Any]]
    near: tuple[dict[str, Any], ...]
