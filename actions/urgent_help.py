"""Urgent help: what to do now, before anything else."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Tracker

from actions.base import GuideAction, audience_of
from bot.guidance.replies import Message, urgent_help_message


class ActionUrgentHelp(GuideAction):
    """Says where to turn when somebody may be in danger."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_urgent_help"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the urgent reply."""
        return [urgent_help_message(audience_of(tracker))]
