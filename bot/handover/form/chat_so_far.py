"""The chat that may go along with a handover: what was asked and answered, without the handover's own questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.handover.form.steps import OFFER
from bot.handover.referrals.store import transcript


def chat_so_far(history: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return (who, text) of each message, oldest first. `history` is that of the gateway's store.

    A turn that was only about the handover is left out, but for the wish to talk to a person that began it.
    """
    turns: list[list[dict[str, Any]]] = []
    for entry in history:
        if entry["from"] == "user" or not turns:
            turns.append([])
        turns[-1].append(entry)
    kept = []
    for turn in turns:
        rest = [entry for entry in turn if entry["from"] == "user" or not _is_step(entry)]
        if any(entry["from"] != "user" for entry in rest):
            kept += rest
    return list(transcript(kept))


def _is_step(entry: dict[str, Any]) -> bool:
    custom = entry.get("custom") or {}
    return custom.get("kind") == "handoff" and custom.get("step") not in (OFFER, "how_to_reach")
