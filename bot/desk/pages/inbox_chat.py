"""Talking with a family in the chat: a person of SENDIASS takes it over, writes, and gives it back or ends it."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Header, Query, Request
from fastapi.responses import RedirectResponse, Response

from bot.accounts.sessions import SignedIn
from bot.desk.pages.access import desk_of
from bot.desk.pages.inbox import INBOX, Reader, Writer, live_chats, missing, show
from bot.gateway.web.lanes import DeskRoute
from bot.guidance.wording import wording
from bot.handover.live import LONGEST_NAME, AlreadySaid
from bot.handover.referrals.store import NotFound, NotPossible
from bot.reading.typed_text import cleaned

LONGEST_MESSAGE = 2000


def router() -> APIRouter:
    """Return the routes of the talk that belongs to a referral."""
    routes = APIRouter(route_class=DeskRoute)

    @routes.get(f"{INBOX}/{{ident}}/chat")
    def talk(request: Request, who: Reader, ident: str) -> Response:
        return _page(request, who, ident)

    @routes.post(f"{INBOX}/{{ident}}/chat/take")
    def take(
        request: Request, who: Writer, ident: str, shown_name: Annotated[str, Form(max_length=LONGEST_NAME)] = ""
    ) -> Response:
        """Take the chat over; the family is told the name that was typed."""
        if not shown_name.strip():
            return show(request, who, ident, wording("desk.talk.name_missing"), 422)
        desk, live = desk_of(request), live_chats(request, who)
        try:
            summary = live.referrals.opened(ident).summary
            conversation = summary.conversation
            if summary.status == "closed":  # they agreed to be written to until they are helped
                return show(request, who, ident, wording("desk.inbox.changed_meanwhile"), 409)
            if not conversation or not desk.chat.store.exists(conversation):
                return show(request, who, ident, wording("desk.talk.gone"), 409)
            live.take(ident, shown_name, who.name, desk.chat.store.last_entry(conversation))
        except NotFound:
            return missing(request, who)
        except NotPossible:
            return show(request, who, ident, wording("desk.talk.taken"), 409)
        desk.chat.store.touch(conversation)
        return RedirectResponse(f"{INBOX}/{ident}/chat", status_code=303)

    @routes.post(f"{INBOX}/{{ident}}/chat/say")
    def say(
        request: Request,
        who: Writer,
        ident: str,
        message: Annotated[str, Form(max_length=4 * LONGEST_MESSAGE)] = "",
        key: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        """Write to the family; the first line after the chat was taken counts as the answer to its request."""
        text = cleaned(message)
        if not text or len(text) > LONGEST_MESSAGE:
            reason = "desk.talk.too_long" if text else "desk.talk.empty"
            return _page(request, who, ident, wording(reason, limit=LONGEST_MESSAGE), 422, message)
        live = live_chats(request, who)
        try:
            conversation = _conversation(request, who, ident)
            first = not any(line.sender == "person" for line in live.lines(conversation))
            live.say(conversation, "person", text, key or None, desk_of(request).chat.store.last_entry(conversation))
            if first:
                live.referrals.add_response(ident, "replied_in_chat", who.name)
        except NotFound:
            return missing(request, who)
        except AlreadySaid:
            return _page(request, who, ident, wording("desk.talk.sent_before"), 422, message)
        except NotPossible:
            return _page(request, who, ident, wording("desk.talk.not_yours"), 409, message)
        desk_of(request).chat.store.touch(conversation)
        return RedirectResponse(f"{INBOX}/{ident}/chat#end", status_code=303)

    @routes.post(f"{INBOX}/{{ident}}/chat/end")
    def end(request: Request, who: Writer, ident: str, how: Annotated[str, Form(max_length=10)] = "") -> Response:
        """Give the chat back to the guide, or end the talk."""
        try:
            conversation = _conversation(request, who, ident)
            last = desk_of(request).chat.store.last_entry(conversation)
            live_chats(request, who).end(conversation, "closed" if how == "closed" else "back", who.name, last)
        except NotFound:
            return missing(request, who)
        except NotPossible:
            return show(request, who, ident, wording("desk.talk.not_yours"), 409)
        return RedirectResponse(f"{INBOX}/{ident}", status_code=303)

    @routes.get(f"{INBOX}/{{ident}}/chat/events")
    def events(
        request: Request,
        who: Reader,
        ident: str,
        after: Annotated[str, Query(max_length=40)] = "",
        last_event_id: Annotated[str, Header(max_length=40)] = "",
    ) -> Response:
        """Stream what the family writes, as the family's own page is told (`bot.gateway.chat.live_events`)."""
        try:
            conversation = _conversation(request, who, ident)
        except NotFound:
            return missing(request, who)
        stream: Response = request.app.state.staff_events.stream(request, conversation, last_event_id or after)
        return stream

    return routes


def _conversation(request: Request, who: SignedIn, ident: str) -> str:
    """Return the chat that a referral came from; raise NotFound where it came from none."""
    conversation = live_chats(request, who).referrals.opened(ident).summary.conversation
    if not conversation:
        raise NotFound("this referral did not come from a chat")
    return conversation


def _page(
    request: Request, who: SignedIn, ident: str, error: str = "", status: int = 200, unsent: str = ""
) -> Response:
    live = live_chats(request, who)
    try:
        opened = live.referrals.opened(ident)
        lines = live.lines(_conversation(request, who, ident))
    except NotFound:
        return missing(request, who)
    conversation = opened.summary.conversation or ""
    context = {
        "opened": opened,
        "lines": lines,
        "speaker": live.speaker(conversation),
        "after": lines[-1].id if lines else "",
        "error": error,
        "unsent": unsent,
        "key": secrets.token_urlsafe(18),
        "limit": LONGEST_MESSAGE,
    }
    return desk_of(request).page(request, who, "talk.html", context, status)
