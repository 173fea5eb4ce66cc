"""One turn of a conversation: clean, redact, ask Rasa, keep, reply. The chat API and the pages both use it."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

from itsdangerous import BadSignature, URLSafeSerializer

from bot.gateway.conversations import ConversationStore, GivenTo, IssuedButton
from bot.gateway.handover_turns import ENDS, HandoverTurns, Instead, look_sender
from bot.gateway.limits import RateLimit
from bot.gateway.metrics import Metrics
from bot.gateway.problems import Problem
from bot.gateway.rasa_client import RasaClient, RasaFailed, Reply
from bot.gateway.recent_turns import RecentTurns
from bot.gateway.record_turns import about_records
from bot.gateway.retold_turns import told_otherwise
from bot.gateway.typed_text import as_ordinary_text, cleaned
from bot.guidance.replies import error_message, urgent_help_message
from bot.guidance.wording import wording
from bot.handover.chat_draft import ChatHandover
from bot.handover.live import Line, LiveChats
from bot.handover.referrals import NotPossible
from bot.nlu.bounds import bounded
from bot.nlu.urgent_patterns import find_urgent
from bot.privacy.redaction import redact

log = logging.getLogger(__name__)

Audience = Literal["parent", "professional"]


@dataclass(frozen=True)
class Turn:
    """What a turn gave: the conversation's token, the messages in the chat API's form, and what was taken out.

    `near` are the nearest answers with their scores, for staff alone.
    """

    token: str
    messages: list[dict[str, Any]]
    removed: tuple[str, ...] = ()
    near: tuple[dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the body of the chat API."""
        return {"conversation": self.token, "messages": self.messages}


@dataclass(frozen=True)
class Asked:
    """A typed question (redacted) and what came of it, for whoever takes notice."""

    conversation: str
    text: str
    messages: list[dict[str, Any]]
    near: tuple[dict[str, Any], ...]


