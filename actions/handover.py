"""Handing over to SENDIASS."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Tracker

from actions.base import GuideAction
from bot.guidance.replies import Message, handover_message


class ActionHandover(GuideAction):
    """Says who can take over, and how to reach them."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_handover"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the way to SENDIASS."""
        return [handover_message()]
