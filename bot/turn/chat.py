"""Conversations with the guide, for whoever speaks for a family: the chat API, the pages, the desk.

What happens to a message is in `bot.turn.pipeline`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from bot.guidance.replies import urgent_help_message
from bot.guidance.wording import wording
from bot.handover.form.chat_draft import ChatHandover
from bot.handover.live import LiveChats
from bot.metrics import Metrics
from bot.privacy.quiet_logs import failure
from bot.reading.danger import find_urgent
from bot.reading.typed_text import as_ordinary_text, cleaned
from bot.turn.context import Parts, TurnContext
from bot.turn.conversations import ConversationStore, Key
from bot.turn.limits import RateLimit
from bot.turn.live_lines import with_lines
from bot.turn.outcomes import OUTCOMES
from bot.turn.pipeline import BUTTON_STEPS, IN_CONVERSATION, read, run
from bot.turn.rasa_client import RasaClient, Reply
from bot.turn.refusals import Refused
from bot.turn.showing import as_shown
from bot.turn.steps.danger import say_what_to_do_in_danger
from bot.turn.steps.open_conversation import must_be_theirs, must_not_be_too_fast
from bot.turn.tokens import Tokens
from bot.turn.turns import URGENT, Asked, Client, Turn

# Somebody in danger waits no longer than this for a store or for the turn before, in seconds.
URGENT_WAIT_S = 3.0


class Chat:
    """Conversations with the guide."""

    def __init__(
        self,
        store: ConversationStore,
        rasa: RasaClient,
        metrics: Metrics,
        forget_words: Callable[[Sequence[str]], None],
        signing_key: str,
        message_limit: int,
        per_minute: int,
        handover: ChatHandover,
        live: LiveChats | None = None,
        screen: Callable[[list[Reply]], list[Reply]] = list,
        notice: Callable[[Asked], None] = lambda asked: None,
    ) -> None:
        """`forget_words` erases what Rasa keeps of senders. `per_minute` limits a conversation's messages; 0: no limit.

        The rate of a conversation that goes on is asked before a turn (`bot.gateway.chat.turn_order`), not in it.

        `live` knows the chats that people of SENDIASS have; None where no referrals can be taken. `screen` replaces
        replies that staff turned off. `notice` is told of each typed question; it must not raise.
        """
        self.store = store
        self.metrics = metrics
        self.tokens = Tokens(signing_key)
        self.live = live
        self._rasa = rasa
        self._parts = Parts(
            store,
            rasa,
            metrics,
            self.tokens,
            handover,
            live,
            forget_words,
            screen,
            notice,
            message_limit,
            RateLimit(per_minute),
        )
        self._urgent_work = ThreadPoolExecutor(max_workers=8, thread_name_prefix="urgent")
        urgent_help_message("parent")  # read now: its files may be gone when it is needed

    def say(self, message: str, client: Client) -> Turn:
        """Send a person's words. The same idempotency key again gives the reply already given.

        A conversation that was begun with a browser's secret goes on with it alone. Raises Refused: for an unknown
        conversation, no or too long a message, a key that came with other words before, and when too many come.
        """
        turn = TurnContext(client, typed=message)
        read(turn, self._parts)
        if turn.danger:
            return self._in_time(turn)
        turn.key = self._key(client, "message", message)
        return run(turn, self._parts, IN_CONVERSATION)

    def press(self, payload: str, client: Client) -> Turn:
        """Press a button that was issued in the conversation; raise Refused where it was not, else as `say`."""
        if not client.token:
            raise Refused("unknown_button", wording("gateway.unknown_button"))
        turn = TurnContext(client, pressed=payload, key=self._key(client, "payload", payload))
        return run(turn, self._parts, BUTTON_STEPS)

    def only_urgent(self, message: str, client: Client) -> Turn | None:
        """Return what to do now where the words of a turn that has no room tell of danger, else None. Nothing is kept."""
        text = cleaned(message)[: self._parts.message_limit]
        return self._told_what_to_do(client, ()) if find_urgent(text) else None

    def conversation_of(self, token: str, secret: str | None = None) -> str:
        """Return the conversation that a token names.

        `secret` is that of the browser that asks (None: it has none). Raises Refused where the token is not ours, its
        conversation no longer kept, or another browser's.
        """
        ident = self.tokens.read(token)
        must_be_theirs(self._parts, ident, secret)
        return ident

    def token_of(self, conversation: str) -> str:
        """Return the signed token of a conversation."""
        return self.tokens.of(conversation)

    def history(self, conversation: str) -> list[dict[str, Any]]:
        """Return the messages so far, oldest first: the guide's, the family's, and a person's where one took over.

        Each has `from` ("user", "guide" or "person") and `at`; a person's has `name`. What was written while a person
        had the chat has `line`, where its events go on (`/api/chat/current/events?after=`).
        """
        written = self.live.lines(conversation) if self.live else []
        numbered = self.store.numbered_history(conversation)
        shown = as_shown(self._parts.handover, conversation, [message for _, message in numbered])
        return with_lines([(number, message) for (number, _), message in zip(numbered, shown, strict=True)], written)

    def alone(self, conversation: str) -> AbstractContextManager[None]:
        """Let one at a time do something with a conversation, in the order in which they came."""
        return self._parts.queues.alone(conversation)

    def must_not_be_too_fast(self, conversation: str) -> None:
        """Count a message towards the conversation's rate; raise Refused where there were too many."""
        must_not_be_too_fast(self._parts, conversation)

    def probe(self, sender: str, question: str) -> list[str]:
        """Ask a question as `sender`, outside any conversation; return the kinds of the replies. Raises RasaFailed."""
        replies = self._rasa.send(sender, as_ordinary_text(question), {"audience": "parent"})
        return ["malformed" if reply is None else reply.custom.kind for reply in replies]

    def _in_time(self, turn: TurnContext) -> Turn:
        """Tell somebody in danger what to do: no model is asked, and no store that fails or hangs can prevent it.

        The turn is kept as any other where that can be done in time, its words never.
        """
        kept = self._urgent_work.submit(self._keep_urgent, turn)
        client, removed = turn.client, tuple(turn.removed)
        try:
            return kept.result(URGENT_WAIT_S)
        except Exception as error:  # noqa: BLE001 - whatever failed, and whatever refused the message: danger comes first
            if not isinstance(error, Refused):
                self._parts.failed("store", failure(error))
            is_ours = not (isinstance(error, Refused) and error.reason == "unknown_conversation")
            return self._told_what_to_do(client if is_ours else replace(client, token=None), removed)

    def _keep_urgent(self, turn: TurnContext) -> Turn:
        turn.key = self._key(turn.client, "message", turn.typed or "")
        return run(turn, self._parts, IN_CONVERSATION)

    def _told_what_to_do(self, client: Client, removed: tuple[str, ...]) -> Turn:
        self.metrics.messages.labels(URGENT).inc()
        self.metrics.outcomes.labels(OUTCOMES[URGENT], say_what_to_do_in_danger.__name__).inc()
        go_on_with = client.token if client.token and self.tokens.is_ours(client.token) else self.tokens.promised()
        return Turn(go_on_with, [urgent_help_message(client.audience or "parent")], removed, is_kept=False)

    def _key(self, client: Client, *request: str) -> Key | None:
        if not client.key:
            return None
        asked_in = self.tokens.read(client.token) if client.token else None
        return Key(asked_in, client.secret, client.key, json.dumps([*request, client.audience]))
