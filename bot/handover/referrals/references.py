"""References that families read out on the phone, such as KM7D-4RXC-9TQH.

The characters are digits and letters that cannot be taken for one another (no 0 and O, 1, I and L, 5 and S, 8 and B, U and
V, 2 and Z) and make no words (no vowels). The last one is a check: any one wrong character, and any two that changed
places, are found at once.
"""

from __future__ import annotations

import hashlib
import secrets

CHARACTERS = "2346789CDFGHJKMNPQRTWXY"  # 23 is prime, which the check needs
RANDOM_CHARACTERS = 11  # 49 bits: nobody finds one by trying
GROUP = 4


def new_reference() -> str:
    """Return a new, unguessable reference."""
    drawn = "".join(secrets.choice(CHARACTERS) for _ in range(RANDOM_CHARACTERS))
    return _grouped(drawn + _check_character(drawn))


def as_reference(typed: str) -> str | None:
    """Return the reference that somebody typed, in its proper form, or None where it cannot be one."""
    characters = "".join(one for one in typed.upper() if one.isalnum())
    if len(characters) != RANDOM_CHARACTERS + 1 or not set(characters) <= set(CHARACTERS):
        return None
    return _grouped(characters) if _check_character(characters[:-1]) == characters[-1] else None


def reference_hash(reference: str) -> str:
    """Return what the store finds a reference by: the reference itself lies there only encrypted."""
    return hashlib.sha256(b"reference\n" + reference.encode()).hexdigest()


def _check_character(characters: str) -> str:
    weighted = sum(weight * CHARACTERS.index(one) for weight, one in enumerate(characters, start=1))
    return CHARACTERS[weighted % len(CHARACTERS)]


def _grouped(characters: str) -> str:
    return "-".join(characters[start : start + GROUP] for start in range(0, len(characters), GROUP))
