"""The web form `/handover`: a page for each question, a page to check the answers, and one with the reference.

The browser holds one random token in a cookie; what was typed lies in an encrypted draft that only the token finds.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
from datetime import datetime
from functools import partial
from textwrap import shorten
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from bot.gateway.chat.pages import FormSecret, templates
from bot.gateway.web.addresses import address_of
from bot.gateway.web.lanes import Lane, PageRoute
from bot.gateway.web.origin import is_on_https
from bot.guidance.contacts import contact
from bot.guidance.dates import moment_in_words
from bot.guidance.replies import urgent_help_message
from bot.guidance.wording import wording
from bot.handover.form import pages, sending
from bot.handover.form.chat_so_far import chat_so_far
from bot.handover.form.drafts import DraftStore, chat_key, form_key
from bot.handover.form.pages import BY_NAME, CHAT
from bot.handover.form.steps import ANSWERS, CHECK
from bot.handover.hours import when_somebody_is_there
from bot.handover.referrals.bounds import TooMany, sender_of
from bot.handover.referrals.consent import consent_text, consent_version
from bot.handover.referrals.opening import handover_is_open
from bot.handover.referrals.store import ReferralStore
from bot.privacy.quiet_logs import failure
from bot.reading.danger import find_urgent
from bot.settings import Settings
from bot.turn.chat import Chat
from bot.turn.refusals import Refused

log = logging.getLogger(__name__)

COOKIE = "handover"
PATH = "/handover"
REFERENCE_SHOWN_HOURS = 1.0
LONGEST_FIRST_WORDS = 160


class HandoverForm:
    """What the pages need: whether the form is open, its drafts, and sending. The stores are opened when first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = threading.Lock()
        self._stores: tuple[DraftStore, ReferralStore] | None = None
        self.consent = consent_text(settings)

    def is_open(self) -> bool:
        """Tell whether details may be taken now."""
        return handover_is_open(self._settings)

    @property
    def drafts(self) -> DraftStore:
        """The drafts; raises EncryptionUnavailable without a key."""
        return self._open()[0]

    @property
    def referrals(self) -> ReferralStore:
        """The referrals; raises EncryptionUnavailable without a key."""
        return self._open()[1]

    def _open(self) -> tuple[DraftStore, ReferralStore]:
        with self._opening:
            if not self._stores:
                self._stores = DraftStore(self._settings), ReferralStore(self._settings)
            return self._stores

    def send(self, token: str, draft: dict[str, Any], agreed_to: str, address: str) -> str:
        """Send what the draft holds and leave only the reference in it; return the reference.

        Raises TooMany where too many came from the address or the chat; the draft stays as it is then. The token is the
        idempotency key: pressed twice, or again after a crash, this sends once.
        """
        talk_in = draft.get("conversation_id") if draft.get("talk_in_chat") else None
        sender = sender_of(self._settings, address)
        sent = sending.send(self.referrals, draft, agreed_to, form_key(token), talk_in, sender)
        left = {"reference": sent.reference, "by": sent.by}
        self.drafts.write(form_key(token), left, hours=REFERENCE_SHOWN_HOURS)
        return sent.reference


