"""What staff turned off is not said."""

from __future__ import annotations

from bot.turn.context import Parts, TurnContext


def screen(turn: TurnContext, parts: Parts) -> None:
    """Replace replies that staff turned off."""
    turn.replies = parts.screen(turn.replies)
