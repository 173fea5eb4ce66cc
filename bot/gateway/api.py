"""The chat API."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from bot.gateway.chat import Audience, Chat
from bot.gateway.problems import Problem
from bot.guidance.wording import wording
from bot.privacy.erasure import Erasure

SHORTEST_KEY = 16


class Ask(BaseModel):
    """The body of `POST /api/chat`: a message or a pressed button."""

    model_config = ConfigDict(extra="forbid")

    message: str | None = None
    payload: Annotated[str, StringConstraints(max_length=200)] | None = None
    conversation: Annotated[str, StringConstraints(max_length=500)] | None = None
    audience: Audience | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Ask:
        if (self.message is None) == (self.payload is None):
            raise ValueError("send either a message or a payload")
        return self


def router(chat: Chat, erasure: Erasure) -> APIRouter:
    """Return the routes of the chat API."""
    routes = APIRouter()

    @routes.post("/api/chat")
    def ask(body: Ask, idempotency_key: Annotated[str | None, Header(max_length=200)] = None) -> dict[str, Any]:
        """Answer a message or a pressed button.

        Refusals are problem details: 400 not JSON, or a conversation that is forged or no longer kept; 411 and 413 a
        body without its length or over 64 kB; 422 an empty or too long message, a button not issued in this
        conversation, or a wrong field; 429 too many messages (Retry-After says when); 503 the database is down. A part
        behind the gateway that fails is a 200 with one message of kind "error".
        """
        if idempotency_key is not None and len(idempotency_key) < SHORTEST_KEY:
            raise Problem(422, wording("gateway.short_key", length=SHORTEST_KEY))
        if body.message is not None:
            return chat.say(body.message, body.conversation, body.audience, idempotency_key).as_json()
        return chat.press(str(body.payload), body.conversation, body.audience, idempotency_key).as_json()

    @routes.get("/api/chat/{conversation}")
    def history(conversation: str) -> dict[str, Any]:
        ident = chat.conversation_of(conversation)
        return {"conversation": conversation, "messages": chat.history(ident)}

    @routes.delete("/api/chat/{conversation}", status_code=204)
    def erase(conversation: str) -> Response:
        ident = chat.conversation_of(conversation)
        with chat.alone(ident):
            erasure.erase(ident)
        return Response(status_code=204)

    return routes
