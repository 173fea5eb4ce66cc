"""References that families read out on the phone, such as KM7D-4RXC-9TQH.

The signs are digits and letters that cannot be taken for one another (no 0 and O, 1, I and L, 5 and S, 8 and B, U and
V, 2 and Z) and make no words (no vowels). The last sign is a check: any one wrong sign, and any two that changed
places, are found at once.
"""

from __future__ import annotations

import hashlib
import secrets

SIGNS = "2346789CDFGHJKMNPQRTWXY"  # 23 is prime, which the check needs
RANDOM_SIGNS = 11  # 49 bits: nobody finds one by trying
GROUP = 4


def new_reference() -> str:
    """Return a new, unguessable reference."""
    drawn = "".join(secrets.choice(SIGNS) for _ in range(RANDOM_SIGNS))
    return _grouped(drawn + _check_sign(drawn))


def as_reference(typed: str) -> str | None:
    """Return the reference that somebody typed, in its proper form, or None where it cannot be one."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    right = len(signs) == RANDOM_SIGNS + 1 and set(signs) <= set(SIGNS) and _check_sign(signs[:-1]) == signs[-1]
    return _grouped(signs) if right else None


def reference_hash(reference: str) -> str:
    """Return what the store finds a reference by: the reference itself lies there only encrypted."""
    return hashlib.sha256(b"reference\n" + reference.encode()).hexdigest()


def _check_sign(signs: str) -> str:
    return SIGNS[sum(weight * SIGNS.index(sign) for weight, sign in enumerate(signs, start=1)) % len(SIGNS)]


def _grouped(signs: str) -> str:
    return "-".join(signs[start : start + GROUP] for start in range(0, len(signs), GROUP))
