"""The answer before is wanted in easier words or at more length: typed, that does what the answer's buttons do."""

from __future__ import annotations

import re

from bot.guidance.replies import STILL_HARD, form_payload, person_button
from bot.handover.form.steps import CHECK, STEPS
from bot.reading.retelling import read
from bot.turn.context import Ended, Parts, TurnContext
from bot.turn.state import FAILURES
from bot.turn.steps.ask_rasa import ask_instead

WHAT_IT_CAN = "/ask_what_can_you_do"
# While services are remembered, "any more?" means more of them.
_OF_THE_ANSWER = re.compile(r"\b(?:tell|explain|say|detail|info)", re.I)


def told_otherwise(turn: TurnContext, parts: Parts) -> Ended | None:
    """End the turn where the words want the answer before told otherwise.

    Where there is no answer yet that it could be about, the guide says what it can do; where a person was offered, it
    offers one again. Ranked among the questions "i dont get it" would be anything.
    """
    form = read(turn.asked)
    if not form:
        return None
    intent = _intent(turn, form)
    if intent is None:
        return None
    turn.evidence["read_as"] = form
    return ask_instead(turn, parts, intent, turn.asked)


def _intent(turn: TurnContext, form: str) -> str | None:
    state = turn.state
    if state.open_step in (*STEPS, CHECK):
        return None
    if form == "simpler" and "handoff" in state.kinds:
        return person_button()["payload"]
    if not state.given:
        return WHAT_IT_CAN if FAILURES.issuperset(state.kinds) else None
    if form == "more" and not _OF_THE_ANSWER.search(turn.asked) and state.services and state.services.shown:
        return None
    already = form == "simpler" and all(given.form == form for given in state.given)
    return form_payload([given.answer for given in state.given], STILL_HARD if already else form)
