"""The gateway's part of telling an answer otherwise: "say that in easier words" typed right after it does what the button does."""

from __future__ import annotations

import re

from bot.guidance.replies import STILL_HARD, form_payload, person_button
from bot.handover.form.steps import CHECK, STEPS
from bot.reading.retelling import read
from bot.turn.handover_turns import Instead
from bot.turn.recent_turns import FAILURES, RecentTurns
from bot.turn.record_turns import REMEMBERED_TURNS

WHAT_IT_CAN = "/ask_what_can_you_do"
# While services are remembered, "any more?" means more of them.
_OF_THE_ANSWER = re.compile(r"\b(?:tell|explain|say|detail|info)", re.I)


def told_otherwise(recent: RecentTurns, text: str) -> Instead | None:
    """Return what goes on in place of a typed `text`, or None where it is no such wish, or follows on something else.

    Where there is no answer yet that it could be about, the guide says what it can do; where a person was offered, it
    offers one again. Ranked among the questions "i dont get it" would be anything.
    """
    form = read(text)
    if not form:
        return None
    step, shown = recent.open_step(), recent.just_shown()
    if step in (*STEPS, CHECK):
        return None
    if form == "simpler" and any(custom.get("kind") == "handoff" for custom in shown):
        return Instead(person_button()["payload"], text)
    answers = [custom for custom in shown if custom.get("kind") == "answer"]
    if not answers:
        nothing_said_yet = all(custom.get("kind") in FAILURES for custom in shown)
        return Instead(WHAT_IT_CAN, text) if nothing_said_yet else None
    if form == "more" and not _OF_THE_ANSWER.search(text) and recent.records_shown(REMEMBERED_TURNS):
        return None
    already = form == "simpler" and all(custom.get("form") == form for custom in answers)
    idents = [str(custom["answer"]).partition("/")[2] for custom in answers]
    return Instead(form_payload(idents, STILL_HARD if already else form), text)
