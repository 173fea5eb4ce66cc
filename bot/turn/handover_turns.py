"""The gateway's part of a handover: an answer is put into the encrypted draft, and Rasa is only told that there is one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.guidance.replies import Message, person_button
from bot.guidance.wording import wording
from bot.handover.form.chat_draft import ChatHandover
from bot.handover.form.replies import ANSWER_MESSAGE, filled, offer_message, too_many_message
from bot.handover.form.steps import CHECK, OFFER, STEPS
from bot.handover.referrals.bounds import TooMany
from bot.privacy.network_addresses import UNKNOWN
from bot.reading.distress import sounds_distressed
from bot.reading.handover_reply import read
from bot.turn.conversations import IssuedButton
from bot.turn.rasa_client import Reply
from bot.turn.recent_turns import FAILURES, RecentTurns

ENDS = ("sent", "stopped")
FAILURES_BEFORE_OFFER = 3
SURE_ANSWER = 0.6
_STEPS = {*STEPS, CHECK, OFFER}
_COMMANDS = {
    "stop": "/handover_stop",
    "skip": "/handover_skip",
    "carry_on": "/handover_carry_on",
    "start": "/handover_start",
    "decline": "/handover_decline",
}
_BEGINNINGS = ("/handover_start", "/handover_carry_on")
_NEEDS_DRAFT = (ANSWER_MESSAGE, "/handover_skip", "/handover_change", "/handover_include_chat")

Look = Callable[[], Sequence[Reply]]
Meant = Literal["answer", "message", "urgent"]


@dataclass(frozen=True)
class Instead:
    """What to send to Rasa in place of a message or button, and what the history shows of it.

    `reply`: what to answer without asking Rasa.
    """

    sent: str
    shown: str
    reply: Message | None = None


class HandoverTurns:
    """Tells answers from other messages, and adds what a handover needs to replies."""

    def __init__(self, handover: ChatHandover) -> None:
        self.handover = handover

    def typed(
        self, conversation: str, recent: RecentTurns, text: str, look: Look, address: str = UNKNOWN
    ) -> Instead | None:
        """Return what goes on in place of a typed `text`, or None where it is an ordinary message.

        `look` has the message read without keeping it; it is called only for what the form of the words leaves open.
        `address` is the family's, for the bound on requests from one address.
        """
        step = recent.open_step()
        if step not in _STEPS or not self.handover.is_open():
            return None
        meant = read(STEPS.get(step, step), text)
        if meant in _COMMANDS:
            return self._begun(conversation, Instead(_COMMANDS[meant], text), address)
        if meant == "send":
            return Instead("/handover_carry_on", text)  # consent is given by the button alone
        if step not in STEPS:
            return None
        if meant == "unsure" or (meant == "answer" and step == "about"):
            meant = self._meant(look(), could_be_question=meant == "unsure")
        if meant != "answer":
            return None
        self.handover.put(conversation, text)
        return Instead(ANSWER_MESSAGE, wording("handover_chat.not_shown"))

    @staticmethod
    def _meant(replies: Sequence[Reply], could_be_question: bool) -> Meant:
        """Tell what somebody meant who was asked what it is about: told of danger, asked what can be answered, or answered."""
        kinds = [reply.custom.kind for reply in replies]
        if "safeguarding" in kinds:
            return "urgent"
        confidences = [getattr(reply.custom, "confidence", 0.0) for reply in replies]
        answered = "records" in kinds or ("answer" in kinds and max(confidences) >= SURE_ANSWER)
        return "message" if could_be_question and answered else "answer"

    def pressed(self, conversation: str, button: IssuedButton, address: str = UNKNOWN) -> Instead | None:
        """Return what goes on in place of a button, or None where it goes on as it is. `address` is the family's."""
        if button.intent_message in _BEGINNINGS:
            return self._begun(conversation, Instead(button.intent_message, button.title), address)
        if button.intent_message == "/handover_send" and self.handover.is_open():
            self.handover.sends_from(conversation, address)
        if not button.intent_message.startswith(_NEEDS_DRAFT):
            return None
        if not self.handover.is_open() or self.handover.draft(conversation) is None:
            return Instead(person_button()["payload"], button.title)
        if button.intent_message != ANSWER_MESSAGE:
            return None
        self.handover.put(conversation, button.title)
        return Instead(ANSWER_MESSAGE, wording("handover_chat.not_shown"))

    def _begun(self, conversation: str, instead: Instead, address: str) -> Instead:
        """Begin the draft where this begins one; where too many were begun from the address, say how else to go on."""
        if instead.sent not in _BEGINNINGS:
            return instead
        try:
            self.handover.begin_from(conversation, address)
        except TooMany:
            return replace(instead, reply=too_many_message(sending=False))
        return instead

    def with_offers(self, recent: RecentTurns, text: str, replies: Sequence[Reply]) -> list[Reply]:
        """Add a person to replies that did not help for the third time, and to any reply to a person in distress."""
        kinds = {reply.custom.kind for reply in replies}
        if "handoff" in kinds or "safeguarding" in kinds or "error" in kinds:
            return list(replies)
        if kinds <= FAILURES and (recent.failures_in_a_row() + 1) % FAILURES_BEFORE_OFFER == 0:
            return [*replies, Reply.model_validate(offer_message("failures", self.handover.is_open()))]
        wish = person_button()
        offered = any(button.payload == wish["payload"] for reply in replies for button in reply.buttons)
        if sounds_distressed(text) and not offered:
            last = replies[-1].model_dump()
            return [*replies[:-1], Reply.model_validate({**last, "buttons": [*last["buttons"], wish]})]
        return list(replies)

    def filled(self, conversation: str, messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return messages with what would be sent in the newest check, and nothing in older ones."""
        checks = [place for place, message in enumerate(messages) if (message.get("custom") or {}).get("step") == CHECK]
        if not checks:
            return list(messages)
        draft = self.handover.draft(conversation)
        return [
            filled(message, draft if place == checks[-1] else None) if place in checks else message
            for place, message in enumerate(messages)
        ]


def look_sender() -> str:
    """Return a sender for one look at a message, to be erased at once."""
    return f"look-{secrets.token_hex(12)}"
