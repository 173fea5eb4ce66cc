"""What the guide stores is for the account that runs it alone: files 0600, their folder 0700."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.paths import VAR
from bot.settings import Settings
from bot.store.trackers import BESIDE

OWNER_ONLY = 0o077


def private_from_now() -> None:
    """Have every file that this process makes from now on be readable by its own account alone."""
    os.umask(OWNER_ONLY)


def keep_private(configured: Settings) -> None:
    """Make files from now on private, and those of an older guide too, as far as this account may."""
    private_from_now()
    _allow(VAR, 0o700)
    for file in _files(configured):
        for suffix in ("", *BESIDE):
            _allow(file.with_name(f"{file.name}{suffix}"), 0o600)


def _files(configured: Settings) -> Iterable[Path]:
    for address in (configured.database_url, configured.directory_url, configured.referrals_url):
        url = make_url(address)
        if url.get_backend_name() == "sqlite" and url.database:
            yield Path(url.database)
    yield Path(configured.tracker_database)
    yield VAR / "secret-key"
    yield configured.encryption_key_file()


def _allow(path: Path, mode: int) -> None:
    with contextlib.suppress(FileNotFoundError, PermissionError):
        if path.stat().st_mode & 0o777 & ~mode:
            path.chmod(mode)
