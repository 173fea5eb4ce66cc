"""A question of the handover is open: what is typed may answer it, and then goes into the encrypted draft and nowhere else."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Literal

from bot.guidance.wording import wording
from bot.handover.form.replies import ANSWER_MESSAGE, too_many_message
from bot.handover.form.steps import CHECK, OFFER, STEPS
from bot.handover.referrals.bounds import TooMany
from bot.reading.handover_reply import read
from bot.reading.typed_text import as_ordinary_text
from bot.turn.context import Ended, Parts, TurnContext, reply_of
from bot.turn.rasa_client import RasaFailed, Reply
from bot.turn.steps.ask_rasa import ask_instead

SURE_ANSWER = 0.6
BEGINNINGS = ("/handover_start", "/handover_carry_on")
_OPEN_STEPS = {*STEPS, CHECK, OFFER}
_COMMANDS = {
    "stop": "/handover_stop",
    "skip": "/handover_skip",
    "carry_on": "/handover_carry_on",
    "start": "/handover_start",
    "decline": "/handover_decline",
}

Meant = Literal["answer", "message", "urgent"]


def handover_answer(turn: TurnContext, parts: Parts) -> Ended | None:
    """End the turn where the words answer the open question, or steer the handover; an ordinary message goes on."""
    step = turn.state.open_step
    if step not in _OPEN_STEPS or not parts.handover.is_open():
        return None
    read_as = read(STEPS.get(step, step), turn.text)
    turn.evidence |= {"open_step": step, "read_as": read_as}
    if read_as in _COMMANDS:
        return begin_or_ask(turn, parts, _COMMANDS[read_as], turn.text)
    if read_as == "send":
        return ask_instead(turn, parts, "/handover_carry_on", turn.text)  # consent is given by the button alone
    if step not in STEPS:
        return None
    meant: str = read_as
    if read_as == "unsure" or (read_as == "answer" and step == "about"):
        meant = _meant(_dry_run(turn, parts), could_be_question=read_as == "unsure")
    if meant != "answer":
        return None
    parts.handover.put(turn.conversation, turn.text)
    return ask_instead(turn, parts, ANSWER_MESSAGE, wording("handover_chat.not_shown"))


def begin_or_ask(turn: TurnContext, parts: Parts, intent: str, shown: str) -> Ended:
    """Begin the draft where `intent` begins one; where too many were begun from the address, say how else to go on."""
    if intent in BEGINNINGS:
        try:
            parts.handover.begin_from(turn.conversation, turn.client.address)
        except TooMany:
            turn.removed = {}
            return Ended([reply_of(too_many_message(sending=False))], intent, shown)
    return ask_instead(turn, parts, intent, shown)


def _meant(replies: Sequence[Reply], could_be_question: bool) -> Meant:
    """Tell what somebody meant who was asked what it is about: told of danger, asked what can be answered, or answered."""
    kinds = [reply.custom.kind for reply in replies]
    if "safeguarding" in kinds:
        return "urgent"
    confidences = [getattr(reply.custom, "confidence", 0.0) for reply in replies]
    answered = "records" in kinds or ("answer" in kinds and max(confidences) >= SURE_ANSWER)
    return "message" if could_be_question and answered else "answer"


def _dry_run(turn: TurnContext, parts: Parts) -> list[Reply]:
    """Have the words read as if they stood alone, under a name of their own that is forgotten at once."""
    sender = f"dry-run-{secrets.token_hex(12)}"
    try:
        metadata = {"audience": turn.audience}
        return [reply for reply in parts.rasa.send(sender, as_ordinary_text(turn.asked), metadata) if reply]
    except RasaFailed as failed:
        parts.failed(failed.part, str(failed))
        return []
    finally:
        parts.forget(sender)
