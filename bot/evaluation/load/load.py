"""Many clients fill in the web form while processes are killed and mail is refused.

The gateway and the delivery process are real. The mail server refuses half of the mails and loses its answer to one in twenty.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.evaluation.load.evaluate import Figures, count, search
from bot.evaluation.load.generate import Family
from bot.evaluation.load.mail_sink import MailSink, half_of_the_time, mail_sink
from bot.evaluation.load.processes import killed_at_random
from bot.evaluation.system import free_ports
from bot.handover.delivery.outbox import OutboxQueue
from bot.handover.referrals.store import ReferralStore
from bot.paths import ROOT
from bot.privacy.encryption import new_key
from bot.settings import Settings
from bot.store.migrate import prepare

DRAIN_WITHIN_S = 600.0


def run(referrals: int, clients: int, url: str | None = None, seed: int = 1) -> Figures:
    """Send so many referrals by so many clients at once and return what came of it.

    `url`: an empty database for the referrals; a SQLite file where none is given. Raises RuntimeError where a client
    cannot go on.
    """
    dice = random.Random(seed)
    families = [Family(number, dice) for number in range(referrals)]
    with tempfile.TemporaryDirectory() as name, mail_sink(half_of_the_time(seed)) as sink:
        folder = Path(name)
        port = free_ports(1)[0]
        environment = _environment(folder, port, sink, url)
        settings = _settings(environment)
        prepare(settings)
        figures = Figures(referrals, clients, "postgresql" if url else "sqlite", seed)
        began = time.monotonic()
        with killed_at_random(environment, folder, dice) as processes:
            with ThreadPoolExecutor(clients) as pool:
                list(pool.map(lambda family: family.fill_in_and_send(f"http://127.0.0.1:{port}"), families))
            store = ReferralStore(settings)
            outbox = OutboxQueue(store.engine, settings)
            _wait_until_drained(outbox)
            figures.seconds = round(time.monotonic() - began, 1)
            search(figures, families, folder, settings)
        figures.gateway_killed, figures.delivery_killed = (process.kills for process in processes)
        figures.requests_that_failed = sum(family.failed for family in families)
        count(figures, families, store, outbox, sink)
        search(figures, families, folder, settings)
        store.engine.dispose()
    return figures


def _environment(folder: Path, port: int, sink: MailSink, url: str | None) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PORT": str(port),
        "GUIDE_METRICS_PORT": "0",
        "GUIDE_DATABASE_URL": f"sqlite:///{folder}/guide.db",
        "GUIDE_DIRECTORY_URL": f"sqlite:///{folder}/directory.db",
        "GUIDE_REFERRALS_URL": url or f"sqlite:///{folder}/referrals.db",
        "GUIDE_TRACKER_DATABASE": f"{folder}/trackers.db",
        "GUIDE_SECRET_KEY": "a key for this measurement, long enough",
        "GUIDE_ENCRYPTION_KEYS": new_key(),
        "GUIDE_RATE_LIMIT_ADDRESS": "0",
        "GUIDE_REFERRALS_AN_HOUR": "0",
        "GUIDE_REFERRALS_A_DAY": "0",
        "GUIDE_DRAFTS_AN_HOUR": "0",
        "GUIDE_REFERRAL_EMAIL": "inbox@sendiass.example",
        "GUIDE_SMTP_HOST": "127.0.0.1",
        "GUIDE_SMTP_PORT": str(sink.port),
        "GUIDE_SMTP_SECURITY": "none",
        "GUIDE_DELIVERY_PAUSE_S": "0.2",
        "GUIDE_DELIVERY_LONGEST_PAUSE_S": "2",
        "GUIDE_DELIVERY_TIMEOUT_S": "2",
        "GUIDE_DELIVERY_ATTEMPTS": "100",
    }


def _settings(environment: dict[str, str]) -> Settings:
    given = {name.removeprefix("GUIDE_").lower(): value for name, value in environment.items() if "GUIDE_" in name}
    return Settings.model_validate({**given, "PORT": environment["PORT"]})


def _wait_until_drained(outbox: OutboxQueue) -> None:
    deadline = time.monotonic() + DRAIN_WITHIN_S
    while outbox.notices(states=("waiting",)):
        if time.monotonic() > deadline:
            raise RuntimeError("notices are still waiting")
        time.sleep(0.5)