def router(handover: HandoverForm, chat: Chat, settings: Settings) -> APIRouter:
    """Return the routes of the form."""
    routes = APIRouter(prefix=PATH, route_class=PageRoute)

    @routes.get("", response_class=HTMLResponse)
    def start(request: Request) -> Response:
        return _start_page(request)

    @routes.post("", response_class=HTMLResponse)
    def start_from_chat(
        request: Request, conversation: Annotated[str, Form(max_length=500)] = "", secret: FormSecret = ""
    ) -> Response:
        """Show the start to somebody who comes from the chat, and who may take their answers along."""
        return _start_page(request, conversation, secret)

    @routes.post("/begin")
    def begin(
        request: Request,
        conversation: Annotated[str, Form(max_length=500)] = "",
        secret: FormSecret = "",
        prefill: Annotated[bool, Form()] = False,
        instead_of: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        """Begin a draft; with `prefill`, from what was told to the chat.

        One that was begun stays until the family says, by its secret in `instead_of`, that this is to take its place.
        """
        if not handover.is_open():
            return _closed(request)
        chat_id = _chat_of(conversation, secret)
        told = _told_to_chat(chat_id) if chat_id and prefill else {}
        before, begun = _draft(request)
        if begun and "reference" not in begun and not _is_ours(begun, instead_of):
            if begun["answers"] or begun.get("conversation_id") != chat_id:
                context = {"conversation": conversation if chat_id else "", "secret": secret, "prefill": prefill}
                context |= {"begun": begun["csrf"], "next": pages.first_unanswered(begun) or CHECK}
                return templates().TemplateResponse(request, "handover/begun.html", context)
            draft = {**begun, "answers": told, "version": begun["version"] + 1}
            handover.drafts.write(form_key(before), draft)
            return _to(pages.PAGES[0].name)
        draft = {"answers": told, "csrf": secrets.token_urlsafe(24), "version": 0}
        if chat_id:
            draft["conversation_id"] = chat_id
        token = secrets.token_urlsafe(32)
        try:
            handover.drafts.begin(form_key(token), draft, sender_of(settings, address_of(request)))
        except TooMany:
            return _closed(request, "handover_form.too_many_begun", 429)
        if begun:
            handover.drafts.drop(form_key(before))
        response = _to(pages.PAGES[0].name)
        secure = is_on_https(request, settings)
        response.set_cookie(COOKIE, token, path=PATH, httponly=True, samesite="lax", secure=secure)
        return response

    @routes.post("/stop")
    def stop(request: Request, csrf: Annotated[str, Form(max_length=100)] = "") -> Response:
        """Erase what was typed and go back to the chat; a form that is not the draft's own leaves it."""
        token, draft = _draft(request)
        if draft and not _is_ours(draft, csrf):
            return _to("")
        if draft:
            handover.drafts.drop(form_key(token))
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(COOKIE, path=PATH)
        return response

    @routes.get("/sent", response_class=HTMLResponse)
    def sent(request: Request) -> Response:
        _, draft = _draft(request)
        if not draft or "reference" not in draft:
            return _to("")
        context = {"reference": draft["reference"], "by": draft["by"], "help": contact("sendiass")}
        context["hours"] = when_somebody_is_there()
        return templates().TemplateResponse(request, "handover/sent.html", context)

    @routes.get(f"/{CHECK}", response_class=HTMLResponse)
    def check(request: Request) -> Response:
        _, draft = _draft(request)
        return _elsewhere(draft, CHECK) or _check_page(request, draft)

    @routes.post(f"/{CHECK}", response_class=HTMLResponse)
    def send(
        request: Request,
        csrf: Annotated[str, Form(max_length=100)] = "",
        agree: Annotated[bool, Form()] = False,
        talk_in_chat: Annotated[bool, Form()] = False,
        version: Annotated[int, Form()] = -1,
        wording_version: Annotated[str, Form(max_length=40)] = "",
    ) -> Response:
        """Send, once the family has agreed to the words and seen the answers as they are now.

        Only with `talk_in_chat` may SENDIASS write in the chat that the form was begun from.
        """
        token, draft = _draft(request)
        elsewhere = _elsewhere(draft, CHECK)
        if elsewhere:
            return elsewhere
        if not handover.is_open():
            return _closed(request)
        draft["talk_in_chat"] = talk_in_chat
        if not _is_ours(draft, csrf):
            return _check_page(request, draft, wording("handover_form.lost_track"))
        if version != draft["version"] or wording_version != consent_version(handover.consent):
            return _check_page(request, draft, wording("handover_form.changed_meanwhile"))
        if not agree:
            return _check_page(request, draft, wording("handover_form.must_agree"))
        try:
            handover.send(token, draft, wording_version, address_of(request))
        except TooMany:
            return _check_page(request, draft, wording("handover_form.too_many_sent"), 429)
        return _to("sent")

    @routes.get("/{page}", response_class=HTMLResponse)
    def question(request: Request, page: str, change: bool = False) -> Response:
        _, draft = _draft(request)
        return _elsewhere(draft, page) or _question_page(request, draft, page, change)

    @routes.post("/{page}", response_class=HTMLResponse)
    async def answer(request: Request, page: str) -> Response:
        """Take the answers of a page and go to the next, or back to checking where something was changed."""
        given = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        lane: Lane = request.app.state.lanes.pages
        return await lane.run(partial(_answer_or_help, request, page, given))

    def _answer_or_help(request: Request, page: str, given: dict[str, str]) -> Response:
        """Take the answers; where they cannot be taken and tell of danger, say what to do now."""
        in_danger = any(find_urgent(value) for value in given.values())
        try:
            response = _answer(request, page, given)
        except Exception as error:  # noqa: BLE001 - whatever fails, somebody in danger is told what to do
            if not in_danger:
                raise
            log.error("answers were not taken: %s", failure(error))
            return _urgent_page(request)
        was_taken = response.headers.get("location", PATH) != PATH or response.status_code == 422
        return response if was_taken or not in_danger else _urgent_page(request)

    def _answer(request: Request, page: str, given: dict[str, str]) -> Response:
        token, draft = _draft(request)
        elsewhere = _elsewhere(draft, page)
        if elsewhere:
            return elsewhere
        if not handover.is_open():
            return _closed(request)
        change = given.get("change") == "1"
        taken = pages.take(BY_NAME[page], given)
        errors = taken.errors if _is_ours(draft, given.get("csrf", "")) else {"": wording("handover_form.lost_track")}
        if errors:
            return _question_page(request, draft, page, change, given, errors)
        draft["answers"].update(taken.answers)
        if page == CHAT:
            goes_along = given.get("include") == "1"
            draft["conversation"] = chat_so_far(chat.store.history(draft["conversation_id"])) if goes_along else None
        draft["version"] += 1
        handover.drafts.write(form_key(token), draft)
        return _to(CHECK if change and not pages.first_unanswered(draft) else pages.page_after(page, draft))

    def _draft(request: Request) -> tuple[str, dict[str, Any]]:
        """Return the browser's token and its draft; an empty one where there is none or the form is closed."""
        token = request.cookies.get(COOKIE, "")
        if not token or len(token) > 100 or not handover.is_open():
            return token, {}
        return token, handover.drafts.read(form_key(token)) or {}

    def _elsewhere(draft: dict[str, Any], page: str) -> Response | None:
        """Return where somebody must go who cannot be on this page now, or None."""
        if page != CHECK and page not in BY_NAME:
            raise HTTPException(404)
        if "reference" in draft:
            return _to("sent")
        if not draft or (page == CHAT and not draft.get("conversation_id")):
            return _to("")
        missing = pages.first_unanswered(draft)
        return _to(missing) if page == CHECK and missing else None

    def _start_page(request: Request, conversation: str = "", secret: str = "") -> Response:
        if not handover.is_open():
            return _closed(request)
        chat_id = _chat_of(conversation, secret)
        context = {
            "conversation": conversation if chat_id else "",
            "secret": secret,
            "told": bool(chat_id and _told_to_chat(chat_id)),
            "hours": when_somebody_is_there(),
        }
        return templates().TemplateResponse(request, "handover/start.html", context)

    def _urgent_page(request: Request) -> Response:
        context = {"urgent": urgent_help_message("parent")}
        return templates().TemplateResponse(request, "handover/urgent.html", context)

    def _closed(request: Request, why: str = "handover_form.closed", status: int = 200) -> Response:
        context = {"help": contact("sendiass"), "why": wording(why), "hours": when_somebody_is_there()}
        return templates().TemplateResponse(request, "handover/closed.html", context, status_code=status)

    def _question_page(
        request: Request,
        draft: dict[str, Any],
        page: str,
        change: bool,
        typed: dict[str, str] | None = None,
        errors: dict[str, str] | None = None,
    ) -> Response:
        answers = {name: answer or "" for name, answer in draft["answers"].items()}
        context = {
            "page": BY_NAME[page],
            "answers": answers | (typed or {}),
            "errors": errors or {},
            "limits": {name: answer.limit for name, answer in ANSWERS.items()},
            "back": CHECK if change else pages.page_before(page, draft),
            "change": change,
            "csrf": draft["csrf"],
            "included": bool(draft.get("conversation")),
            "chat": chat_so_far(chat.store.history(draft["conversation_id"])) if page == CHAT else (),
        }
        status = 422 if errors else 200
        return templates().TemplateResponse(request, "handover/question.html", context, status_code=status)

    def _check_page(request: Request, draft: dict[str, Any], error: str | None = None, status: int = 422) -> Response:
        context = {
            "questions": pages.pages_for(draft),
            "answers": draft["answers"],
            "chat": draft.get("conversation") or (),
            "from_chat": _chat_in_words(draft.get("conversation_id")),
            "talk_in_chat": draft.get("talk_in_chat", False),
            "consent": handover.consent.splitlines(),
            "wording_version": consent_version(handover.consent),
            "version": draft["version"],
            "back": pages.page_before(CHECK, draft),
            "csrf": draft["csrf"],
            "error": error,
            "help": contact("sendiass") if status == 429 else None,
        }
        return templates().TemplateResponse(
            request, "handover/check.html", context, status_code=status if error else 200
        )

    def _chat_of(conversation: str, secret: str) -> str | None:
        """Return the id of the chat that a token names, or None where it is not kept or another browser's."""
        try:
            return chat.conversation_of(conversation, secret or None) if conversation else None
        except Refused:
            return None

    def _chat_in_words(chat_id: str | None) -> dict[str, str] | None:
        """Return when the chat began and its first words, for a family to tell whether it is theirs; None without one."""
        history = chat.store.history(chat_id) if chat_id else []
        if not history:
            return None
        first = next((str(entry["text"]) for entry in history if entry["from"] == "user"), "")
        return {
            "began": moment_in_words(datetime.fromisoformat(history[0]["at"])),
            "first": shorten(first, LONGEST_FIRST_WORDS, placeholder=" ..."),
        }

    def _told_to_chat(chat_id: str) -> dict[str, Any]:
        told = handover.drafts.read(chat_key(chat_id)) or {}
        return dict(told.get("answers", {}))

    return routes


def _is_ours(draft: dict[str, Any], csrf: str) -> bool:
    """Tell whether a form came from our page: another site cannot know the draft's secret."""
    return hmac.compare_digest(str(draft.get("csrf", "")).encode(), csrf.encode())


def _to(page: str) -> Response:
    return RedirectResponse(f"{PATH}/{page}" if page else PATH, status_code=303)
