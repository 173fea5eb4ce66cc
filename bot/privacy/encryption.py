"""Personal details are encrypted before they are stored: AES-256-GCM, with keys that can be changed.

A sealed text names the key it was made with and is bound to the row and column it belongs to, so that one copied to
another row does not open there. Without a key nothing personal may be stored: `vault` raises EncryptionUnavailable.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

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
