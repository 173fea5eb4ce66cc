"""What tests of several packages set up in the same way: settings with stores of their own, a family's consent, a served page."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from bot.evaluation.system import free_ports
from bot.handover.referrals.consent import consent_text, consent_version
from bot.handover.referrals.store import Consent
from bot.privacy.encryption import new_key
from bot.settings import Settings
from bot.store.migrate import prepare

STARTED_WITHIN_S = 30.0


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Return settings without limits on rate, whose stores are files in `folder` and have their tables."""
    values = {
        "database_url": f"sqlite:///{folder / 'guide.db'}",
        "directory_url": f"sqlite:///{folder / 'directory.db'}",
        "referrals_url": f"sqlite:///{folder / 'referrals.db'}",
        "tracker_database": str(folder / "trackers.db"),
        "secret_key": "test key that is long enough to sign",
        "encryption_keys": new_key(),
        "rate_limit_conversation": 0,
        "rate_limit_address": 0,
    }
    settings = Settings(**{**values, **changes})
    prepare(settings)
    return settings


def consent_under(settings: Settings) -> Consent:
    """Return a consent that a family gives now, to the words of these settings."""
    return Consent(consent_version(consent_text(settings)), datetime.now(UTC))


@contextmanager
def served(app: FastAPI, port: int | None = None, **options: Any) -> Iterator[int]:
    """Serve an application on a real socket and give its port; `options` are uvicorn's."""
    port = port or free_ports(1)[0]
    server = uvicorn.Server(uvicorn.Config(app, port=port, **{"log_level": "critical", **options}))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + STARTED_WITHIN_S
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        assert server.started, "the application did not start"
        yield port
    finally:
        server.should_exit = True
        thread.join(10)
