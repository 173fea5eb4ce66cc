"""The desk, put together and added to the web application."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy.engine import Engine

from bot.accounts.accounts import Accounts
from bot.accounts.hashing import Busy
from bot.accounts.passwords import Codes
from bot.accounts.provider import Provider
from bot.accounts.sessions import Sessions
from bot.accounts.slowing import Limits, Slowing
from bot.accounts.slowing import erase_old as erase_old_sign_ins
from bot.desk.pages import admin, content, inbox, inbox_chat, own_account, policy, sign_in
from bot.desk.pages import gaps as gaps_pages
from bot.desk.pages import provider as provider_pages
from bot.desk.pages import switch as switch_pages
from bot.desk.pages.access import (
    CodesNeeded,
    Refused,
    SignInNeeded,
    handle_codes_needed,
    handle_refused,
    handle_sign_in_needed,
)
from bot.desk.pages.desk import Desk
from bot.desk.services.feedback import FeedbackBox
from bot.desk.services.grouping import Grouper
from bot.desk.services.intake import Intake, erase_old
from bot.desk.services.queue import ContentQueue
from bot.desk.services.switch import Switch
from bot.gateway.chat import usefulness
from bot.gateway.web.theme import ThemeRefused, load_theme
from bot.metrics import Metrics
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.turn.chat import Chat

PAGES = (sign_in, provider_pages, own_account, policy, content, gaps_pages, switch_pages, admin, inbox, inbox_chat)


@dataclass(frozen=True)
class DeskServices:
    """The parts of the desk that the chat works with: what is off, and what comes into the content queue."""

    engine: Engine
    switch: Switch
    intake: Intake
    grouper: Grouper
    question_days: int
    settled_days: int
    known_days: int

    def start(self, stopping: threading.Event) -> None:
        """Group questions in the background until told to stop."""
        threading.Thread(target=self.grouper.run_until, args=(stopping,), daemon=True).start()

    def erase_old_questions(self) -> dict[str, int]:
        """Erase questions past their time; return how many. Raises SQLAlchemyError."""
        return erase_old(self.engine, self.question_days, self.settled_days)

    def erase_old_sign_ins(self) -> dict[str, int]:
        """Erase what is no longer needed of sign-ins; return how many. Raises SQLAlchemyError."""
        return erase_old_sign_ins(self.engine, self.known_days)


def desk_services(settings: Settings, metrics: Metrics) -> DeskServices:
    """Return the parts that the chat needs; nothing runs yet."""
    engine = open_engine(settings.database_url)
    intake = Intake(engine, metrics, settings.desk_collect_questions)
    grouper = Grouper(engine, metrics)
    return DeskServices(
        engine,
        Switch(engine),
        intake,
        grouper,
        settings.desk_question_days,
        settings.desk_settled_days,
        settings.desk_known_days,
    )


def add_desk(
    app: FastAPI, settings: Settings, chat: Chat, metrics: Metrics, desk: DeskServices, directory: Engine
) -> None:
    """Add the desk's pages to the application; raise ValueError where the settings do not make an identity provider."""
    accounts = make_accounts(settings, desk.engine)
    app.state.desk = Desk(
        settings=settings,
        engine=desk.engine,
        directory=directory,
        metrics=metrics,
        chat=chat,
        codes=Codes(settings.signing_key()),
        accounts=accounts,
        sessions=Sessions(desk.engine, settings.desk_idle_minutes, settings.desk_session_hours),
        switch=desk.switch,
        queue=ContentQueue(desk.engine),
        feedback=FeedbackBox(desk.engine, metrics, accounts.somebody_works_queue),
        provider=Provider(settings) if settings.oidc_issuer else None,
    )
    app.state.feedback = app.state.desk.feedback
    app.include_router(usefulness.router(chat, app.state.feedback))
    for pages in PAGES:
        app.include_router(pages.router())
    app.add_exception_handler(SignInNeeded, handle_sign_in_needed)
    app.add_exception_handler(Refused, handle_refused)
    app.add_exception_handler(CodesNeeded, handle_codes_needed)
    app.add_exception_handler(Busy, sign_in.handle_busy)


def make_accounts(settings: Settings, engine: Engine) -> Accounts:
    """Return the accounts kept in the database of this engine."""
    limits = Limits(
        own=settings.desk_most_failures,
        name=settings.desk_name_failures,
        address=settings.desk_address_failures,
        longest_minutes=settings.desk_locked_minutes,
        known_days=settings.desk_known_days,
    )
    slowing = Slowing(settings.signing_key(), limits)
    return Accounts(engine, Codes(settings.signing_key()), slowing, _easy_words(settings))


def _easy_words(settings: Settings) -> list[str]:
    """Return the guide's own name; a theme that cannot be read is told of when the guide starts, not here."""
    with suppress(ThemeRefused):
        return [load_theme(Path(settings.theme)).name]
    return []
