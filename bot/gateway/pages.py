"""The pages: the chat at `/`, which needs no JavaScript, its transcript, and a demonstration of the embed at `/demo`."""

from __future__ import annotations

import contextlib
import secrets
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from bot.gateway import usefulness
from bot.gateway.addresses import address_of
from bot.gateway.assets import compressed
from bot.gateway.chat import Audience, Chat
from bot.gateway.markdown import to_html
from bot.gateway.message_parts import in_parts
from bot.gateway.problems import Problem
from bot.gateway.transcript import as_text
from bot.guidance.contacts import contact
from bot.guidance.replies import day_in_words, month_in_words
from bot.guidance.wording import wording
from bot.privacy.erasure import Erasure
from bot.settings import Settings

_HERE = Path(__file__).parent
STARTERS = ("school_money", "personal_budget", "therapy", "private", "home", "unhappy")


def router(chat: Chat, erasure: Erasure, settings: Settings) -> APIRouter:
    """Return the routes of the pages."""
    routes = APIRouter()

    @routes.get("/", response_class=HTMLResponse)
    def page(request: Request, embed: bool = False) -> Response:
        return compressed(request, _chat_page(request, settings, chat, None, [], "parent", embed))

    @routes.post("/", response_class=HTMLResponse)
    def turn(
        request: Request,
        key: Annotated[str, Form(min_length=16, max_length=200)],
        message: Annotated[str | None, Form()] = None,
        payload: Annotated[str | None, Form(max_length=200)] = None,
        starter: Annotated[str | None, Form(max_length=40)] = None,
        conversation: Annotated[str | None, Form(max_length=500)] = None,
        audience: Annotated[Audience, Form()] = "parent",
        embed: Annotated[bool, Form()] = False,
        resume: Annotated[bool, Form()] = False,
        feedback: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        """Take a form post and show the whole conversation; a mistake is shown beside the field it is about."""
        token = conversation or None
        error: str | None = None
        removed: tuple[str, ...] = ()
        status, retry_after = 200, None
        try:
            if resume:
                chat.conversation_of(token or "")
            elif feedback:
                usefulness.take(request, chat, token, feedback)
            else:
                if starter in STARTERS:
                    message = wording(f"page.starters.{starter}.question")
                said = (
                    chat.press(payload, token, audience, key, address_of(request))
                    if payload
                    else chat.say(message or "", token, audience, key, address_of(request))
                )
                token, removed = said.token, said.removed
        except Problem as problem:
            error, status, retry_after = problem.detail, problem.status, problem.retry_after
            if problem.status == 400:
                token, error = None, None if resume else error
        history = chat.history(chat.conversation_of(token)) if token else []
        response = _chat_page(
            request,
            settings,
            chat,
            token,
            history,
            audience,
            embed,
            error,
            removed,
            message if error or feedback else "",
            bool(feedback) and not error,
        )
        response.status_code = status
        if retry_after is not None:
            response.headers["Retry-After"] = str(retry_after)
        return response

    @routes.post("/start-again")
    def start_again(
        conversation: Annotated[str, Form(max_length=500)] = "", embed: Annotated[bool, Form()] = False
    ) -> Response:
        """Erase the conversation and show an empty one."""
        with contextlib.suppress(Problem):
            ident = chat.conversation_of(conversation)
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
        form: Annotated[Literal["page", "text"], Form()] = "text",
    ) -> Response:
        """Give the conversation with its sources as a file: a page that stands alone, or plain text."""
        history = chat.history(chat.conversation_of(conversation))
        if form == "text":
            name, kind = "chat.txt", "text/plain; charset=utf-8"
            content = as_text(history, request.app.state.theme.name)
        else:
            name, kind = "chat.html", "text/html; charset=utf-8"
            site = (settings.public_url or str(request.base_url)).rstrip("/")
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
    found = Jinja2Templates(directory=_HERE / "templates", context_processors=[_of_every_page])
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


def _live(chat: Chat, token: str | None, history: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return who of SENDIASS has the chat and where its events come from; None where nobody has it or is awaited."""
    if not token or not chat.live:
        return None
    ident = chat.conversation_of(token)
    speaker = chat.live.speaker(ident)
    if not speaker and not chat.live.is_expected(ident):
        return None
    last = next((entry["line"] for entry in reversed(history) if "line" in entry), "")
    return {"speaker": speaker, "events": f"/api/chat/{quote(token)}/events?after={last}"}


def _chat_page(
    request: Request,
    settings: Settings,
    chat: Chat,
    token: str | None,
    history: list[dict[str, Any]],
    audience: str,
    embed: bool,
    error: str | None = None,
    removed: tuple[str, ...] = (),
    unsent: str | None = "",
    feedback_given: bool = False,
) -> Response:
    newest = max((index for index, entry in enumerate(history) if entry["from"] == "user"), default=len(history))
    context = {
        "token": token,
        "live": _live(chat, token, history),
        "past": history[:newest],
        "new": history[newest:],
        "feedback": usefulness.question(request, history[newest:], feedback_given),
        "audience": audience,
        "embed": embed,
        "error": error,
        "removed": removed,
        "unsent": unsent or "",
        "key": secrets.token_urlsafe(18),
        "limit": settings.message_limit,
        "starters": STARTERS,
    }
    return templates().TemplateResponse(request, "chat.html", context)
