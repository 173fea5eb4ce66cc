"""A referrals store on SQLite and, where GUIDE_TEST_POSTGRES_URL is set, on PostgreSQL."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.handover.consent import consent_text, consent_version
from bot.handover.referrals import Consent, Details, ReferralStore
from bot.privacy.encryption import new_key
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.store.migrate import upgrade

POSTGRES = os.environ.get("GUIDE_TEST_POSTGRES_URL", "")
DETAILS = Details(
    about="Nobody at Quillfeather school listens to us",
    name="Wilhelmina Zottmann",
    phone="+441913728401",
    email="wzottmann@example.org",
    when_to_reach="after the school run",
    child_first_name="Xanthippe",
    child_age="7",
    school="Quillfeather Primary",
    conversation=(("user", "can anyone ring me about Xanthippe"), ("guide", "A person can help you.")),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def referrals_url(request, tmp_path):
    """Give the URL of a new, empty referrals store."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'referrals.db'}"
        upgrade(url, "referrals")
        yield url
        return
    if not POSTGRES:
        pytest.skip("GUIDE_TEST_POSTGRES_URL is not set")
    name = f"test_{secrets.token_hex(6)}"
    server = open_engine(POSTGRES).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    try:
        upgrade(url, "referrals")
        yield url
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@pytest.fixture
def make_settings(referrals_url):
    def make(**changes) -> Settings:
        return Settings(**{"referrals_url": referrals_url, "encryption_keys": new_key(), **changes})

    return make


@pytest.fixture
def settings(make_settings):
    return make_settings(referral_email="inbox@example.org", smtp_host="127.0.0.1")


@pytest.fixture
def store(settings):
    store = ReferralStore(settings)
    yield store
    store.engine.dispose()


@pytest.fixture
def consent(settings):
    return Consent(consent_version(consent_text(settings)), datetime.now(UTC))
