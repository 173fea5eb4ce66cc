"""Urgent help: what to do now, before anything else."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.base import GuideAction, Outcome, audience_of
from bot.guidance.replies import urgent_help_message


class ActionUrgentHelp(GuideAction):
    """Says where to turn when somebody may be in danger."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_urgent_help"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the urgent reply."""
        return Outcome([urgent_help_message(audience_of(tracker))])
