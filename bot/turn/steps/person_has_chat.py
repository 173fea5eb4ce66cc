"""A person of SENDIASS has the chat: what is typed goes to them, and the guide is silent."""

from __future__ import annotations

from contextlib import suppress

from bot.guidance.replies import urgent_help_message
from bot.guidance.wording import wording
from bot.handover.live import AlreadySaid
from bot.handover.referrals.store import NotPossible
from bot.turn.context import Ended, Parts, TurnContext
from bot.turn.refusals import Refused
from bot.turn.turns import Turn


def person_has_chat(turn: TurnContext, parts: Parts) -> Ended | None:
    """Pass the words to the person; where somebody may be in danger, say what to do as well.

    Raises Refused for an idempotency key that came with other words before.
    """
    if not turn.asked_in or not parts.live:
        return None
    speaker = parts.live.speaker(turn.conversation)
    if not speaker:
        return None
    with suppress(NotPossible):  # the person has just gone: the guide answers after all
        return _passed_on(turn, parts, speaker)
    return None


def _passed_on(turn: TurnContext, parts: Parts, speaker: str) -> Ended:
    assert parts.live is not None
    ident = turn.conversation
    try:
        parts.live.say(ident, "family", turn.text, turn.client.key, parts.store.last_entry(ident))
    except AlreadySaid as error:
        raise Refused("key_used", wording("gateway.key_used")) from error
    parts.store.touch(ident)
    if not turn.danger:
        return Ended(turn=Turn(parts.tokens.of(ident), []), outcome="to_person")
    urgent = urgent_help_message(turn.audience)
    parts.store.add_turn(ident, wording("gateway.text_not_kept"), [urgent], [])
    return Ended(turn=Turn(parts.tokens.of(ident), [urgent]), outcome="danger:now")
