"""A button was pressed: it stands for an intent that the guide issued in this conversation, and for no other."""

from __future__ import annotations

from bot.guidance.replies import person_button
from bot.guidance.wording import wording
from bot.handover.form.replies import ANSWER_MESSAGE
from bot.turn.context import Ended, Parts, TurnContext
from bot.turn.refusals import Refused
from bot.turn.steps.ask_rasa import ask_instead
from bot.turn.steps.handover_answer import BEGINNINGS, begin_or_ask

_NEEDS_DRAFT = (ANSWER_MESSAGE, "/handover_skip", "/handover_change", "/handover_include_chat")


def find_button(turn: TurnContext, parts: Parts) -> Ended | None:
    """Find what the button stands for; raise Refused where it was not issued here."""
    turn.button = parts.store.pressed(turn.conversation, turn.pressed or "")
    if turn.button is None:
        raise Refused("unknown_button", wording("gateway.unknown_button"))
    return None


def handover_button(turn: TurnContext, parts: Parts) -> Ended | None:
    """End the turn where the button is one of the handover's that needs more than Rasa: a draft, or a place in a bound."""
    assert turn.button is not None
    intent, title = turn.button.intent_message, turn.button.title
    if intent in BEGINNINGS:
        return begin_or_ask(turn, parts, intent, title)
    if intent == "/handover_send" and parts.handover.is_open():
        parts.handover.sends_from(turn.conversation, turn.client.address)
    if not intent.startswith(_NEEDS_DRAFT):
        return None
    if not parts.handover.is_open() or parts.handover.draft(turn.conversation) is None:
        return ask_instead(turn, parts, person_button()["payload"], title)
    if intent != ANSWER_MESSAGE:
        return None
    parts.handover.put(turn.conversation, title)
    return ask_instead(turn, parts, ANSWER_MESSAGE, wording("handover_chat.not_shown"))


def button_to_rasa(turn: TurnContext, parts: Parts) -> Ended | None:
    """End the turn with what Rasa replies to the button's intent."""
    assert turn.button is not None
    return ask_instead(turn, parts, turn.button.intent_message, turn.button.title)
