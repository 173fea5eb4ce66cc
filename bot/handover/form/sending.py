"""What a draft holds becomes a referral: the one way for chat and web form. Consent comes first, and nothing is sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.handover.form.steps import STEPS, lacking
from bot.handover.referrals.consent import consent_version
from bot.handover.referrals.store import Consent, Details, ReferralStore


class Incomplete(ValueError):
    """It cannot be sent: something is missing, or the words to agree to have changed since they were shown."""


@dataclass(frozen=True)
class Sent:
    """A referral that was sent: its reference, and by which ways ("phone", "email") they will get in touch."""

    reference: str
    by: tuple[str, ...]


def details_of(draft: Mapping[str, Any]) -> Details:
    """Return what a draft would send. Nothing but its answers and, where the family wants it, the chat."""
    chat = draft.get("conversation")
    return Details(**draft["answers"], conversation=tuple((who, text) for who, text in chat) if chat else None)


def send(
    referrals: ReferralStore,
    draft: Mapping[str, Any],
    agreed_to: str | None,
    key: str,
    conversation: str | None,
    sender: str | None,
) -> Sent:
    """Send a draft whose family agreed to the consent wording of the version `agreed_to`.

    The same `key` again sends nothing new (see `ReferralStore.submit`). Raises Incomplete and TooMany: nothing is lost.
    """
    version = consent_version(referrals.consent_text)
    if agreed_to != version or lacking(draft["answers"]):
        raise Incomplete
    reference = referrals.submit(details_of(draft), Consent(version, datetime.now(UTC)), conversation, key, sender)
    return Sent(reference, tuple(way for way in STEPS["contact"].fields if draft["answers"].get(way)))
