"""Details are taken only where they are safe and somebody gets them."""

from __future__ import annotations

import pytest

from bot.handover.referrals.opening import channels, handover_is_open
from bot.privacy.encryption import new_key
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.store.migrate import upgrade

MAIL = {"referral_email": "inbox@example.org", "smtp_host": "mail.example"}
WEBHOOK = {"referral_webhook_url": "https://case.example/hook", "referral_webhook_secret": "s"}


@pytest.fixture
def make(tmp_path):
    def make(**changes) -> Settings:
        base = {
            "database_url": f"sqlite:///{tmp_path / 'guide.db'}",
            "referrals_url": f"sqlite:///{tmp_path / 'referrals.db'}",
            "encryption_keys": new_key(),
        }
        return Settings(**{**base, **changes})

    return make


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, []),
        (MAIL, ["email"]),
        (WEBHOOK, ["webhook"]),
        (MAIL | WEBHOOK, ["email", "webhook"]),
        ({"smtp_host": "mail.example"}, []),
    ],
)
def test_it_is_open_where_somebody_is_told(make, given, told):
    settings = make(**given)
    assert channels(settings) == told
    assert handover_is_open(settings) is bool(told)


def test_it_is_closed_without_a_key_whoever_would_be_told(make):
    assert not handover_is_open(make(**MAIL, encryption_keys=""))


@pytest.mark.parametrize(
    ("roles", "active", "is_open"),
    [("sendiass", True, True), ("sendiass", False, False), ("content policy", True, False), ("admin", True, False)],
)
def test_an_account_of_sendiass_at_the_desk_opens_it(make, roles, active, is_open):
    from datetime import UTC, datetime

    from sqlalchemy.orm import Session

    from bot.accounts.models import Account

    settings = make()
    upgrade(settings.database_url, "guide")
    with Session(open_engine(settings.database_url)) as session, session.begin():
        session.add(Account(name="a", roles=roles, active=active, created_at=datetime.now(UTC)))
    assert handover_is_open(settings) is is_open
