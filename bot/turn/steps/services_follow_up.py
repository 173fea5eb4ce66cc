"""Services were shown lately: what is typed may want more of them, one of them, or the search with a condition changed."""

from __future__ import annotations

import json

from bot.directory.search.follow_up import AboutOne, Change, More, read
from bot.directory.search.replies import LOOKING_FOR, wanted_as_json
from bot.turn.context import Ended, Parts, TurnContext
from bot.turn.steps.ask_rasa import ask_instead

MORE_INTENT, CHANGE_INTENT, ABOUT_INTENT = "records_more", "records_change", "records_about"
NEARER, POSITION, DETAIL = "nearer", "record_position", "record_detail"


def services_follow_up(turn: TurnContext, parts: Parts) -> Ended | None:
    """End the turn where the words follow on the services shown."""
    intent = _intent(turn)
    return ask_instead(turn, parts, intent, turn.asked) if intent else None


def _intent(turn: TurnContext) -> str | None:
    services = turn.state.services
    if turn.state.open_step or services is None:
        return None
    meant = read(turn.asked, services.names())
    if isinstance(meant, More):
        return f"/{MORE_INTENT}"
    if isinstance(meant, AboutOne):
        asked = {POSITION: str(meant.position or ""), DETAIL: meant.detail or ""}
        return f"/{ABOUT_INTENT}{json.dumps({name: value for name, value in asked.items() if value})}"
    if isinstance(meant, Change):
        change = {LOOKING_FOR: wanted_as_json(meant.wanted), **({NEARER: "yes"} if meant.nearer else {})}
        return f"/{CHANGE_INTENT}{json.dumps(change)}"
    return None
