"""Deliver notices of referrals: `python -m bot.handover.delivery.process`, a small process that `bot serve` keeps running.

It holds nothing in memory that matters: what it was about to do stands in the outbox, so it may be killed at any moment.
"""

from __future__ import annotations

import logging
import signal
import smtplib
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from bot.handover.delivery import mail, webhook
from bot.handover.delivery.outbox import Claimed, OutboxQueue
from bot.handover.referrals.opening import channels
from bot.handover.referrals.store import NotFound, ReferralStore
from bot.privacy.encryption import CannotOpen
from bot.privacy.quiet_logs import keep_texts_out_of_logs
from bot.processes.supervised import supervised
from bot.settings import Settings, settings
from bot.store.modes import private_from_now

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
STARTED = "delivering notices by"
# One notice has several steps (connecting, signing in, sending ...), and the time-out is for each of them.
MOST_STEPS = 12


class Delivery:
    """Tries notices whose time has come."""

    def __init__(self, configured: Settings) -> None:
        """Open the store; raise EncryptionUnavailable without a key."""
        self._settings = configured
        self._store = ReferralStore(configured)
        self.outbox = OutboxQueue(self._store.engine, configured)
        self._looked: dict[str, float] = {}

    def deliver_next(self, channel: str) -> bool | None:
        """Try one notice of a channel: tell whether it was delivered, or None where none is due."""
        claimed = self.outbox.claim(channel)
        if not claimed:
            return None
        try:
            self._send(claimed)
        except NotFound:
            return True  # erased in the meantime, and its notice with it
        except (smtplib.SMTPException, OSError, webhook.Refused, CannotOpen, ValueError) as error:
            failure = _kind(error)
            dead = self.outbox.failed(claimed, failure)
            log.log(
                logging.ERROR if dead else logging.WARNING,
                "notice %s by %s %s after attempt %d: %s",
                claimed.id,
                channel,
                "was given up" if dead else "failed",
                claimed.attempts,
                failure,
            )
            return False
        self.outbox.sent(claimed)
        return True

    def _send(self, claimed: Claimed) -> None:
        referral = self._store.opened(claimed.referral_id)
        if claimed.channel == "email":
            mail.send(self._settings, mail.mail_of(self._settings, referral, claimed.id, claimed.made_at))
        else:
            body = webhook.body_of(self._settings, referral, claimed.id)
            webhook.send(self._settings, body, claimed.id)

    def deliver_due(self) -> tuple[int, int]:
        """Try every notice that is due once; return how many were delivered and how many failed."""
        results = []
        for channel in channels(self._settings):
            while (result := self.deliver_next(channel)) is not None:
                results.append(result)
        return sum(results), len(results) - sum(results)

    def run_channel_until(self, channel: str, stopping: threading.Event) -> None:
        """Deliver what is due, then look again every second. A failing database is waited for."""
        while not stopping.is_set():
            self._looked[channel] = time.monotonic()
            try:
                if self.deliver_next(channel) is not None:
                    continue
            except SQLAlchemyError as error:
                log.error("the referrals store failed: %s", type(error).__name__)
            except Exception as error:  # noqa: BLE001 - one notice must not keep the others back; it is tried again
                log.error("delivering failed: %s", type(error).__name__)
            stopping.wait(LOOK_EVERY_S)

    def is_at_work(self) -> bool:
        """Tell whether every channel has looked for notices lately; one that hangs in its mail server has not."""
        longest = MOST_STEPS * self._settings.delivery_timeout_s
        return all(time.monotonic() - looked < longest for looked in list(self._looked.values()))


def _kind(error: Exception) -> str:
    """Name a failure by its kind and number; its text may repeat what the server was sent."""
    if isinstance(error, webhook.Refused):
        return str(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"SMTPRecipientsRefused {' '.join(str(code) for code, _ in error.recipients.values())}"
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__}{f' {code}' if code else ''}"


def main() -> None:
    """Deliver until asked to stop; each channel by itself, so that a slow one holds up no other."""
    keep_texts_out_of_logs()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    configured = settings()
    private_from_now()
    process = supervised()
    delivery = Delivery(configured)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    workers = [
        threading.Thread(target=delivery.run_channel_until, args=(channel, stopping))
        for channel in channels(configured)
    ]
    for worker in workers:
        worker.start()
    log.info("%s %s", STARTED, " and ".join(channels(configured)))
    while not stopping.wait(LOOK_EVERY_S):
        if delivery.is_at_work():
            process.pulse()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
