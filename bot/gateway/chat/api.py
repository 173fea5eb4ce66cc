"""The chat API."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.gateway.chat.described import REFUSED_ERASING, REFUSED_MESSAGES, REFUSED_READING, ChatReply, History
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

Secret = Annotated[
    str | None,
    Header(
        alias="Conversation-Secret",
        max_length=200,
        description="a secret of yours, 16 characters or more: the conversation is kept for whoever sends it",
    ),
]


class Ask(BaseModel):
    """The body of `POST /api/chat`: a message or a pressed button."""

    model_config = ConfigDict(extra="forbid")

    message: str | None = Field(None, description="what somebody wrote; 2,000 characters at most unless set otherwise")
    payload: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="of a pressed button, in place of a message"
    )
    conversation: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        None, description="the token that came with the reply before"
    )
    audience: Audience | None = Field(None, description="whom the answers are for; stays until another is sent")

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
    conversation: Annotated[str, Path(description="the token, or `current` with the token in a header")],
    token: Annotated[
        str,
        Header(alias="Conversation", max_length=500, description="the token, where the address says `current`"),
    ] = "",
    secret: Secret = None,
) -> Named:
    return Named(token if conversation == CURRENT else conversation, secret)


# The conversation of an address `/api/chat/{conversation}`: its token, or "current" with the token in a header.
NamedConversation = Annotated[Named, Depends(_named)]


def router(chat: Chat, order: TurnOrder, erasure: Erasure) -> APIRouter:
    """Return the routes of the chat API."""
    routes = APIRouter(route_class=PageRoute)

    @routes.post(
        "/api/chat",
        summary="Ask, or press a button",
        response_model=None,
        responses={200: {"model": ChatReply, "description": "The replies."}, **REFUSED_MESSAGES},
    )
    async def ask(
        request: Request,
        body: Ask,
        idempotency_key: Annotated[
            str | None,
            Header(
                max_length=200,
                description="a key of yours, 16 characters or more: a message sent again with it is answered once",
            ),
        ] = None,
        secret: Secret = None,
    ) -> dict[str, Any]:
        """Answer a message or a pressed button: send one of them.

        Without a `conversation` a new one begins. One that was begun with a `Conversation-Secret` is kept for those who
        send the same secret. Where a part behind the gateway fails, the answer is a 200 with one message of kind `error`.
        """
        if idempotency_key is not None and len(idempotency_key) < SHORTEST_KEY:
            raise Problem(422, wording("gateway.short_key", length=SHORTEST_KEY))
        if secret and not body.conversation and len(secret) < SHORTEST_SECRET:
            raise Problem(422, wording("gateway.short_secret", length=SHORTEST_SECRET))
        client = Client(body.conversation, body.audience, idempotency_key, secret, address_of(request))
        turn = partial(chat.press, str(body.payload)) if body.message is None else partial(chat.say, body.message)
        return (await order.run(client, turn, body.message)).as_json()

    @routes.get(
        "/api/chat/{conversation}",
        summary="Read a conversation",
        response_model=None,
        responses={200: {"model": History, "description": "The conversation."}, **REFUSED_READING},
    )
    def history(named: NamedConversation) -> dict[str, Any]:
        """Give the conversation so far, for as long as it is kept."""
        ident = chat.conversation_of(named.token, named.secret)
        return {"conversation": named.token, "messages": chat.history(ident)}

    @routes.delete(
        "/api/chat/{conversation}",
        status_code=204,
        summary="Erase a conversation",
        response_description="It is gone.",
        responses=REFUSED_ERASING,
    )
    def erase(named: NamedConversation) -> Response:
        """Erase the conversation and all that the guide keeps of it. A request that was sent to SENDIASS stays."""
        ident = chat.conversation_of(named.token, named.secret)
        with chat.alone(ident):
            erasure.erase(ident)
        return Response(status_code=204)

    return routes
