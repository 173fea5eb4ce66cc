"""What was written while a person had the chat, in the history of the chat API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.guidance.wording import wording
from bot.handover.live import Line


def with_lines(kept: Sequence[tuple[int, dict[str, Any]]], lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the guide's messages, each given with its number, and the lines of a person's talk in one order.

    Both come in theirs, which holds. Where a line does not say what it follows, its time decides.
    """
    merged: list[dict[str, Any]] = []
    waiting = list(lines)
    for number, message in kept:
        while waiting and _comes_before(waiting[0], number, message):
            merged.append(live_message(waiting.pop(0)))
        merged.append(message)
    return [*merged, *map(live_message, waiting)]


def _comes_before(line: Line, number: int, message: dict[str, Any]) -> bool:
    return line.after < number if line.after is not None else line.at.isoformat() < str(message["at"])


def live_message(line: Line) -> dict[str, Any]:
    """Return a line of a chat that a person has, in the form of the chat API's history."""
    at = line.at.isoformat()
    if line.sender == "notice":
        custom = {"kind": "handoff", "step": line.text}
        return {
            "from": "guide",
            "at": at,
            "text": wording(f"live.{line.text}", name=line.name),
            "buttons": [],
            "custom": custom,
        }
    if line.sender == "family":
        return {"from": "user", "at": at, "line": line.id, "text": line.text}
    return {
        "from": "person",
        "at": at,
        "line": line.id,
        "name": wording("live.person", name=line.name),
        "text": line.text,
    }
