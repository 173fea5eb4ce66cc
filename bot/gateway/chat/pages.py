"""The pages: the chat at `/`, which needs no JavaScript, its transcript, and a demonstration of the embed at `/demo`."""

from __future__ import annotations

import contextlib
import logging
import secrets
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from bot.gateway.chat import usefulness
from bot.gateway.chat.api import CURRENT
from bot.gateway.chat.message_parts import in_parts
from bot.gateway.chat.transcript import as_text
from bot.gateway.chat.turn_order import TurnOrder
from bot.gateway.web.addresses import address_of
from bot.gateway.web.assets import compressed
from bot.gateway.web.lanes import Lane, PageRoute
from bot.gateway.web.markdown import to_html
from bot.gateway.web.problems import Problem, refused_as_problem
from bot.guidance.contacts import contact
from bot.guidance.dates import day_in_words, month_in_words
from bot.guidance.wording import wording
from bot.privacy.quiet_logs import failure
from bot.settings import Settings
from bot.turn.chat import Chat
from bot.turn.refusals import Refused
from bot.turn.turns import Audience, Client, Turn
from bot.upkeep.erasure import Erasure

log = logging.getLogger(__name__)

_HERE = Path(__file__).parent
# The secret of a browser's conversation, put into the page's forms by its script: it stands beside the token.
FormSecret = Annotated[str, Form(max_length=200)]
STARTERS = ("school_money", "personal_budget", "therapy", "private", "home", "unhappy")


@dataclass
class _Posted:
    """What a form of the chat page was posted with, and what came of it."""

    token: str | None = None
    secret: str | None = None
    audience: str = "parent"
    embed: bool = False
    message: str | None = None
    feedback: str = ""
    resume: bool = False
    said: Turn | None = None
    problem: Problem | None = None

    @property
    def error(self) -> str | None:
        """What to say of what went wrong: nothing where a chat that is no longer kept was only looked for."""
        return None if not self.problem or (self.resume and self.problem.status == 400) else self.problem.detail

    @property
    def unsent(self) -> str:
        """What was typed and not answered: it stays in the box."""
        is_unanswered = self.error or self.feedback or (self.said and self.said.is_unread)
        return self.message or "" if is_unanswered else ""


