"""A person is offered where the guide did not help for the third time, and to anybody in distress."""

from __future__ import annotations

from bot.guidance.replies import person_button
from bot.handover.form.replies import offer_message
from bot.reading.distress import sounds_distressed
from bot.turn.context import Parts, TurnContext, reply_of
from bot.turn.rasa_client import Reply
from bot.turn.state import FAILURES

FAILURES_BEFORE_OFFER = 3


def offer_person(turn: TurnContext, parts: Parts) -> None:
    """Add the offer, or a button that asks for it."""
    if turn.kinds & {"handoff", "safeguarding", "error"}:
        return
    if turn.kinds <= FAILURES and (turn.state.failures + 1) % FAILURES_BEFORE_OFFER == 0:
        turn.replies = [*turn.replies, reply_of(offer_message("failures", parts.handover.is_open()))]
        return
    wish = person_button()
    offered = any(button.payload == wish["payload"] for reply in turn.replies for button in reply.buttons)
    if sounds_distressed(turn.sent) and not offered:
        last = turn.replies[-1].model_dump()
        turn.replies = [*turn.replies[:-1], Reply.model_validate({**last, "buttons": [*last["buttons"], wish]})]
