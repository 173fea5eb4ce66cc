"""What every notice needs: the address of a referral in the staff desk."""

from __future__ import annotations

from bot.settings import Settings

INBOX = "/staff/inbox"


def inbox_link(settings: Settings, referral_id: str) -> str | None:
    """Return the address of a referral in the staff desk, or None where GUIDE_PUBLIC_URL is not set."""
    return f"{settings.public_url.rstrip('/')}{INBOX}/{referral_id}" if settings.public_url else None
