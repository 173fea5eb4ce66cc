"""What came of the turn is counted, for operators."""

from __future__ import annotations

from bot.turn.context import Parts, TurnContext


def count(turn: TurnContext, parts: Parts) -> None:
    """Count the messages by kind, and the turn by its outcome and the step that decided."""
    for message in turn.messages:
        parts.metrics.messages.labels(message["custom"]["kind"]).inc()
    parts.metrics.outcomes.labels(turn.outcome, turn.step).inc()
