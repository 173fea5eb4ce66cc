"""Talk about the conversation itself: greetings, thanks, what the guide is, starting again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset

from actions.base import GuideAction
from bot.guidance.replies import Message, smalltalk_message


class ActionSmalltalk(GuideAction):
    """Replies to greetings, thanks and questions about the guide."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_smalltalk"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the reply that wording.yml has for the intent."""
        return [smalltalk_message(str(tracker.latest_message["intent"]["name"]))]


class ActionStartAgain(GuideAction):
    """Forgets what the conversation was about."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_start_again"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the first words of a fresh start."""
        return [smalltalk_message("start_again")]

    def events(self, tracker: Tracker) -> list[dict[str, Any]]:
        """Forget every slot."""
        return [AllSlotsReset()]
