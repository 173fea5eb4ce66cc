"""Talking about services that were shown: more of them, one of them, or the same search with a condition changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Tracker

from actions.base import GuideAction
from actions.directory import SEARCH, SHOWN, remember, search
from bot.directory.follow_up import Change, changed
from bot.directory.query import Wanted
from bot.directory.replies import (
    LOOKING_FOR,
    ask_place_message,
    no_more_message,
    record_message,
    records_message,
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
        remembered, found = _remembered(tracker), _next(tracker)
        if not remembered:
            return [fallback_message()]
        return [records_message(found) if found else no_more_message(remembered[0])]

    def events(self, tracker: Tracker) -> list[dict[str, Any]]:
        """Remember what is shown now."""
        remembered, found = _remembered(tracker), _next(tracker)
        return remember(found, remembered[1] + MOST_RECORDS) if remembered and found else []


class ActionRecordsChange(GuideAction):
    """Searches again with conditions changed, the others kept."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_records_change"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the services that fit now; where nearer is asked for and no place is known, ask where."""
        wanted = _changed(tracker)
        if wanted is None:
            return [fallback_message()]
        if _entity(tracker, NEARER) and not wanted.place:
            return [ask_place_message()]
        return [records_message(search(tracker, wanted))]

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


def _remembered(tracker: Tracker) -> tuple[Wanted, int] | None:
    """Return the search that was made last and from which place on its services were shown, or None."""
    kept = tracker.get_slot(SEARCH)
    return (wanted_from_json(kept[LOOKING_FOR]), int(kept["offset"])) if kept else None


def _next(tracker: Tracker) -> Found | None:
    """Return the services after those shown, or None where there are no more."""
    remembered = _remembered(tracker)
    if not remembered:
        return None
    found = directory().search(remembered[0], offset=remembered[1] + MOST_RECORDS)
    return found if found.results else None


def _changed(tracker: Tracker) -> Wanted | None:
    remembered, change = _remembered(tracker), _entity(tracker, LOOKING_FOR)
    if not remembered or not change:
        return None
    return changed(remembered[0], Change(wanted_from_json(change), bool(_entity(tracker, NEARER))))


def _entity(tracker: Tracker, name: str) -> str | None:
    return next((str(value) for value in tracker.get_latest_entity_values(name)), None)
