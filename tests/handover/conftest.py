"""A referrals store on SQLite and, where GUIDE_TEST_POSTGRES_URL is set, on PostgreSQL."""

from __future__ import annotations

import pytest

from bot.handover.referrals.store import Details, ReferralStore
from bot.privacy.encryption import new_key
from bot.settings import Settings
from tests.databases import new_store
from tests.setting_up import consent_under

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


referrals_url = new_store("referrals")


@pytest.fixture
def make_settings(referrals_url):
    def make(**changes) -> Settings:
        wide = {"referrals_an_hour": 1000, "referrals_a_day": 10_000}  # narrow in test_bounds.py
        given = {
            "referrals_url": referrals_url,
            "encryption_keys": new_key(),
            "secret_key": "test key that is long enough to sign",
        }
        return Settings(**{**wide, **given, **changes})

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
    return consent_under(settings)
