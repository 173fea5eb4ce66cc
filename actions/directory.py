"""Looking up Local Offer records."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Tracker

from actions.base import GuideAction
from bot.directory.gaps import gaps
from bot.directory.query import Wanted, wanted_from_text
from bot.directory.replies import LOOKING_FOR, records_message, wanted_from_payload
from bot.directory.search import directory
from bot.guidance.replies import Message


class ActionFindService(GuideAction):
    """Finds services by what the message names: need, kind, place, age, day, cost and access."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_find_service"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the records that fit, or that none does."""
        found = directory().search(wanted_from(tracker))
        gaps().note(found, asker=tracker.sender_id)
        return [records_message(found)]


def wanted_from(tracker: Tracker) -> Wanted:
    """Return what the latest message asks for: what the pressed button holds, or else its words."""
    entities = tracker.latest_message.get("entities") or []
    for entity in entities:
        if entity["entity"] == LOOKING_FOR:
            return wanted_from_payload(str(entity["value"]))
    return wanted_from_text(str(tracker.latest_message.get("text") or ""), entities)
