"""What a turn waits for before it is worked on: its conversation's rate, the turn before it, and a place among all."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

from bot.gateway.web.lanes import Bounds, Lane, LaneFull, Lanes
from bot.gateway.web.problems import Problem, refused_as_problem
from bot.guidance.wording import wording
from bot.metrics import Metrics
from bot.turn.chat import Chat
from bot.turn.turns import Client, Turn

# One message of a conversation is worked on, two may wait: who sends more has not read the answer to any.
ONE_AFTER_THE_OTHER = Bounds(at_once=100_000, each=1, waiting=100_000, waiting_each=2)
TRY_AGAIN_S = 2
TRY_LATER_S = 5


class TurnOrder:
    """Lets turns through, each conversation's in order. For the event loop."""

    def __init__(self, chat: Chat, lanes: Lanes) -> None:
        self._chat = chat
        self._turns = lanes.turns
        self._pages = lanes.pages
        self._conversations = Lane("conversation", ONE_AFTER_THE_OTHER)

    async def run(self, client: Client, work: Callable[[Client], Turn], typed: str | None) -> Turn:
        """Do the work of a turn in a thread, when its turn has come. `typed` are the words it is about, if there are any.

        Somebody in danger is told what to do also where there is no room for the turn. Raises Problem: 400 for a token
        that is not ours, 429 where the conversation or the asker sends too much at once, 503 where everybody together
        does; and what `work` raises.
        """
        try:
            with refused_as_problem():
                return await self._in_turn(client.token, partial(work, client))
        except Problem as problem:
            if typed is None or problem.status not in (400, 429, 503):
                raise
            urgent = await self._pages.run(partial(self._chat.only_urgent, typed, client))
            if urgent is None:
                raise
            return urgent

    async def _in_turn(self, token: str | None, work: Callable[[], Turn]) -> Turn:
        conversation = self._chat.tokens.read(token) if token else None
        if conversation:
            self._chat.must_not_be_too_fast(conversation)
        try:
            async with self._conversations.place(conversation or f"new {secrets.token_hex(8)}"):
                return await self._turns.run(work)
        except LaneFull as full:
            raise refusal(full, self._chat.metrics) from full


def refusal(full: LaneFull, metrics: Metrics) -> Problem:
    """Return what to tell whoever found no room to wait, and count it."""
    metrics.limited.labels(f"{full.lane} of {full.whose}").inc()
    if full.whose == "asker":
        return Problem(429, wording("gateway.too_many", seconds=TRY_AGAIN_S), retry_after=TRY_AGAIN_S)
    return Problem(503, wording("gateway.too_busy"), retry_after=TRY_LATER_S)