class _Queue:
    """A lock, and how many hold it or wait for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users = 0


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

        `live` knows the chats that people of SENDIASS have; None where no referrals can be taken. `screen` replaces
        replies that staff turned off. `notice` is told of each typed question; it must not raise.
        """
        self.store = store
        self._rasa = rasa
        self._metrics = metrics
        self._forget_words = forget_words
        self._signer = URLSafeSerializer(signing_key, salt="conversation")
        self._message_limit = message_limit
        self.live = live
        self._limit = RateLimit(per_minute)
        self._screen = screen
        self._notice = notice
        self._handover = HandoverTurns(handover)
        self._queues: dict[str, _Queue] = {}
        self._queues_guard = threading.Lock()

    def conversation_of(self, token: str) -> str:
        """Return the conversation that a token names; raise Problem 400 where it is not ours or no longer kept."""
        ident = self._signed(token)
        self._must_be_kept(ident)
        return ident

    def say(self, message: str, token: str | None, audience: Audience | None, key: str | None = None) -> Turn:
        """Send a person's words. `key` is an idempotency key: the same one again gives the reply already given.

        Raises Problem: 400 for an unknown conversation, 422 for no or too long a message, 429 when too many come.
        """
        text = cleaned(message)
        if len(text) > self._message_limit:
            raise Problem(422, wording("gateway.too_long", limit=self._message_limit))
        redacted = redact(text)
        if not redacted.text:
            raise Problem(422, wording("gateway.empty"))
        with self._turn(token, audience, key) as (asked_in, ident, given):
            if given:
                return given
            if asked_in and self.live and (speaker := self.live.speaker(ident)):
                with suppress(NotPossible):  # the person has just gone: the guide answers after all
                    return self._to_person(ident, text, key, speaker)
            recent = self._recent(asked_in, audience)
            read = bounded(redacted.text)
            sent = as_ordinary_text(read)
            instead = self._handover.typed(ident, recent, text, lambda: self._look(sent, recent.audience))
            if not instead:
                leaning = told_otherwise(recent, read) or about_records(recent, read)
                # Danger comes first. What is no such message Rasa looks through itself.
                instead = leaning if leaning and not find_urgent(text) else None
            if instead:
                return self._ask(asked_in, ident, recent, instead, key)
            for kind, count in redacted.removed.items():
                self._metrics.redacted.labels(kind).inc(count)
            turn = self._ask(asked_in, ident, recent, Instead(sent, redacted.text), key, tuple(redacted.removed))
            self._notice(Asked(ident, redacted.text, turn.messages, turn.near))
            return turn

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
            instead = self._handover.pressed(ident, button) or Instead(button.intent_message, button.title)
            return self._ask(asked_in, ident, self._recent(asked_in, audience), instead, key)

    def token_of(self, conversation: str) -> str:
        """Return the signed token of a conversation."""
        return str(self._signer.dumps(conversation))

    def probe(self, sender: str, question: str) -> list[str]:
        """Ask a question as `sender`, outside any conversation; return the kinds of the replies. Raises RasaFailed."""
        replies = self._rasa.send(sender, as_ordinary_text(question), "parent")
        return ["malformed" if reply is None else reply.custom.kind for reply in replies]

    def history(self, conversation: str) -> list[dict[str, Any]]:
        """Return the messages so far, oldest first: the guide's, the family's, and a person's where one took over.

        Each has `from` ("user", "guide" or "person") and `at`; a person's has `name`. What was written while a person
        had the chat has `line`, where its events go on (`/api/chat/{conversation}/events?after=`).
        """
        written = self.live.lines(conversation) if self.live else []
        kept = self._handover.filled(conversation, self.store.history(conversation))
        messages = [*kept, *(live_message(line) for line in written)]
        return sorted(messages, key=lambda message: str(message["at"]))

    @contextmanager
    def alone(self, conversation: str) -> Iterator[None]:
        """Let one at a time do something with a conversation, in the order in which they came."""
        with self._queues_guard:
            queue = self._queues.setdefault(conversation, _Queue())
            queue.users += 1
        try:
            with queue.lock:
                yield
        finally:
            with self._queues_guard:
                queue.users -= 1
                if not queue.users:
                    del self._queues[conversation]

    def _signed(self, token: str) -> str:
        try:
            return str(self._signer.loads(token))
        except BadSignature as error:
            raise Problem(400, wording("gateway.unknown_conversation")) from error

    def _must_be_kept(self, conversation: str) -> None:
        if not self.store.exists(conversation):
            raise Problem(400, wording("gateway.unknown_conversation"))

    @contextmanager
    def _turn(
        self, token: str | None, audience: Audience | None, key: str | None
    ) -> Iterator[tuple[str | None, str, Turn | None]]:
        """Yield where it was asked, the conversation, and the turn already given for `key` if there is one."""
        asked_in = self._signed(token) if token else None
        with self.alone(asked_in or f"new {key or secrets.token_hex(8)}"):
            if asked_in:
                # Not before the lock: the conversation may be erased while a message waits its turn.
                self._must_be_kept(asked_in)
            given = self.store.given(asked_in, key) if key else None
            if given:
                shown = self._handover.filled(self._signed(given["conversation"]), given["messages"])
                yield asked_in, "", Turn(given["conversation"], shown, tuple(given["removed"]))
                return
            ident = asked_in or self.store.begin(audience or "parent")
            wait = self._limit.seconds_to_wait(ident)
            if wait:
                self._metrics.limited.labels("conversation").inc()
                raise Problem(429, wording("gateway.too_many", seconds=wait), retry_after=wait)
            if asked_in and audience:
                self.store.set_audience(ident, audience)
            yield asked_in, ident, None

    def _to_person(self, ident: str, text: str, key: str | None, speaker: str) -> Turn:
        """Pass a message to the person who has the chat. The guide is silent, unless somebody may be in danger."""
        assert self.live is not None
        self.live.say(ident, "family", text, key)
        self.store.touch(ident)
        if not find_urgent(text):
            return Turn(self.token_of(ident), [])
        urgent = urgent_help_message(self.store.recent(ident).audience)
        self.store.add_turn(ident, wording("gateway.text_not_kept"), [urgent], [])
        return Turn(self.token_of(ident), [urgent])

    def _recent(self, asked_in: str | None, audience: Audience | None) -> RecentTurns:
        """Return what was said lately; a conversation that just begins need not be looked up."""
        return self.store.recent(asked_in) if asked_in else RecentTurns(audience or "parent")

    def _ask(
        self,
        asked_in: str | None,
        ident: str,
        recent: RecentTurns,
        asked: Instead,
        key: str | None,
        removed: tuple[str, ...] = (),
    ) -> Turn:
        began = time.perf_counter()
        sent, shown = asked.sent, asked.shown
        replies = self._replies(ident, sent, recent)
        near = tuple(entry for reply in replies for entry in (reply.custom.model_extra or {}).pop("near", ()))
        replies = self._handover.with_offers(recent, sent, self._screen(replies))
        messages, buttons = self._with_opaque_buttons(ident, replies)
        kinds = [message["custom"]["kind"] for message in messages]
        for kind in kinds:
            self._metrics.messages.labels(kind).inc()
        if "safeguarding" in kinds:
            shown = wording("gateway.text_not_kept")
        if "safeguarding" in kinds or any(message["custom"].get("step") in ENDS for message in messages):
            self._forget(ident)
        turn = Turn(self.token_of(ident), messages, removed, near)
        reply = {**turn.as_json(), "removed": list(removed)}
        self.store.add_turn(ident, shown, messages, buttons, GivenTo(asked_in, key, reply) if key else None)
        self._metrics.turn_seconds.observe(time.perf_counter() - began)
        return Turn(turn.token, self._handover.filled(ident, messages), removed, near)

    def _look(self, sent: str, audience: str) -> list[Reply]:
        """Have a message read as if it stood alone, under a name of its own that is forgotten at once."""
        sender = look_sender()
        try:
            return [reply for reply in self._rasa.send(sender, sent, audience) if reply]
        except RasaFailed as failure:
            self._failed(failure.part, str(failure))
            return []
        finally:
            self._forget(sender)

    def _forget(self, ident: str) -> None:
        """Have Rasa forget what is nobody's business any more; where that fails, the reply still goes out."""
        try:
            self._forget_words([ident])
        except sqlite3.Error as error:
            self._metrics.failures.labels("erasure").inc()
            log.error("a conversation could not be erased from the trackers: %s", type(error).__name__)

    def _replies(self, ident: str, sent: str, recent: RecentTurns) -> list[Reply]:
        """Return Rasa's replies, with one kind sentence in place of whatever failed."""
        began = time.perf_counter()
        try:
            heard = self._rasa.send(ident, sent, recent.audience, recent.previous())
        except RasaFailed as failure:
            self._failed(failure.part, str(failure))
            # Urgent help must not depend on Rasa being well: its patterns need nothing but the text.
            instead = urgent_help_message(recent.audience) if find_urgent(sent) else error_message()
            return [Reply.model_validate(instead)]
        finally:
            self._metrics.rasa_seconds.observe(time.perf_counter() - began)
        replies = [reply for reply in heard if reply]
        if len(replies) < len(heard):
            self._failed("reply", "a reply without the form of the chat API")
            replies.append(Reply.model_validate(error_message()))
        return replies

    def _failed(self, part: str, reason: str) -> None:
        self._metrics.failures.labels(part).inc()
        log.error("no reply: %s failed (%s)", part, reason)

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


def live_message(line: Line) -> dict[str, Any]:
    """Return a line of a chat that a person has, in the form of the chat API's history."""
    at = line.at.isoformat()
    if line.sender == "notice":
        custom = {"kind": "handoff", "step": line.text}
        return {
            "from": "guide",
            "at": at,
            "text": wording(f"live.{line.text}", name=line.name),
            "buttons": [],
            "custom": custom,
        }
    if line.sender == "family":
        return {"from": "user", "at": at, "line": line.id, "text": line.text}
    return {
        "from": "person",
        "at": at,
        "line": line.id,
        "name": wording("live.person", name=line.name),
        "text": line.text,
    }
