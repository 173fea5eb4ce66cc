"""Operators see how referrals and notices stand, and when the store cannot be read."""

from __future__ import annotations

from prometheus_client import CollectorRegistry
from sqlalchemy import text

from bot.handover.delivery.figures import HandoverFigures
from tests.handover.conftest import DETAILS


def test_the_figures_and_their_absence(settings, store, consent):
    registry = CollectorRegistry()
    registry.register(HandoverFigures.of(settings))
    store.submit(DETAILS, consent, None, "key-1")
    assert registry.get_sample_value("guide_referrals", {"status": "new"}) == 1
    assert registry.get_sample_value("guide_outbox_waiting", {"channel": "email"}) == 1
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET state = 'dead', attempts = 3"))
    assert registry.get_sample_value("guide_outbox_dead", {"channel": "email"}) == 1
    assert registry.get_sample_value("guide_outbox_failed_attempts", {"channel": "email"}) == 3
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE outbox"))
    assert registry.get_sample_value("guide_referrals_unreadable") == 1
    assert registry.get_sample_value("guide_referrals", {"status": "new"}) is None
