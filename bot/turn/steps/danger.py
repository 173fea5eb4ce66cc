"""Somebody may be in danger: what to do now comes before everything else, and needs no model and no store."""

from __future__ import annotations

from bot.guidance.replies import urgent_help_message
from bot.reading.danger import find_urgent
from bot.turn.context import Ended, Parts, TurnContext, reply_of


def find_danger(turn: TurnContext, parts: Parts) -> Ended | None:
    """Look for words of danger in all that was typed. From here on nothing that fails keeps the person from help."""
    turn.danger = find_urgent(turn.text)
    return None


def say_what_to_do_in_danger(turn: TurnContext, parts: Parts) -> Ended | None:
    """End the turn with what to do now, where danger was found."""
    if not turn.danger:
        return None
    return Ended([reply_of(urgent_help_message(turn.audience))], evidence={"kind": turn.danger})
