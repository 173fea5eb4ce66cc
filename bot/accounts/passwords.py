"""Passwords and one-time codes: hashed, checked in even time, and never shown."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Sequence
from functools import lru_cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken

from bot.accounts.easy_passwords import is_easy
from bot.accounts.hashing import hashing

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
FEWEST_DIFFERENT_CHARACTERS = 5
STEP_S = 30
OFFER_STANDS_S = 600
# One lane: what takes a turn works on one processor, so that turns bound the load (see bot/accounts/hashing.py).
_hasher = PasswordHasher(parallelism=1)


def password_problem(password: str, name: str, easy_words: Sequence[str] = ()) -> str | None:
    """Return the key of the sentence that says why a password will not do for the account `name`, or None.

    `easy_words`: names that it must not be made of, such as the guide's.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return "desk.accounts.password_length"
    own_name = name.partition("@")[0].casefold() in password.casefold()
    if own_name or len(set(password)) < FEWEST_DIFFERENT_CHARACTERS or is_easy(password, [name, *easy_words]):
        return "desk.accounts.password_easy"
    return None


def hash_password(password: str) -> str:
    """Return the hash to keep (argon2id, with its own salt); raise Busy where too many are being made."""
    with hashing.turn():
        return _hasher.hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Tell whether `password` is the one whose hash is kept; without a hash it takes as long to say no.

    Raises Busy where too many are being checked.
    """
    with hashing.turn():
        try:
            return _hasher.verify(kept or _nobodys_hash(), password[:LONGEST_PASSWORD]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_new_hash(kept: str) -> bool:
    """Tell whether a hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash("a password that nobody has")


class Codes:
    """One-time codes (TOTP, six digits, 30 seconds). Secrets are kept encrypted under the guide's secret key."""

    def __init__(self, signing_key: str) -> None:
        """Derive the key; with another signing key, kept secrets can no longer be read."""
        digest = hashlib.sha256(b"one-time codes\n" + signing_key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(digest))

    def offer(self, account_id: int) -> str:
        """Return a new secret, encrypted, for one account to take up within ten minutes."""
        return self.sealed(f"{account_id}:{pyotp.random_base32()}")

    def offered(self, offer: str, account_id: int) -> str | None:
        """Return the secret of an offer, or None where it is another account's, too old or none of ours."""
        try:
            owner, _, secret = self._fernet.decrypt(offer.encode(), ttl=OFFER_STANDS_S).decode().partition(":")
        except InvalidToken:
            return None
        return secret if owner == str(account_id) else None

    @staticmethod
    def address(secret: str, name: str, issuer: str) -> str:
        """Return the otpauth:// address that an authenticator app reads from a QR code."""
        return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)

    def sealed(self, secret: str) -> str:
        """Return a secret encrypted."""
        return self._fernet.encrypt(secret.encode()).decode()

    def opened(self, sealed: str) -> str | None:
        """Return a secret, or None where it was encrypted under another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    @staticmethod
    def step_of(code: str, secret: str, after: int, now: float | None = None) -> int | None:
        """Return the 30-second step that `code` is of, or None where it is wrong or was used (`after`: the last used step).

        One step early or late is accepted, for clocks that differ.
        """
        given = code.replace(" ", "")
        current = int((now or time.time()) // STEP_S)
        totp = pyotp.TOTP(secret)
        for step in (current - 1, current, current + 1):
            if step > after and pyotp.utils.strings_equal(given, totp.at(step * STEP_S)):
                return step
        return None
