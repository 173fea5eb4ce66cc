"""The keys that personal details are encrypted with: from the settings or from a file of this machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from bot.privacy.encryption import EncryptionUnavailable, Vault, new_key
from bot.settings import Settings


def vault(settings: Settings) -> Vault:
    """Return the vault of these settings.

    The keys are GUIDE_ENCRYPTION_KEYS. Only where that is empty and the referrals lie in the default file of a single
    machine is a key made and kept beside them. Raises EncryptionUnavailable where there is no key.
    """
    if settings.encryption_keys:
        return Vault(settings.encryption_keys.split())
    if not settings.has_default_referrals_url():
        raise EncryptionUnavailable("GUIDE_ENCRYPTION_KEYS must be set where GUIDE_REFERRALS_URL is.")
    file = settings.encryption_key_file()
    try:
        if not file.exists():
            _make_key_file(file)
        return Vault(_keys_in(file), lambda: _keys_in(file))
    except OSError as error:
        raise EncryptionUnavailable(f"The key file {file} cannot be read or made.") from error


def add_key_to_file(settings: Settings) -> None:
    """Put a new key before those of the key file; raise EncryptionUnavailable where the keys come from a setting."""
    if settings.encryption_keys or not settings.has_default_referrals_url():
        raise EncryptionUnavailable("The keys come from GUIDE_ENCRYPTION_KEYS: put a new key first there.")
    file = settings.encryption_key_file()
    kept = _keys_in(file) if file.exists() else []
    _write_owner_only(file.with_suffix(".new"), [new_key(), *kept])
    file.with_suffix(".new").replace(file)


def _make_key_file(file: Path) -> None:
    """Make the file whole or not at all: processes that start together must all see the same key."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    _write_owner_only(draft, [new_key()])
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _write_owner_only(file: Path, keys: Sequence[str]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as new:
        new.write("\n".join(keys) + "\n")
        new.flush()
        os.fsync(new.fileno())


def _keys_in(file: Path) -> list[str]:
    return file.read_text().split()
