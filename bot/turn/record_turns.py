"""The gateway's part of talking about services: what a message means right after some were shown goes to Rasa as an intent."""

from __future__ import annotations

import json

from bot.directory.search.follow_up import AboutOne, Change, More, read
from bot.directory.search.replies import LOOKING_FOR, wanted_as_json
from bot.turn.handover_turns import Instead
from bot.turn.recent_turns import RecentTurns

MORE_INTENT, CHANGE_INTENT, ABOUT_INTENT = "records_more", "records_change", "records_about"
NEARER, POSITION, DETAIL = "nearer", "record_position", "record_detail"
REMEMBERED_TURNS = 3


def about_records(recent: RecentTurns, text: str) -> Instead | None:
    """Return what goes on in place of a typed `text`, or None where it does not follow on services that were shown.

    A search is remembered for three turns, so that asking and searching may mix.
    """
    if recent.open_step():
        return None
    shown = recent.records_shown(REMEMBERED_TURNS)
    if shown is None:
        return None
    meant = read(text, [str(record["name"]) for record in shown])
    if isinstance(meant, More):
        return Instead(f"/{MORE_INTENT}", text)
    if isinstance(meant, AboutOne):
        asked = {POSITION: str(meant.position or ""), DETAIL: meant.detail or ""}
        return Instead(f"/{ABOUT_INTENT}{json.dumps({name: value for name, value in asked.items() if value})}", text)
    if isinstance(meant, Change):
        change = {LOOKING_FOR: wanted_as_json(meant.wanted), **({NEARER: "yes"} if meant.nearer else {})}
        return Instead(f"/{CHANGE_INTENT}{json.dumps(change)}", text)
    return None
