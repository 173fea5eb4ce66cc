"""Was this answer useful? As buttons of the chat page and as `POST /api/feedback`; only while staff work the queue."""

from __future__ import annotations

from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.gateway.chat.api import Secret
from bot.gateway.chat.described import REFUSED_FEEDBACK, FeedbackAsked
from bot.gateway.web.lanes import PageRoute
from bot.guidance.usefulness import YES, reasons
from bot.turn.chat import Chat


class TakesFeedback(Protocol):
    """Whoever keeps what people say of answers."""

    def is_wanted(self) -> bool:
        """Tell whether to ask at all."""

    def give(self, conversation: str, answer: str, verdict: str) -> None:
        """Keep YES or a reason for an answer; raise `bot.turn.refusals.Refused` where it is not taken."""


class Verdict(BaseModel):
    """The body of `POST /api/feedback`: what somebody says of an answer they were given; a reason where it is no use."""

    model_config = ConfigDict(extra="forbid")

    conversation: Annotated[str, StringConstraints(max_length=500)] = Field(description="the token")
    answer: Annotated[str, StringConstraints(max_length=120)] = Field(description="`answer` of the message's `custom`")
    useful: bool = Field(description="whether it was of use")
    reason: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None, description="where it was of no use: the name of a reason"
    )

    @model_validator(mode="after")
    def _reason_where_not_useful(self) -> Verdict:
        if self.useful == (self.reason is not None):
            raise ValueError("give a reason where the answer was not useful, and only there")
        return self


def router(chat: Chat, box: TakesFeedback) -> APIRouter:
    """Return the route for programs."""
    routes = APIRouter(route_class=PageRoute)

    @routes.get(
        "/api/feedback",
        summary="Is feedback wanted?",
        response_model=None,
        responses={200: {"model": FeedbackAsked, "description": "Whether, and the reasons to choose from."}},
    )
    def asked_for() -> dict[str, Any]:
        """Tell whether feedback is wanted now, and the reasons with their words. Ask before you show the question."""
        return {"wanted": box.is_wanted(), "reasons": reasons()}

    @routes.post(
        "/api/feedback",
        status_code=204,
        summary="Say whether an answer was useful",
        response_description="It is kept.",
        responses=REFUSED_FEEDBACK,
    )
    def give(body: Verdict, secret: Secret = None) -> Response:
        """Take what somebody says of an answer; the last word counts."""
        ident = chat.conversation_of(body.conversation, secret)
        box.give(ident, body.answer, YES if body.useful else str(body.reason))
        return Response(status_code=204)

    return routes


def take(request: Request, chat: Chat, token: str | None, secret: str | None, pressed: str) -> None:
    """Take a pressed button, "<verdict> <answer>"; raise Refused as `TakesFeedback.give` does."""
    verdict, _, answer = pressed.partition(" ")
    _box(request).give(chat.conversation_of(token or "", secret), answer, verdict)


def question(request: Request, new: list[dict[str, Any]], given: bool) -> dict[str, Any] | None:
    """Return what the page asks about the newest messages: None where they hold no answer or nobody would look."""
    customs = [entry.get("custom") or {} for entry in new]
    answers = [
        {"name": custom["answer"], "title": custom.get("title") or custom["answer"]}
        for custom in customs
        if custom.get("kind") == "answer"
    ]
    if not answers or not _box(request).is_wanted():
        return None
    return {"answers": answers, "reasons": reasons(), "given": given}


def _box(request: Request) -> TakesFeedback:
    box: TakesFeedback = request.app.state.feedback
    return box
