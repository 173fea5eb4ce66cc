"""Talking about services that were shown: more of them, one of them, or the same search with a condition changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker

from actions.base import GuideAction, Outcome, told_by_gateway
from actions.directory import as_aside, searched
from bot.directory.search.directory import MOST_RECORDS, directory
from bot.directory.search.follow_up import Change, changed
from bot.directory.search.replies import (
    LOOKING_FOR,
    ask_place_message,
    no_more_message,
    record_gone_message,
    record_message,
    records_message,
    wanted_from_json,
    which_record_message,
)
from bot.directory.search.wanted import Wanted
from bot.guidance.replies import fallback_message
from bot.turn.steps.services_follow_up import DETAIL, NEARER, POSITION


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
        return Outcome([records_message(found)], aside=as_aside(found, offset))


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
        services = told_by_gateway(tracker).get("services") or {}
        shown: list[dict[str, Any]] = services.get("shown") or []
        position = int(_entity(tracker, POSITION) or 0)
        detail = _entity(tracker, DETAIL)
        if not shown or position > len(shown):
            return Outcome([fallback_message()])
        chosen = shown[position - 1] if position else _only_one(shown, services.get("about"))
        if chosen is None:
            return Outcome([which_record_message(shown, detail)])
        record = directory().record(chosen["id"])
        if record is None:
            return Outcome([record_gone_message(chosen["name"])])
        return Outcome([record_message({**record, "distance_miles": chosen.get("miles")}, detail)])


def _only_one(shown: Sequence[dict[str, Any]], about: str | None) -> dict[str, Any] | None:
    """Return the service that is meant where none is named: the only one, or the one that was spoken about last."""
    if len(shown) == 1:
        return shown[0]
    return next((service for service in shown if service["id"] == about), None)


def _remembered(tracker: Tracker) -> tuple[Wanted, int] | None:
    """Return the search that was made last and from which place on its services were shown, or None."""
    kept = told_by_gateway(tracker).get("services") or {}
    return (wanted_from_json(kept["search"]), int(kept["offset"])) if kept.get("search") else None


def _changed(tracker: Tracker) -> Wanted | None:
    remembered, change = _remembered(tracker), _entity(tracker, LOOKING_FOR)
    if not remembered or not change:
        return None
    return changed(remembered[0], Change(wanted_from_json(change), bool(_entity(tracker, NEARER))))


def _entity(tracker: Tracker, name: str) -> str | None:
    return next((str(value) for value in tracker.get_latest_entity_values(name)), None)
