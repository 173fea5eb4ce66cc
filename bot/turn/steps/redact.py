"""Personal details are taken out before anything is stored or sent on."""

from __future__ import annotations

from bot.guidance.wording import wording
from bot.privacy.redaction import redact as redacted
from bot.reading.bounds import bounded
from bot.turn.context import Ended, Parts, TurnContext
from bot.turn.refusals import Refused


def redact(turn: TurnContext, parts: Parts) -> Ended | None:
    """Redact the words, and bring what is read further into bounds; raise Refused where no words are left."""
    found = redacted(turn.text)
    if not found.text:
        raise Refused("empty", wording("gateway.empty"))
    turn.redacted, turn.removed = found.text, dict(found.removed)
    turn.asked = bounded(found.text)
    return None
