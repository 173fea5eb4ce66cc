"""Looking up Local Offer records."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.base import GuideAction, Outcome
from bot.directory.search.directory import Found, directory
from bot.directory.search.gaps import gaps
from bot.directory.search.query import wanted_from_text
from bot.directory.search.replies import LOOKING_FOR, records_message, wanted_as_json, wanted_from_json
from bot.directory.search.wanted import Wanted


class ActionFindService(GuideAction):
    """Finds services by what the message names: need, kind, place, age, day, cost and access."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_find_service"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the records that fit, or that none does; remember the search and what it showed."""
        return searched(tracker, wanted_from(tracker))


def searched(tracker: Tracker, wanted: Wanted) -> Outcome:
    """Search, and return what was found with its events; a search that finds nothing is counted as a gap."""
    found = directory().search(wanted)
    gaps().note(found, asker=tracker.sender_id)
    return Outcome([records_message(found)], aside=as_aside(found))


def as_aside(found: Found, offset: int = 0) -> dict[str, Any]:
    """Return what the gateway keeps of a search that showed services from `offset` on, for messages that follow on it."""
    return {"search": wanted_as_json(found.wanted), "offset": offset}


def wanted_from(tracker: Tracker) -> Wanted:
    """Return what the latest message asks for: what the pressed button holds, or else its words."""
    for entity in tracker.latest_message.get("entities") or []:
        if entity["entity"] == LOOKING_FOR:
            return wanted_from_json(str(entity["value"]))
    return wanted_from_text(str(tracker.latest_message.get("text") or ""))
