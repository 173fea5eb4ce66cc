"""The formats that feeds come in. Each module brings a publisher's record into the nested form of HSDS-UK 3.0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.directory.feeds import open_objects, open_referral_1, open_referral_3

Translate = Callable[[Mapping[str, Any]], dict[str, Any]]

# Asked in this order whether a record looks like theirs; the last one takes what is left.
FORMATS: dict[str, Translate] = {
    "open-objects": open_objects.translate,
    "open-referral-1": open_referral_1.translate,
    "open-referral-3": open_referral_3.translate,
}
_LOOKS_LIKE: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "open-objects": open_objects.looks_like,
    "open-referral-1": open_referral_1.looks_like,
    "open-referral-3": open_referral_3.looks_like,
}


def format_of(record: Mapping[str, Any]) -> str | None:
    """Return the name of the format that a record is in, or None where it is no service in any of them."""
    return next((name for name, looks_like in _LOOKS_LIKE.items() if looks_like(record)), None)
