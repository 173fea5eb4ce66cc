"""What a family agrees to before anything is sent, and the version of those words."""

from __future__ import annotations

import hashlib

from bot.guidance.wording import wording
from bot.settings import Settings


def consent_text(settings: Settings) -> str:
    """Return the words that a family agrees to, one sentence a line; chat and web form show the same."""
    lines = [wording("consent.agree"), wording("consent.who_reads")]
    lines.append(wording("consent.how_long", days=settings.referral_days))
    return "\n".join([*lines, wording("consent.your_choice")])


def consent_version(text: str) -> str:
    """Return the version of a consent wording: it changes with any character of it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
