"""Policy questions: one box; the professional text, its sources and dates, what else the section says, and a citation."""

from __future__ import annotations

import secrets
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from bot.accounts.sessions import SignedIn
from bot.desk.pages.access import desk_of, reader, writer
from bot.desk.services.library import brief_of, citations, others_of_sections, with_citation
from bot.gateway.chat.api import SHORTEST_KEY
from bot.gateway.chat.turn_order import TurnOrder
from bot.gateway.web.addresses import address_of
from bot.gateway.web.lanes import DeskRoute, Lane
from bot.gateway.web.problems import Problem
from bot.guidance.answers import Answer, load_answers
from bot.turn.turns import Client

PolicyReader = Annotated[SignedIn, Depends(reader("policy"))]
PolicyWriter = Annotated[SignedIn, Depends(writer("policy"))]
AnswerReader = Annotated[SignedIn, Depends(reader("policy", "content"))]


def router() -> APIRouter:
    """Return the routes of policy questions."""
    routes = APIRouter(route_class=DeskRoute)

    @routes.get("/staff/policy")
    def box(request: Request, who: PolicyReader) -> Response:
        return _page(request, who)

    @routes.post("/staff/policy")
    async def ask(
        request: Request,
        who: PolicyWriter,
        question: Annotated[str, Form(max_length=4000)] = "",
        payload: Annotated[str, Form(max_length=200)] = "",
        conversation: Annotated[str, Form(max_length=500)] = "",
        key: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        """Ask as a professional; a mistake is shown beside the box and nothing is lost."""
        order: TurnOrder = request.app.state.turn_order
        desk: Lane = request.app.state.lanes.desk
        chat = desk_of(request).chat
        given = key if len(key) >= SHORTEST_KEY else None
        client = Client(conversation or None, "professional", given, address=address_of(request))
        work = partial(chat.press, payload) if payload else partial(chat.say, question)
        try:
            turn = await order.run(client, work, None if payload else question)
        except Problem as problem:
            kept = None if problem.status == 400 else client.token
            refused = partial(_page, request, who, kept, [], question, problem.detail, problem.status)
            response = await desk.run(refused)
            if problem.retry_after is not None:
                response.headers["Retry-After"] = str(problem.retry_after)
            return response
        return await desk.run(partial(_page, request, who, turn.token, turn.messages, question))

    @routes.get("/staff/answer/{ident}")
    def answer(request: Request, who: AnswerReader, ident: str) -> Response:
        """Show one answer as professionals get it."""
        found = load_answers().get(ident)
        if found is None:
            raise HTTPException(404)
        return desk_of(request).page(request, who, "answer.html", {"given": explained(found)})

    return routes


def explained(answer: Answer) -> dict[str, Any]:
    """Return what the desk shows of an answer."""
    today = date.today()
    return {
        "answer": answer,
        "text": answer.text_for("professional"),
        "brief": brief_of(answer),
        "sources": [
            citation.as_dict(today) | {"publisher": citation.document.publisher} for citation in citations(answer)
        ],
        "others": others_of_sections(answer),
        "citation": with_citation(answer, today),
    }


def _page(
    request: Request,
    who: SignedIn,
    token: str | None = None,
    messages: list[dict[str, Any]] | None = None,
    question: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    known = load_answers()
    replies = []
    for message in messages or []:
        name = str(message["custom"].get("answer") or "").partition("/")[2]
        replies.append({"message": message, "given": explained(known[name]) if name in known else None})
    context = {
        "token": token,
        "replies": replies,
        "question": question,
        "error": error,
        "key": secrets.token_urlsafe(18),
        "limit": desk_of(request).settings.message_limit,
    }
    return desk_of(request).page(request, who, "policy.html", context, status)
