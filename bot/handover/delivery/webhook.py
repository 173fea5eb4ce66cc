"""The notice by webhook: the whole referral, over https, signed as the Standard Webhooks specification says.

The receiver checks `webhook-signature`: the base64 of HMAC-SHA256, with the shared secret, over
"<webhook-id>.<webhook-timestamp>.<body>". It refuses a timestamp more than five minutes off, and drops a `webhook-id`
that it has had before.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import asdict

from bot.handover.delivery.notices import inbox_link
from bot.handover.referrals.store import Opened
from bot.outgoing import Client, Limits, ways_of
from bot.public_addresses import reach_of_operator
from bot.settings import Settings

SECRET_PREFIX = "whsec_"


class Refused(RuntimeError):
    """The receiver answered with a status that is not 2xx, which the message names."""


def body_of(settings: Settings, referral: Opened, notice_id: str) -> bytes:
    """Return what is sent: the same for the same notice, however often it is made."""
    summary = referral.summary
    content = {
        "type": "referral.received",
        "id": notice_id,
        "timestamp": summary.received_at.isoformat(),
        "data": {
            "referral": summary.id,
            "reference": summary.reference,
            "link": inbox_link(settings, summary.id),
            "consent": {
                "wording_version": referral.consent.wording_version,
                "given_at": referral.consent.given_at.isoformat(),
            },
            "details": asdict(referral.details),
        },
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def send(settings: Settings, body: bytes, notice_id: str) -> None:
    """Post a notice, followed nowhere else; raise requests.RequestException or Refused where it was not taken.

    Raises NotAllowed where the setting's address is not written plainly.
    """
    at = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": notice_id,
        "webhook-timestamp": at,
        "webhook-signature": signature(settings.referral_webhook_secret, notice_id, at, body),
        "Idempotency-Key": notice_id,
    }
    limits = Limits(0, 0, settings.delivery_timeout_s, settings.delivery_timeout_s)
    client = Client(reach_of_operator(settings.referral_webhook_url), limits, ways_of(settings))
    status = client.post(settings.referral_webhook_url, body, headers)
    if not 200 <= status < 300:
        raise Refused(f"HTTP {status}")


def signature(secret: str, notice_id: str, timestamp: str, body: bytes) -> str:
    """Return the signature header. A secret beginning with "whsec_" is base64; any other is taken as it is."""
    encoded = secret.startswith(SECRET_PREFIX)
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX)) if encoded else secret.encode()
    signed = hmac.new(key, f"{notice_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"
