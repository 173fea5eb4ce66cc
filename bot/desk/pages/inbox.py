"""The SENDIASS inbox: who asked for a person, where each request stands, and what was done with it."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.accounts.sessions import SignedIn
from bot.desk.pages.access import Refused, desk_of, reader, writer
from bot.gateway.web.lanes import DeskRoute
from bot.guidance.wording import wording
from bot.handover.family_data import erase, export
from bot.handover.live import LiveChats
from bot.handover.referrals.store import CLOSED_REASONS, STATUSES, NotFound, NotPossible, Opened, ReferralStore
from bot.privacy.encryption import CannotOpen

INBOX = "/staff/inbox"
A_PAGE = 50
DAYS_OF_TIMES = 90
LONGEST_NOTE = 4000

Reader = Annotated[SignedIn, Depends(reader("sendiass"))]
Writer = Annotated[SignedIn, Depends(writer("sendiass"))]
Note = Annotated[str, Form(max_length=LONGEST_NOTE)]


def router() -> APIRouter:
    """Return the routes of the inbox."""
    routes = APIRouter(route_class=DeskRoute)

    @routes.get(INBOX)
    def listed(request: Request, who: Reader, status: str = "", page: int = 1, reference: str = "") -> Response:
        """Show the requests of one status, or all that are not closed; or go to the one with a reference."""
        store = referrals(request, who)
        if reference.strip():
            try:
                return RedirectResponse(f"{INBOX}/{store.find(reference)}", status_code=303)
            except NotFound:
                return _list(request, who, store, "", 1, wording("desk.inbox.no_such_reference"))
        return _list(request, who, store, status if status in STATUSES else "", max(page, 1))

    @routes.get(f"{INBOX}/{{ident}}")
    def one(request: Request, who: Reader, ident: str) -> Response:
        return show(request, who, ident)

    @routes.post(f"{INBOX}/{{ident}}/status")
    def change(
        request: Request,
        who: Writer,
        ident: str,
        seen: Annotated[str, Form(max_length=16)] = "",
        to: Annotated[str, Form(max_length=16)] = "",
        reason: Annotated[str, Form(max_length=32)] = "",
        note: Note = "",
    ) -> Response:
        def do(store: ReferralStore) -> None:
            store.change_status(ident, seen, to, who.name, reason or None, note.strip() or None)

        return _done(request, who, ident, do)

    @routes.post(f"{INBOX}/{{ident}}/note")
    def add_note(request: Request, who: Writer, ident: str, note: Note = "") -> Response:
        if not note.strip():
            return show(request, who, ident, wording("desk.inbox.note_missing"), 422)
        return _done(request, who, ident, lambda store: store.add_note(ident, who.name, note.strip()))

    @routes.post(f"{INBOX}/{{ident}}/response")
    def respond(
        request: Request, who: Writer, ident: str, how: Annotated[str, Form(max_length=32)] = "", note: Note = ""
    ) -> Response:
        """Record that somebody phoned or wrote to the family outside the guide."""
        if how not in ("phoned", "e_mailed"):
            return show(request, who, ident, wording("desk.inbox.how_missing"), 422)
        return _done(request, who, ident, lambda store: store.add_response(ident, how, who.name, note.strip() or None))

    @routes.get(f"{INBOX}/{{ident}}/export")
    def give(request: Request, who: Reader, ident: str) -> Response:
        """Give all that is kept of one family as a file, for the family; the audit trail says that it was given."""
        store = referrals(request, who)
        try:
            content = export(store, ident)
        except NotFound:
            return missing(request, who)
        _audited(request, who, "referral.exported", ident)
        headers = {"Content-Disposition": 'attachment; filename="referral.json"'}
        text = json.dumps(content, ensure_ascii=False, indent=2)
        return Response(text, media_type="application/json", headers=headers)

    @routes.get(f"{INBOX}/{{ident}}/erase")
    def ask_to_erase(request: Request, who: Reader, ident: str) -> Response:
        try:
            opened = referrals(request, who).opened(ident)
        except NotFound:
            return missing(request, who)
        return desk_of(request).page(request, who, "erase.html", {"summary": opened.summary})

    @routes.post(f"{INBOX}/{{ident}}/erase")
    def erase_it(request: Request, who: Writer, ident: str) -> Response:
        try:
            receipt = erase(referrals(request, who), ident, who.name)
        except NotFound:
            return missing(request, who)
        _audited(request, who, "referral.erased", ident)
        return desk_of(request).page(request, who, "erased.html", {"receipt": receipt})

    return routes


def show(request: Request, who: SignedIn, ident: str, error: str = "", status: int = 200) -> Response:
    """Return the page of one referral, with what went wrong if something did."""
    store = referrals(request, who)
    try:
        opened = store.opened(ident)
    except NotFound:
        return missing(request, who)
    except CannotOpen:
        return desk_of(request).page(request, who, "refused.html", {"text": wording("desk.inbox.no_key")}, 503)
    context = {"opened": opened, "reasons": CLOSED_REASONS, "error": error, **_chat_of(request, opened)}
    return desk_of(request).page(request, who, "referral.html", context, status)


def missing(request: Request, who: SignedIn) -> Response:
    """Say that a referral is not there (any more)."""
    return desk_of(request).page(request, who, "refused.html", {"text": wording("desk.inbox.gone")}, 404)


def live_chats(request: Request, who: SignedIn) -> LiveChats:
    """Return the chats that SENDIASS may take over; raise Refused without a key for what families wrote."""
    live = desk_of(request).chat.live
    if live is None:
        raise Refused(503, "desk.inbox.no_key", who)
    return live


def referrals(request: Request, who: SignedIn) -> ReferralStore:
    """Return the referrals; raise Refused without a key for what families wrote."""
    return live_chats(request, who).referrals


def _list(request: Request, who: SignedIn, store: ReferralStore, status: str, page: int, error: str = "") -> Response:
    found = store.listed(status or None, A_PAGE + 1, (page - 1) * A_PAGE)
    context = {
        "found": found[:A_PAGE],
        "more": len(found) > A_PAGE,
        "page": page,
        "status": status,
        "statuses": STATUSES,
        "counts": store.counts(),
        "times": store.response_times(DAYS_OF_TIMES),
        "days": DAYS_OF_TIMES,
        "error": error,
    }
    return desk_of(request).page(request, who, "inbox.html", context, 404 if error else 200)


def _chat_of(request: Request, opened: Opened) -> dict[str, Any]:
    """Return whether the chat that a referral came from is still there, and who has it."""
    conversation, chat = opened.summary.conversation, desk_of(request).chat
    if not conversation or chat.live is None:
        return {"chat": "none", "speaker": None}
    there = chat.store.exists(conversation)
    return {"chat": "there" if there else "gone", "speaker": chat.live.speaker(conversation) if there else None}


def _done(request: Request, who: SignedIn, ident: str, do: Any) -> Response:
    """Do something with a referral and show it again; say what stood in the way."""
    try:
        do(referrals(request, who))
    except NotFound:
        return missing(request, who)
    except NotPossible:
        return show(request, who, ident, wording("desk.inbox.changed_meanwhile"), 409)
    return RedirectResponse(f"{INBOX}/{ident}", status_code=303)


def _audited(request: Request, who: SignedIn, what: str, ident: str) -> None:
    with Session(desk_of(request).engine) as session, session.begin():
        audit.record(session, who.name, what, ident)