def router(chat: Chat, order: TurnOrder, erasure: Erasure, settings: Settings) -> APIRouter:
    """Return the routes of the pages."""
    routes = APIRouter(route_class=PageRoute)

    @routes.get("/", response_class=HTMLResponse)
    def page(request: Request, embed: bool = False) -> Response:
        return compressed(request, _chat_page(request, settings, chat, _Posted(embed=embed), []))

    @routes.post("/", response_class=HTMLResponse)
    async def turn(
        request: Request,
        key: Annotated[str, Form(min_length=16, max_length=200)],
        message: Annotated[str | None, Form()] = None,
        payload: Annotated[str | None, Form(max_length=200)] = None,
        starter: Annotated[str | None, Form(max_length=40)] = None,
        conversation: Annotated[str | None, Form(max_length=500)] = None,
        secret: FormSecret = "",
        audience: Annotated[Audience, Form()] = "parent",
        embed: Annotated[bool, Form()] = False,
        resume: Annotated[bool, Form()] = False,
        feedback: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        """Take a form post and show the whole conversation; a mistake is shown beside the field it is about."""
        posted = _Posted(conversation or None, secret or None, audience, embed, message, feedback, resume)
        if starter in STARTERS:
            posted.message = wording(f"page.starters.{starter}.question")
        if not resume and not feedback:
            client = Client(posted.token, audience, key, posted.secret, address_of(request))
            turn = partial(chat.press, payload) if payload else partial(chat.say, posted.message or "")
            try:
                posted.said = await order.run(client, turn, None if payload else posted.message)
                posted.token = posted.said.token
            except Problem as problem:
                posted.problem = problem
        pages: Lane = request.app.state.lanes.pages
        return await pages.run(partial(_after, request, posted))

    def _after(request: Request, posted: _Posted) -> Response:
        """Return the page after a form post: the conversation so far, and what went wrong if something did."""
        said = posted.said
        try:
            with refused_as_problem():
                if posted.feedback:
                    usefulness.take(request, chat, posted.token, posted.secret, posted.feedback)
                elif posted.resume:
                    chat.conversation_of(posted.token or "", posted.secret)
        except Problem as problem:
            posted.problem = problem
        if posted.problem and posted.problem.status == 400:
            posted.token = None
        try:
            history = said.as_history() if said and not said.is_kept else _history(chat, posted)
            response = _chat_page(request, settings, chat, posted, history)
        except Exception as failed:  # noqa: BLE001 - whatever fails, somebody in danger is shown what to do
            if not said or not said.is_urgent:
                raise
            log.error("a page was shown without its history: %s", failure(failed))
            response = _chat_page(request, settings, None, posted, said.as_history())
        if posted.problem:
            response.status_code = posted.problem.status
            if posted.problem.retry_after is not None:
                response.headers["Retry-After"] = str(posted.problem.retry_after)
        return response

    @routes.post("/start-again")
    def start_again(
        conversation: Annotated[str, Form(max_length=500)] = "",
        secret: FormSecret = "",
        embed: Annotated[bool, Form()] = False,
    ) -> Response:
        """Erase the conversation and show an empty one."""
        with contextlib.suppress(Refused):
            ident = chat.conversation_of(conversation, secret or None)
            with chat.alone(ident):
                erasure.erase(ident)
        return RedirectResponse("/?embed=1" if embed else "/", status_code=303)

    @routes.get("/demo", response_class=HTMLResponse)
    def demo(request: Request) -> Response:
        return compressed(request, templates().TemplateResponse(request, "demo.html", {}))

    @routes.post("/transcript")
    def transcript(
        request: Request,
        conversation: Annotated[str, Form(max_length=500)],
        secret: FormSecret = "",
        form: Annotated[Literal["page", "text"], Form()] = "text",
    ) -> Response:
        """Give the conversation with its sources as a file: a page that stands alone, or plain text."""
        history = chat.history(chat.conversation_of(conversation, secret or None))
        if form == "text":
            name, kind = "chat.txt", "text/plain; charset=utf-8"
            content = as_text(history, request.app.state.theme.name)
        else:
            name, kind = "chat.html", "text/html; charset=utf-8"
            # Never the address that was asked for: whoever asks may call the guide what they like.
            site = settings.public_url.rstrip("/") or None
            context = {"entries": history, "saved": date.today(), "site": site}
            content = bytes(templates().TemplateResponse(request, "transcript.html", context).body).decode()
        headers = {"Content-Disposition": f'attachment; filename="local-offer-guide-{name}"'}
        return Response(content, media_type=kind, headers=headers)

    return routes


def error_page(request: Request, status: int, text: str, retry_after: int | None = None) -> Response:
    """Return a plain page for something that went wrong, with another way to get help. `retry_after` is in seconds."""
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    return templates().TemplateResponse(request, "error.html", {"text": text}, status_code=status, headers=headers)


@lru_cache(maxsize=1)
def templates() -> Jinja2Templates:
    """Return the page templates, with the helpers they use."""
    found = Jinja2Templates(directory=_HERE.parent / "templates", context_processors=[_of_every_page])
    found.env.trim_blocks = found.env.lstrip_blocks = True
    found.env.globals["wording"] = wording
    found.env.filters["markdown"] = to_html
    found.env.filters["in_parts"] = in_parts
    found.env.filters["month"] = month_in_words
    found.env.filters["day"] = day_in_words
    found.env.tests["web_address"] = lambda url: str(url or "").lower().startswith(("https://", "http://"))
    return found


def _of_every_page(request: Request) -> dict[str, Any]:
    """Return what every page may use: the theme, `asset` (the address of a file), and who else can help."""
    return {"theme": request.app.state.theme, "asset": request.app.state.assets.url, "help": contact("sendiass")}


def _history(chat: Chat, posted: _Posted) -> list[dict[str, Any]]:
    return chat.history(chat.conversation_of(posted.token, posted.secret)) if posted.token else []


def _live(chat: Chat | None, posted: _Posted, history: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return who of SENDIASS has the chat and where its events come from; None where nobody has it or is awaited."""
    if not posted.token or not chat or not chat.live:
        return None
    ident = chat.conversation_of(posted.token, posted.secret)
    speaker = chat.live.speaker(ident)
    if not speaker and not chat.live.is_expected(ident):
        return None
    last = next((entry["line"] for entry in reversed(history) if "line" in entry), "")
    return {"speaker": speaker, "events": f"/api/chat/{CURRENT}/events?after={last}"}


def _chat_page(
    request: Request, settings: Settings, chat: Chat | None, posted: _Posted, history: list[dict[str, Any]]
) -> Response:
    """Return the page of a conversation; without a `chat` nothing is asked of any store."""
    newest = max((index for index, entry in enumerate(history) if entry["from"] == "user"), default=len(history))
    given = bool(posted.feedback) and not posted.error
    context = {
        "token": posted.token,
        "secret": posted.secret if posted.token else None,
        "live": _live(chat, posted, history),
        "past": history[:newest],
        "new": history[newest:],
        "feedback": usefulness.question(request, history[newest:], given) if chat else None,
        "audience": posted.audience,
        "embed": posted.embed,
        "error": posted.error,
        "removed": posted.said.removed if posted.said else (),
        "unsent": posted.unsent,
        "key": secrets.token_urlsafe(18),
        "limit": settings.message_limit,
        "starters": STARTERS,
    }
    return templates().TemplateResponse(request, "chat.html", context)
