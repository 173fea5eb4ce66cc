"""The chat API."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from bot.gateway.chat.turn_order import TurnOrder
from bot.gateway.web.addresses import address_of
from bot.gateway.web.lanes import PageRoute
from bot.gateway.web.problems import Problem
from bot.guidance.wording import wording
from bot.turn.chat import Chat
from bot.turn.turns import Audience, Client
from bot.upkeep.erasure import Erasure

SHORTEST_KEY = 16
SHORTEST_SECRET = 16
CURRENT = "current"  # in an address, in place of a token that a proxy's log would keep

Secret = Annotated[str | None, Header(alias="Conversation-Secret", max_length=200)]


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


@dataclass(frozen=True)
class Named:
    """Which conversation somebody asks for, and their browser's secret."""

    token: str = field(repr=False)
    secret: str | None = field(repr=False)


def _named(
    conversation: str, token: Annotated[str, Header(alias="Conversation", max_length=500)] = "", secret: Secret = None
) -> Named:
    return Named(token if conversation == CURRENT else conversation, secret)


# The conversation of an address `/api/chat/{conversation}`: its token, or "current" with the token in a header.
NamedConversation = Annotated[Named, Depends(_named)]


def router(chat: Chat, order: TurnOrder, erasure: Erasure) -> APIRouter:
    """Return the routes of the chat API."""
    routes = APIRouter(route_class=PageRoute)

    @routes.post("/api/chat")
    async def ask(
        request: Request,
        body: Ask,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
        secret: Secret = None,
    ) -> dict[str, Any]:
        """Answer a message or a pressed button.

        A conversation that was begun with a `Conversation-Secret` is kept for those who send the same one.

        Refusals are problem details: 400 not JSON, or a conversation that is forged, no longer kept or another's; 403
        another website's page asks; 408 a body that does not end; 411 and 413 a body without its length or over 64 kB;
        422 an empty or too long message, a button not issued in this conversation, a key that came with another request,
        or a wrong field; 429 too many messages, or too many at once (Retry-After says when); 503 the database is down, or
        more come from everybody than can be answered. A part behind the gateway that fails is a 200 with one message of
        kind "error".
        """
        if idempotency_key is not None and len(idempotency_key) < SHORTEST_KEY:
            raise Problem(422, wording("gateway.short_key", length=SHORTEST_KEY))
        if secret and not body.conversation and len(secret) < SHORTEST_SECRET:
            raise Problem(422, wording("gateway.short_secret", length=SHORTEST_SECRET))
        client = Client(body.conversation, body.audience, idempotency_key, secret, address_of(request))
        turn = partial(chat.press, str(body.payload)) if body.message is None else partial(chat.say, body.message)
        return (await order.run(client, turn, body.message)).as_json()

    @routes.get("/api/chat/{conversation}")
    def history(named: NamedConversation) -> dict[str, Any]:
        ident = chat.conversation_of(named.token, named.secret)
        return {"conversation": named.token, "messages": chat.history(ident)}

    @routes.delete("/api/chat/{conversation}", status_code=204)
    def erase(named: NamedConversation) -> Response:
        ident = chat.conversation_of(named.token, named.secret)
        with chat.alone(ident):
            erasure.erase(ident)
        return Response(status_code=204)

    return routes
