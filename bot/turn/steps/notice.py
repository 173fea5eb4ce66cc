"""Others may take notice of a question: the content queue does. Nothing that fails there costs a family its answer."""

from __future__ import annotations

from bot.privacy.quiet_logs import failure
from bot.turn.context import Parts, TurnContext
from bot.turn.steps.ask_rasa import ask_rasa
from bot.turn.turns import Asked


def notice(turn: TurnContext, parts: Parts) -> None:
    """Tell of a question that Rasa was asked as it stood."""
    if turn.step != ask_rasa.__name__:
        return
    try:
        parts.notice(Asked(turn.conversation, turn.redacted, turn.messages, turn.near))
    except Exception as error:  # noqa: BLE001 - the answer stands
        parts.failed("content queue", failure(error))
