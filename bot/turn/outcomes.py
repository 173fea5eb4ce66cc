"""What came of a turn, by name: for metrics, for `explain`, and for whoever reads how the guide does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.turn.context import Parts, TurnContext
from bot.turn.rasa_client import Reply

# By the kind of the first message that says something; "..." stands for what the message names.
OUTCOMES: Mapping[str, str] = {
    "safeguarding": "danger:now",
    "answer": "answered",
    "clarify": "asked_back",
    "records": "services",
    "no_records": "no_services",
    "handoff": "handover:...",
    "smalltalk": "smalltalk",
    "fallback": "not_known",
    "error": "failed:...",
}


def name_outcome(turn: TurnContext, parts: Parts) -> None:
    """Say in a word what came of the turn."""
    turn.outcome = outcome_of(turn.replies, turn.evidence)


def outcome_of(replies: Sequence[Reply], evidence: Mapping[str, Any]) -> str:
    """Return the outcome of replies: of danger where any tells of it, else of the first."""
    customs = [reply.custom for reply in replies]
    decisive = next((custom for custom in customs if custom.kind == "safeguarding"), customs[0])
    named = decisive.model_extra or {}
    if decisive.kind == "fallback" and named.get("about"):
        return f"refused:{named['about']}"
    if decisive.kind == "answer" and named.get("form"):
        return f"retold:{named['form']}"
    if decisive.kind == "handoff":
        return f"handover:{named.get('step', 'offer')}"
    if decisive.kind == "error":
        return f"failed:{evidence.get('failed', 'action')}"
    return OUTCOMES[decisive.kind]
