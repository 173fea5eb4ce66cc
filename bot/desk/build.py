"""The desk, put together and added to the web application."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.engine import Engine

from bot.desk import sign_in
from bot.desk.access import Refused, SignInNeeded, handle_refused, handle_sign_in_needed
from bot.desk.accounts import Accounts
from bot.desk.desk import Desk
from bot.desk.passwords import Codes
from bot.desk.sessions import Sessions
from bot.gateway.chat import Chat
from bot.gateway.metrics import Metrics
from bot.settings import Settings
from bot.store.engine import open_engine


def add_desk(app: FastAPI, settings: Settings, chat: Chat, metrics: Metrics) -> None:
    """Add the desk's pages to the application."""
    engine = open_engine(settings.database_url)
    app.state.desk = Desk(
        settings,
        engine,
        metrics,
        chat,
        Codes(settings.signing_key()),
        make_accounts(settings, engine),
        Sessions(engine, settings.desk_idle_minutes, settings.desk_session_hours),
    )
    for pages in (sign_in,):
        app.include_router(pages.router())
    app.add_exception_handler(SignInNeeded, handle_sign_in_needed)
    app.add_exception_handler(Refused, handle_refused)


def make_accounts(settings: Settings, engine: Engine) -> Accounts:
    """Return the accounts kept in the database of this engine."""
    codes = Codes(settings.signing_key())
    return Accounts(engine, codes, settings.desk_most_failures, settings.desk_locked_minutes)
