"""The latest turns of a conversation: what a message that follows on them needs to be understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.handover.form.steps import OFFER

FAILURES = frozenset({"fallback", "clarify"})
_NOTHING_SAID = frozenset({"smalltalk", "error"})
_ABOUT_RECORDS = frozenset({"records", "no_records"})


@dataclass(frozen=True)
class RecentTurn:
    """What was asked (redacted), and the `custom` parts of the replies, in order."""

    asked: str
    replies: Sequence[dict[str, Any]]

    @property
    def kinds(self) -> set[str]:
        """The kinds of the replies."""
        return {str(custom.get("kind")) for custom in self.replies}

    @property
    def is_in_handover(self) -> bool:
        """Whether a handover was begun, went on or ended here; its offer is none."""
        return any(custom.get("kind") == "handoff" and custom.get("step") != OFFER for custom in self.replies)


@dataclass(frozen=True)
class RecentTurns:
    """Whom the replies are for ("parent" or "professional"), and the latest turns, the newest first."""

    audience: str = "parent"
    turns: Sequence[RecentTurn] = ()

    def previous(self) -> dict[str, str] | None:
        """Return what the last turn asked (`message`) and answered (`answer`, an answer's id), or None.

        Small talk and failures of a part are passed over. Nothing is told of a turn whose text was not kept, since it was about somebody's
        safety, nor of a handover's questions. The offer of a person has a subject: what was asked when it was made.
        """
        for turn in self.turns:
            if "safeguarding" in turn.kinds or turn.is_in_handover:
                return None
            if not turn.kinds <= _NOTHING_SAID:
                answers = [
                    custom["answer"].partition("/")[2] for custom in turn.replies if custom.get("kind") == "answer"
                ]
                return {"message": turn.asked, **({"answer": answers[-1]} if answers else {})}
        return None

    def open_step(self) -> str | None:
        """Return the step of a handover that waits for a reply: one of the last turn's; errors are passed over."""
        for turn in self.turns:
            if turn.kinds != {"error"}:
                return next((custom["step"] for custom in reversed(turn.replies) if custom.get("step")), None)
        return None

    def just_shown(self) -> Sequence[dict[str, Any]]:
        """Return the `custom` parts of the last turn; turns of small talk or failures of a part are passed over."""
        return next((turn.replies for turn in self.turns if not turn.kinds <= _NOTHING_SAID), ())

    def failures_in_a_row(self) -> int:
        """Return how many of the latest turns (small talk apart) ended without an answer."""
        failures = 0
        for turn in self.turns:
            if turn.kinds == {"smalltalk"}:
                continue
            if not turn.kinds <= FAILURES:
                break
            failures += 1
        return failures

    def records_shown(self, turns: int) -> list[dict[str, Any]] | None:
        """Return the services that one of the latest `turns` turns showed (none: it found nothing), or None without one."""
        for turn in self.turns[:turns]:
            for custom in reversed(turn.replies):
                if custom.get("kind") in _ABOUT_RECORDS:
                    return list(custom.get("records") or [])
        return None
