"""Talk about the conversation itself: greetings, thanks, what the guide is, starting again."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset

from actions.base import GuideAction, Outcome
from bot.guidance.replies import smalltalk_message


class ActionSmalltalk(GuideAction):
    """Replies to greetings, thanks and questions about the guide."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_smalltalk"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the reply that wording.yml has for the intent."""
        return Outcome([smalltalk_message(str(tracker.latest_message["intent"]["name"]))])


class ActionStartAgain(GuideAction):
    """Forgets what the conversation was about."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_start_again"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the first words of a fresh start, and forget every slot."""
        return Outcome([smalltalk_message("start_again")], [AllSlotsReset()], {"starts_again": True})
