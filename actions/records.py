"""Talking about services that were shown: more of them, one of them, or the same search with a condition changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import GuideAction
from actions.directory import SEARCH, SHOWN, count_gap, remembered
from bot.directory.follow_up import Change, changed
from bot.directory.query import Wanted
from bot.directory.replies import (
    LOOKING_FOR,
    ask_place_message,
    no_more_message,
    record_message,
    records_message,
    wanted_as_json,
    wanted_from_json,
    which_record_message,
)
from bot.directory.search import MOST_RECORDS, Found, directory
from bot.gateway.record_turns import DETAIL, NEARER, POSITION
from bot.guidance.replies import Message, fallback_message


class ActionRecordsMore(GuideAction):
    """Shows the next services of the same search."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_records_more"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the next services, or that there are no more."""
        search = remembered(tracker)
        if not search:
            return [fallback_message()]
        found = directory().search(search.wanted, offset=search.offset + MOST_RECORDS)
        return [records_message(found) if found.results else no_more_message(search.wanted)]

    def events(self, tracker: Tracker) -> list[dict[str, Any]]:
        """Remember what is shown now."""
        search = remembered(tracker)
        if not search:
            return []
        offset = search.offset + MOST_RECORDS
        found = directory().search(search.wanted, offset=offset)
        return remember(found, offset) if found.results else []


class ActionRecordsChange(GuideAction):
    """Searches again with conditions changed, the others kept."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_records_change"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the services that fit now; where nearer than nowhere is asked for, ask where."""
        wanted = _changed(tracker)
        if wanted is None:
            return [fallback_message()]
        if _entity(tracker, NEARER) and not wanted.place:
            return [ask_place_message()]
        found = directory().search(wanted)
        count_gap(found, tracker.sender_id)
        return [records_message(found)]

    def events(self, tracker: Tracker) -> list[dict[str, Any]]:
        """Remember the search as it is now."""
        wanted = _changed(tracker)
        return remember(directory().search(wanted)) if wanted else []


class ActionRecordsAbout(GuideAction):
    """Tells what is known of one of the services shown."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_records_about"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the detail that was asked for, or the whole record; where it is open which one, ask."""
        shown: list[dict[str, Any]] = tracker.get_slot(SHOWN) or []
        position = int(_entity(tracker, POSITION) or 0)
        detail = _entity(tracker, DETAIL)
        if not shown or position > len(shown):
            return [fallback_message()]
        if not position and len(shown) > 1:
            return [which_record_message(shown, detail)]
        return [record_message(shown[max(position, 1) - 1], detail)]


def remember(found: Found, offset: int = 0) -> list[dict[str, Any]]:
    """Return the events that keep a search and what it showed, for messages that follow on it."""
    kept = {LOOKING_FOR: wanted_as_json(found.wanted), "offset": offset}
    return [SlotSet(SEARCH, kept), SlotSet(SHOWN, [result.record for result in found.results])]


def _changed(tracker: Tracker) -> Wanted | None:
    search, change = remembered(tracker), _entity(tracker, LOOKING_FOR)
    if not search or not change:
        return None
    return changed(search.wanted, Change(wanted_from_json(change), bool(_entity(tracker, NEARER))))


def _entity(tracker: Tracker, name: str) -> str | None:
    return next((str(value) for value in tracker.get_latest_entity_values(name)), None)
