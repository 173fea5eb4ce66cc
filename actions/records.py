"""Talking about services that were shown: more of them, one of them, or the same search with a condition changed."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.base import GuideAction, Outcome
from actions.directory import SEARCH, SHOWN, remember, searched
from bot.directory.search.directory import MOST_RECORDS, directory
from bot.directory.search.follow_up import Change, changed
from bot.directory.search.query import Wanted
from bot.directory.search.replies import (
    LOOKING_FOR,
    ask_place_message,
    no_more_message,
    record_message,
    records_message,
    wanted_from_json,
    which_record_message,
)
from bot.guidance.replies import fallback_message
from bot.turn.record_turns import DETAIL, NEARER, POSITION


class ActionRecordsMore(GuideAction):
    """Shows the next services of the same search."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_records_more"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the next services, and remember what is shown now; or that there are no more."""
        remembered = _remembered(tracker)
        if not remembered:
            return Outcome([fallback_message()])
        wanted, offset = remembered[0], remembered[1] + MOST_RECORDS
        found = directory().search(wanted, offset=offset)
        if not found.results:
            return Outcome([no_more_message(wanted)])
        return Outcome([records_message(found)], remember(found, offset))


class ActionRecordsChange(GuideAction):
    """Searches again with conditions changed, the others kept."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_records_change"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the services that fit now; where nearer is asked for and no place is known, ask where."""
        wanted = _changed(tracker)
        if wanted is None:
            return Outcome([fallback_message()])
        if _entity(tracker, NEARER) and not wanted.place:
            return Outcome([ask_place_message()])
        return searched(tracker, wanted)


class ActionRecordsAbout(GuideAction):
    """Tells what is known of one of the services shown."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_records_about"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the detail that was asked for, or the whole record; where it is open which one, ask."""
        shown: list[dict[str, Any]] = tracker.get_slot(SHOWN) or []
        position = int(_entity(tracker, POSITION) or 0)
        detail = _entity(tracker, DETAIL)
        if not shown or position > len(shown):
            return Outcome([fallback_message()])
        if not position and len(shown) > 1:
            return Outcome([which_record_message(shown, detail)])
        return Outcome([record_message(shown[max(position, 1) - 1], detail)])


def _remembered(tracker: Tracker) -> tuple[Wanted, int] | None:
    """Return the search that was made last and from which place on its services were shown, or None."""
    kept = tracker.get_slot(SEARCH)
    return (wanted_from_json(kept[LOOKING_FOR]), int(kept["offset"])) if kept else None


def _changed(tracker: Tracker) -> Wanted | None:
    remembered, change = _remembered(tracker), _entity(tracker, LOOKING_FOR)
    if not remembered or not change:
        return None
    return changed(remembered[0], Change(wanted_from_json(change), bool(_entity(tracker, NEARER))))


def _entity(tracker: Tracker, name: str) -> str | None:
    return next((str(value) for value in tracker.get_latest_entity_values(name)), None)
