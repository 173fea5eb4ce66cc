"""What was typed, without what nobody sees; nothing at all, and too much, is refused."""

from __future__ import annotations

from bot.guidance.wording import wording
from bot.reading.typed_text import cleaned
from bot.turn.context import Ended, Parts, TurnContext
from bot.turn.refusals import Refused


def clean(turn: TurnContext, parts: Parts) -> Ended | None:
    """Clean the words; raise Refused for too many of them."""
    turn.text = cleaned(turn.typed or "")
    if len(turn.text) > parts.message_limit:
        raise Refused("too_long", wording("gateway.too_long", limit=parts.message_limit))
    return None
