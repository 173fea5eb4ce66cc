"""Figures of referrals and their notices for operators, in Prometheus' form, read from the store when asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from bot.handover.delivery.outbox import OutboxQueue
from bot.handover.referrals.store import ReferralStore
from bot.settings import Settings

log = logging.getLogger(__name__)


class HandoverFigures(Collector):
    """Counts of referrals by status, and of notices waiting, failed and given up by channel. No personal data."""

    def __init__(self, store: ReferralStore, outbox: OutboxQueue) -> None:
        self._store = store
        self._outbox = outbox

    @classmethod
    def of(cls, settings: Settings) -> HandoverFigures:
        """Return the figures of these settings' store; raise EncryptionUnavailable without a key."""
        store = ReferralStore(settings)
        return cls(store, OutboxQueue(store.engine, settings))

    def describe(self) -> list[Metric]:
        """Name no figures beforehand, so that the store is not read when this is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Read the figures; where the store fails, only that is told."""
        failed = GaugeMetricFamily("guide_referrals_unreadable", "1 where the referrals store cannot be read")
        try:
            by_status, by_channel = self._store.counts(), self._outbox.figures()
        except SQLAlchemyError as error:
            log.error("the referrals store failed: %s", type(error).__name__)
            failed.add_metric([], 1)
            yield failed
            return
        failed.add_metric([], 0)
        yield failed
        referrals = GaugeMetricFamily("guide_referrals", "Referrals, by status", labels=["status"])
        for status, number in by_status.items():
            referrals.add_metric([status], number)
        yield referrals
        for name, text, attribute in (
            ("guide_outbox_waiting", "Notices of referrals that wait to be delivered", "waiting"),
            ("guide_outbox_dead", "Notices of referrals that were given up: somebody must look", "dead"),
            ("guide_outbox_failed_attempts", "Failed attempts at the notices that are kept", "failed_attempts"),
            ("guide_outbox_oldest_seconds", "Age of the oldest notice that waits", "oldest_s"),
        ):
            family = GaugeMetricFamily(name, text, labels=["channel"])
            for channel, figures in by_channel.items():
                family.add_metric([channel], getattr(figures, attribute))
            yield family
