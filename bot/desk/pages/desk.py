"""What the desk's pages share: its parts, and how a page of it is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from sqlalchemy.engine import Engine

from bot.accounts.accounts import Accounts, Person
from bot.accounts.passwords import Codes
from bot.accounts.provider import Provider
from bot.accounts.sessions import Sessions, SignedIn
from bot.desk.services.feedback import FeedbackBox
from bot.desk.services.queue import ContentQueue
from bot.desk.services.switch import Switch
from bot.gateway.web.markdown import to_html
from bot.guidance.dates import day_in_words, moment_in_words, month_in_words
from bot.guidance.wording import wording, wordings
from bot.metrics import Metrics
from bot.roles import Role
from bot.settings import Settings
from bot.turn.chat import Chat

_TEMPLATES = Path(__file__).with_name("templates")

# The pages in the menu, in order: address, and who sees it. Their names are in wording.yml under desk.menu.
MENU: tuple[tuple[str, str, Role], ...] = (
    ("/staff/inbox", "inbox", "sendiass"),
    ("/staff/policy", "policy", "policy"),
    ("/staff/questions", "questions", "content"),
    ("/staff/answers", "answers", "content"),
    ("/staff/gaps", "gaps", "content"),
    ("/staff/switch", "switch", "admin"),
    ("/staff/accounts", "accounts", "admin"),
    ("/staff/audit", "audit", "admin"),
)


@dataclass(frozen=True)
class Desk:
    """The desk's parts, shared by its pages."""

    settings: Settings
    engine: Engine
    directory: Engine
    metrics: Metrics
    chat: Chat
    codes: Codes
    accounts: Accounts
    sessions: Sessions
    switch: Switch
    queue: ContentQueue
    feedback: FeedbackBox
    provider: Provider | None

    def needs_codes(self, person: Person) -> bool:
        """Tell whether somebody's role asks for codes. For work accounts that is the identity provider's to ask."""
        return person.has_password and bool(person.roles & set(self.settings.desk_codes_for.split()))

    def must_set_up_codes(self, person: Person) -> bool:
        """Tell whether somebody must set codes up before they see anything else."""
        return self.needs_codes(person) and not person.has_codes

    def page(
        self,
        request: Request,
        signed_in: SignedIn | None,
        template: str,
        context: dict[str, Any],
        status: int = 200,
    ) -> Response:
        """Return a page of the desk, with the menu of the person who is signed in (None: nobody is)."""
        nothing_yet = signed_in is None or self.must_set_up_codes(signed_in.person)
        own = signed_in.person.roles if signed_in and not nothing_yet else frozenset()
        menu = [(address, name) for address, name, role in MENU if role in own]
        shared = {
            "signed_in": signed_in,
            "csrf": signed_in.csrf if signed_in else "",
            "menu": menu,
            "asset": request.app.state.assets.url,
        }
        return templates().TemplateResponse(request, template, {**shared, **context}, status_code=status)

    def form_page(
        self,
        request: Request,
        signed_in: SignedIn,
        template: str,
        words: str,
        context: dict[str, Any],
        errors: Mapping[str, str] | None = None,
        done: str = "",
    ) -> Response:
        """Return a page with forms (its template extends form.html), with what went wrong or was done before.

        `errors` has a sentence for each field by its id; with any, the status is 422. `done` is a name of wording.yml under
        `words`.done; others, which somebody may put into an address, say nothing.
        """
        said = {"errors": dict(errors or {}), "done": wordings(f"{words}.done").get(done, "")}
        return self.page(request, signed_in, template, {**context, **said}, 422 if errors else 200)


@lru_cache(maxsize=1)
def templates() -> Jinja2Templates:
    """Return the desk's templates, with the helpers they use."""
    found = Jinja2Templates(directory=_TEMPLATES)
    found.env.globals["wording"] = wording
    found.env.globals["known_events"] = wordings("desk.trail.events")
    found.env.filters["markdown"] = to_html
    found.env.filters["day"] = day_in_words
    found.env.filters["month"] = month_in_words
    found.env.filters["moment"] = moment_in_words
    found.env.tests["web_address"] = lambda url: str(url or "").lower().startswith(("https://", "http://"))
    return found
