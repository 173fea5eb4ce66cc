"""The turn is kept with its conversation: what was said (redacted), what was replied, and what the conversation is about now."""

from __future__ import annotations

from bot.guidance.wording import wording
from bot.turn.context import Parts, TurnContext
from bot.turn.conversations import Decision
from bot.turn.turns import URGENT, as_json

ENDS = ("sent", "stopped")


def keep(turn: TurnContext, parts: Parts) -> None:
    """Keep the turn. Of words about somebody's safety, and of words that nobody has read, only that there were some."""
    customs = [message["custom"] for message in turn.messages]
    # Nobody has read words that ended in an error: they may tell of danger, and are kept no more than if they did.
    is_unread = turn.kinds == {"error"} and not turn.sent.startswith("/")
    if URGENT in turn.kinds or is_unread:
        turn.shown = wording("gateway.text_not_kept")
    has_ended = any(custom.get("step") in ENDS for custom in customs)
    if URGENT in turn.kinds or has_ended or (is_unread and not turn.state.open_step):
        parts.forget(turn.conversation)
    parts.store.add_turn(
        turn.conversation,
        turn.shown,
        turn.messages,
        turn.buttons,
        turn.key,
        {**as_json(parts.tokens.of(turn.conversation), turn.messages), "removed": list(turn.removed)},
        turn.state.after(turn.shown, customs, turn.told),
        Decision(turn.step, turn.outcome, turn.evidence, turn.milliseconds),
    )
