"""Personal details are encrypted before they are stored: AES-256-GCM, with keys that can be changed.

A sealed text names the key it was made with and is bound to the row and column it belongs to, so that one copied to
another row does not open there. Without a key nothing personal may be stored: `vault` raises EncryptionUnavailable.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

from bot.settings import Settings

KEY_BYTES = 32
NONCE_BYTES = 12
FORMAT = "v1"


class EncryptionUnavailable(RuntimeError):
    """There is no key, or none that can be read: nothing personal may be taken. The message says what to set."""


class CannotOpen(ValueError):
    """A sealed text does not open: its key is missing, it was changed, or it belongs elsewhere."""


class Sealed(TypeDecorator[str]):
    """A column that holds only what `Vault.seal` returned; changing keys finds such columns by this type."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: object) -> str | None:
        """Refuse to store what is not sealed: a slip must fail, not leak."""
        if value is not None and not value.startswith(f"{FORMAT}."):
            raise ValueError("only a sealed text may be stored in this column")
        return value


class Vault:
    """Seals and opens texts. The first key seals; every key opens."""

    def __init__(self, keys: Sequence[str], again: Callable[[], Sequence[str]] | None = None) -> None:
        """`keys` as `new_key` makes them. `again` reads them anew when a text names a key that is not known yet.

        Raises EncryptionUnavailable for no key or one of the wrong form.
        """
        self._again = again
        self._set(keys)

    def _set(self, keys: Sequence[str]) -> None:
        if not keys:
            raise EncryptionUnavailable("GUIDE_ENCRYPTION_KEYS holds no key: make one with `referrals new-key`.")
        read = [_read_key(key) for key in keys]
        self._ciphers = {_key_id(key): AESGCM(key) for key in read}
        self._first = _key_id(read[0])

    def seal(self, text: str, belongs_to: str) -> str:
        """Return `text` encrypted, to be opened only with the same `belongs_to` (see `place`)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[self._first].encrypt(nonce, text.encode(), belongs_to.encode())
        return f"{FORMAT}.{self._first}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, belongs_to: str) -> str:
        """Return what was sealed for `belongs_to`; raise CannotOpen where it does not open."""
        try:
            form, key, body = sealed.split(".")
            raw = base64.urlsafe_b64decode(body)
        except (ValueError, binascii.Error) as error:
            raise CannotOpen("this is not a sealed text") from error
        if key not in self._ciphers and self._again:
            self._set(self._again())
        if form != FORMAT or key not in self._ciphers:
            raise CannotOpen(f"the key {key[:16]} is not among the keys given")
        try:
            return self._ciphers[key].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], belongs_to.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("the text was changed or belongs elsewhere") from error

    def is_current(self, sealed: str) -> bool:
        """Tell whether the text is sealed with the key that seals now."""
        return sealed.startswith(f"{FORMAT}.{self._first}.")


def place(table: str, column: str, row: str) -> str:
    """Return what a sealed text in this column of the row with this primary key belongs to."""
    return f"{table}.{column}:{row}"


def new_key() -> str:
    """Return a new random key, in the form of the setting."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


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


def _read_key(key: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(key)
    except (ValueError, binascii.Error) as error:
        raise EncryptionUnavailable("A key is not in the form that `referrals new-key` makes.") from error
    if len(raw) != KEY_BYTES:
        raise EncryptionUnavailable("A key is not in the form that `referrals new-key` makes.")
    return raw


def _key_id(key: bytes) -> str:
    """Return a short name of a key that tells nothing of it."""
    return hashlib.sha256(b"key id\n" + key).hexdigest()[:8]
