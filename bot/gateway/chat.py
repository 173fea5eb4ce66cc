"""One turn of a conversation: clean, redact, ask Rasa, keep, reply. The chat API and the pages both use it."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from itsdangerous import BadSignature, URLSafeSerializer

from bot.gateway.conversations import ConversationStore, IssuedButton
from bot.gateway.limits import RateLimit
from bot.gateway.metrics import Metrics
from bot.gateway.problems import Problem
from bot.gateway.rasa_client import RasaClient, RasaFailed, Reply, plain_text
from bot.guidance.replies import error_message
from bot.guidance.wording import wording
from bot.privacy.redaction import redact

log = logging.getLogger(__name__)

Audience = Literal["parent", "professional"]
MOST_LOCKS = 4096


@dataclass(frozen=True)
class Turn:
    """What a turn gave: the conversation's token, the messages in the chat API's form, and what was taken out."""

    token: str
    messages: list[dict[str, Any]]
    removed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the body of the chat API."""
        return {"conversation": self.token, "messages": self.messages}


class Chat:
    """Conversations with the guide."""

    def __init__(
        self,
        store: ConversationStore,
        rasa: RasaClient,
        metrics: Metrics,
        signing_key: str,
        message_limit: int,
        per_minute: int,
    ) -> None:
        """`per_minute` limits each conversation's messages; 0 turns that off."""
        self.store = store
        self._rasa = rasa
        self._metrics = metrics
        self._signer = URLSafeSerializer(signing_key, salt="conversation")
        self._message_limit = message_limit
        self._limit = RateLimit(per_minute)
        self._locks: dict[str, threading.Lock] = {}
        self._locks_guard = threading.Lock()

    def conversation_of(self, token: str) -> str:
        """Return the conversation that a token names; raise Problem 400 where it is not ours or no longer kept."""
        try:
            ident = str(self._signer.loads(token))
        except BadSignature as error:
            raise Problem(400, wording("gateway.unknown_conversation")) from error
        if not self.store.exists(ident):
            raise Problem(400, wording("gateway.unknown_conversation"))
        return ident

    def say(self, message: str, token: str | None, audience: Audience | None, key: str | None = None) -> Turn:
        """Send a person's words. `key` is an idempotency key: the same one again gives the reply already given.

        Raises Problem: 400 for an unknown conversation, 422 for no or too long a message, 429 when too many come.
        """
        if len(message) > self._message_limit:
            raise Problem(422, wording("gateway.too_long", limit=self._message_limit))
        redacted = redact(plain_text(message))
        if not redacted.text.strip("\u2060 "):
            raise Problem(422, wording("gateway.empty"))
        for kind, count in redacted.removed.items():
            self._metrics.redacted.labels(kind).inc(count)
        with self._turn(token, audience, key) as (asked_in, ident, given):
            if given:
                return given
            return self._ask(
                asked_in, ident, redacted.text, redacted.text.lstrip("\u2060"), key, tuple(redacted.removed)
            )

    def press(self, payload: str, token: str | None, audience: Audience | None, key: str | None = None) -> Turn:
        """Press a button that was issued in the conversation; raise Problem 422 where it was not."""
        if not token:
            raise Problem(422, wording("gateway.unknown_button"))
        with self._turn(token, audience, key) as (asked_in, ident, given):
            if given:
                return given
            button = self.store.pressed(ident, payload)
            if button is None:
                raise Problem(422, wording("gateway.unknown_button"))
            return self._ask(asked_in, ident, button.intent_message, button.title, key, ())

    def token_of(self, conversation: str) -> str:
        """Return the signed token of a conversation."""
        return str(self._signer.dumps(conversation))

    def probe(self, question: str) -> tuple[list[str], str]:
        """Ask a question outside any conversation; return the kinds of the replies and the sender to erase.

        Raises RasaFailed.
        """
        sender = f"health-{secrets.token_urlsafe(12)}"
        return [str(reply.custom.get("kind")) for reply in self._rasa.send(sender, question, "parent")], sender

    @contextmanager
    def _turn(
        self, token: str | None, audience: Audience | None, key: str | None
    ) -> Iterator[tuple[str | None, str, Turn | None]]:
        """Yield where it was asked, the conversation, and the turn already given for `key` if there is one."""
        asked_in = self.conversation_of(token) if token else None
        with self._one_at_a_time(asked_in or f"new {key or secrets.token_hex(8)}"):
            given = self.store.given(asked_in, key) if key else None
            if given:
                yield asked_in, "", Turn(given["conversation"], given["messages"])
                return
            ident = asked_in or self.store.begin(audience or "parent")
            wait = self._limit.seconds_to_wait(ident)
            if wait:
                self._metrics.limited.labels("conversation").inc()
                raise Problem(429, wording("gateway.too_many", seconds=wait), retry_after=wait)
            if asked_in and audience:
                self.store.set_audience(ident, audience)
            yield asked_in, ident, None

    def _ask(
        self, asked_in: str | None, ident: str, sent: str, shown: str, key: str | None, removed: tuple[str, ...]
    ) -> Turn:
        began = time.perf_counter()
        try:
            replies = self._rasa.send(ident, sent, self.store.audience(ident))
            self._metrics.rasa_seconds.observe(time.perf_counter() - began)
        except RasaFailed as failure:
            self._metrics.failures.labels(failure.part).inc()
            log.error("no reply: %s failed (%s)", failure.part, failure)
            replies = [Reply.model_validate(error_message())]
        messages, buttons = self._with_opaque_buttons(ident, replies)
        kinds = [str(message["custom"].get("kind")) for message in messages]
        for kind in kinds:
            self._metrics.messages.labels(kind).inc()
        if "safeguarding" in kinds:
            shown = wording("gateway.text_not_kept")
        self.store.add_turn(ident, shown, messages, buttons)
        turn = Turn(self.token_of(ident), messages, removed)
        if key:
            self.store.remember_reply(asked_in, ident, key, turn.as_json())
        self._metrics.turn_seconds.observe(time.perf_counter() - began)
        return turn

    def _with_opaque_buttons(self, ident: str, replies: list[Reply]) -> tuple[list[dict[str, Any]], list[IssuedButton]]:
        messages, issued = [], []
        for reply in replies:
            message = reply.model_dump()
            for button in message["buttons"]:
                token = secrets.token_urlsafe(18)
                issued.append(
                    IssuedButton(
                        token=token, conversation_id=ident, title=button["title"], intent_message=button["payload"]
                    )
                )
                button["payload"] = token
            messages.append(message)
        return messages, issued

    @contextmanager
    def _one_at_a_time(self, name: str) -> Iterator[None]:
        """Let one message of a conversation through at a time, in the order in which they came."""
        with self._locks_guard:
            if len(self._locks) > MOST_LOCKS:
                self._locks = {known: lock for known, lock in self._locks.items() if lock.locked()}
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            yield
