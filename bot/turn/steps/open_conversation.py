"""From here on in the conversation that the message belongs to, one after the other."""

from __future__ import annotations

import secrets

from bot.guidance.wording import wording
from bot.turn.context import Ended, Parts, TurnContext
from bot.turn.conversations import OtherRequest
from bot.turn.refusals import Refused
from bot.turn.showing import as_shown
from bot.turn.turns import Client, Turn


def open_conversation(turn: TurnContext, parts: Parts) -> Ended | None:
    """Wait for the turn before, and find or begin the conversation; a request that came before gets the reply given then.

    Raises Refused for an unknown conversation, a key that came with another request, and where too many begin.
    """
    client = turn.client
    asked_in = parts.tokens.read(client.token) if client.token else None
    new = f"new {turn.key.ident if turn.key else secrets.token_hex(8)}"
    turn.held.enter_context(parts.queues.alone(asked_in or new))
    turn.held.enter_context(parts.rasa.one_turn())
    if asked_in:
        _begin_promised(parts, client)
        # Not before the lock: the conversation may be erased while a message waits its turn.
        must_be_theirs(parts, asked_in, client.secret)
    given = _given_before(turn, parts)
    if given:
        return Ended(turn=given, outcome="given_again")
    turn.asked_in = asked_in
    turn.conversation = asked_in or parts.store.begin(client.audience or "parent", client.secret)
    if not asked_in:
        must_not_be_too_fast(parts, turn.conversation)
        turn.audience = client.audience or "parent"
        return None
    if client.audience:
        parts.store.set_audience(asked_in, client.audience)
    turn.audience, turn.state = parts.store.thread(asked_in)
    return None


def must_be_theirs(parts: Parts, conversation: str, secret: str | None) -> None:
    """Raise Refused where a conversation is not kept, or another browser's: that is as unknown as one that is not kept."""
    if not parts.store.is_kept_for(conversation, secret):
        raise Refused("unknown_conversation", wording("gateway.unknown_conversation"))


def must_not_be_too_fast(parts: Parts, conversation: str) -> None:
    """Count a message towards the conversation's rate; raise Refused where there were too many."""
    wait = parts.limit.seconds_to_wait(conversation)
    if wait:
        parts.metrics.limited.labels("conversation").inc()
        raise Refused("too_many", wording("gateway.too_many", seconds=wait), wait)


def _begin_promised(parts: Parts, client: Client) -> None:
    token = str(client.token)
    if parts.tokens.is_promised(token) and not parts.store.exists(parts.tokens.read(token)):
        parts.store.begin(client.audience or "parent", client.secret, parts.tokens.read(token))


def _given_before(turn: TurnContext, parts: Parts) -> Turn | None:
    try:
        given = parts.store.given(turn.key) if turn.key else None
    except OtherRequest as error:
        raise Refused("key_used", wording("gateway.key_used")) from error
    if not given:
        return None
    shown = as_shown(parts.handover, parts.tokens.read(given["conversation"]), given["messages"])
    return Turn(given["conversation"], shown, tuple(given["removed"]))
