"""May the guide take referrals? Only where they can be kept safe and somebody receives them."""

from __future__ import annotations

from bot.accounts.presence import someone_has_role
from bot.privacy.encryption import EncryptionUnavailable
from bot.settings import Settings
from bot.store.keys import vault


def handover_is_open(settings: Settings) -> bool:
    """Tell whether a family may leave its details here.

    True only with a key to encrypt them and somebody to receive them: a mailbox, a webhook, or an account of the staff
    desk for SENDIASS. Elsewhere chat and web form say how to reach SENDIASS and take nothing.
    """
    if not (channels(settings) or someone_has_role(settings.database_url, "sendiass")):
        return False
    try:
        vault(settings)
    except EncryptionUnavailable:
        return False
    return True


def channels(settings: Settings) -> list[str]:
    """Return how SENDIASS is told of a referral: "email", "webhook", both or neither."""
    mail = settings.referral_email and settings.smtp_host
    webhook = settings.referral_webhook_url and settings.referral_webhook_secret
    return [*(["email"] if mail else []), *(["webhook"] if webhook else [])]
