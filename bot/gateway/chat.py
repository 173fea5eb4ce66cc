"""One turn of a conversation: clean, redact, ask Rasa, keep, reply. The chat API and the pages both use it."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Literal

from bot.gateway.conversations import ConversationStore, GivenTo, IssuedButton
from bot.gateway.handover_turns import ENDS, HandoverTurns, Instead, look_sender
from bot.gateway.limits import RateLimit
from bot.gateway.live_lines import with_lines
from bot.gateway.metrics import Metrics
from bot.gateway.problems import Problem
from bot.gateway.rasa_client import RasaClient, RasaFailed, Reply
from bot.gateway.recent_turns import RecentTurns
from bot.gateway.record_turns import about_records
from bot.gateway.retold_turns import told_otherwise
from bot.gateway.tokens import Tokens
from bot.gateway.turns import URGENT, Asked, Turn
from bot.gateway.typed_text import as_ordinary_text, cleaned
from bot.guidance.replies import error_message, urgent_help_message
from bot.guidance.wording import wording
from bot.handover.chat_draft import ChatHandover
from bot.handover.live import LiveChats
from bot.handover.referrals import NotPossible
from bot.nlu.urgent_patterns import find_urgent
from bot.privacy.quiet_logs import failure
from bot.privacy.redaction import redact

log = logging.getLogger(__name__)

Audience = Literal["parent", "professional"]
# Somebody in danger waits no longer than this for a store or for the turn before, in seconds.
URGENT_WAIT_S = 3.0


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
        self._tokens = Tokens(signing_key)
        self._message_limit = message_limit
        self.live = live
        self._limit = RateLimit(per_minute)
        self._screen = screen
        self._notice = notice
        self._handover = HandoverTurns(handover)
        self._queues: dict[str, _Queue] = {}
        self._queues_guard = threading.Lock()
        self._urgent_work = ThreadPoolExecutor(max_workers=8, thread_name_prefix="urgent")
        urgent_help_message("parent")  # read now: its files may be gone when it is needed

    def conversation_of(self, token: str) -> str:
        """Return the conversation that a token names; raise Problem 400 where it is not ours or no longer kept."""
        ident = self._tokens.read(token)
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
        if find_urgent(text):
            return self._say_urgent(text, token, audience, key, tuple(redacted.removed))
        with self._turn(token, audience, key) as (asked_in, ident, given):
            if given:
                return given
            if asked_in and self.live and (speaker := self.live.speaker(ident)):
                with suppress(NotPossible):  # the person has just gone: the guide answers after all
                    return self._to_person(ident, text, key, speaker)
            recent = self._recent(asked_in, audience)
            sent = as_ordinary_text(redacted.text)
            instead = self._handover.typed(ident, recent, text, lambda: self._look(sent, recent.audience))
            instead = instead or told_otherwise(recent, redacted.text) or about_records(recent, redacted.text)
            if instead:
                return self._ask(asked_in, ident, recent, instead, key)
            for kind, count in redacted.removed.items():
                self._metrics.redacted.labels(kind).inc(count)
            turn = self._ask(asked_in, ident, recent, Instead(sent, redacted.text), key, tuple(redacted.removed))
            self._tell(Asked(ident, redacted.text, turn.messages, turn.near))
            return turn

    def _tell(self, asked: Asked) -> None:
        """Let others take notice of a question; nothing that fails there may cost a family its answer."""
        try:
            self._notice(asked)
        except Exception as error:  # noqa: BLE001 - the answer stands
            self._failed("content queue", failure(error))

    def _say_urgent(
        self, text: str, token: str | None, audience: Audience | None, key: str | None, removed: tuple[str, ...]
    ) -> Turn:
        """Tell somebody in danger what to do: no model is asked, and no store that fails or hangs can prevent it.

        The turn is kept as any other where that can be done in time, its words never.
        """
        kept = self._urgent_work.submit(self._keep_urgent, text, token, audience, key, removed)
        try:
            return kept.result(URGENT_WAIT_S)
        except Exception as error:  # noqa: BLE001 - whatever failed, and whatever refused the message: danger comes first
            if not isinstance(error, Problem):
                self._failed("store", failure(error))
            self._metrics.messages.labels(URGENT).inc()
            is_ours = not (isinstance(error, Problem) and error.status == 400)
            go_on_with = token if token and is_ours and self._tokens.is_ours(token) else self._tokens.promised()
            return Turn(go_on_with, [urgent_help_message(audience or "parent")], removed, is_kept=False)

    def _keep_urgent(
        self, text: str, token: str | None, audience: Audience | None, key: str | None, removed: tuple[str, ...]
    ) -> Turn:
        with self._turn(token, audience, key) as (asked_in, ident, given):
            if given:
                return given
            if asked_in and self.live and (speaker := self.live.speaker(ident)):
                with suppress(NotPossible):
                    return self._to_person(ident, text, key, speaker)
            recent = self._recent(asked_in, audience)
            urgent = Reply.model_validate(urgent_help_message(recent.audience))
            return self._answer(asked_in, ident, recent, Instead("", ""), [urgent], key, removed)

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
        return self._tokens.of(conversation)

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
        numbered = self.store.numbered_history(conversation)
        filled = self._handover.filled(conversation, [message for _, message in numbered])
        return with_lines([(number, message) for (number, _), message in zip(numbered, filled, strict=True)], written)

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

    def _begin_promised(self, token: str, audience: Audience | None) -> None:
        if self._tokens.is_promised(token) and not self.store.exists(self._tokens.read(token)):
            self.store.begin(audience or "parent", self._tokens.read(token))

    def _must_be_kept(self, conversation: str) -> None:
        if not self.store.exists(conversation):
            raise Problem(400, wording("gateway.unknown_conversation"))

    @contextmanager
    def _turn(
        self, token: str | None, audience: Audience | None, key: str | None
    ) -> Iterator[tuple[str | None, str, Turn | None]]:
        """Yield where it was asked, the conversation, and the turn already given for `key` if there is one."""
        asked_in = self._tokens.read(token) if token else None
        with self.alone(asked_in or f"new {key or secrets.token_hex(8)}"):
            if asked_in:
                self._begin_promised(str(token), audience)
                # Not before the lock: the conversation may be erased while a message waits its turn.
                self._must_be_kept(asked_in)
            given = self.store.given(asked_in, key) if key else None
            if given:
                shown = self._handover.filled(self._tokens.read(given["conversation"]), given["messages"])
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
        self.live.say(ident, "family", text, key, self.store.last_entry(ident))
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
        replies = self._replies(ident, asked.sent, recent)
        try:
            return self._answer(asked_in, ident, recent, asked, replies, key, removed)
        except Exception as error:  # noqa: BLE001 - what the model read as danger is answered whatever fails
            urgent = [reply.model_dump() for reply in replies if reply.custom.kind == URGENT]
            if not urgent:
                raise
            self._failed("store", failure(error))
            self._forget(ident)
            return Turn(self.token_of(ident), urgent, removed, is_kept=False)
        finally:
            self._metrics.turn_seconds.observe(time.perf_counter() - began)

    def _answer(
        self,
        asked_in: str | None,
        ident: str,
        recent: RecentTurns,
        asked: Instead,
        replies: list[Reply],
        key: str | None,
        removed: tuple[str, ...],
    ) -> Turn:
        """Turn replies into what is shown, and keep the turn."""
        sent, shown = asked.sent, asked.shown
        near = tuple(entry for reply in replies for entry in (reply.custom.model_extra or {}).pop("near", ()))
        replies = self._handover.with_offers(recent, sent, self._screen(replies))
        messages, buttons = self._with_opaque_buttons(ident, replies)
        kinds = {message["custom"]["kind"] for message in messages}
        for message in messages:
            self._metrics.messages.labels(message["custom"]["kind"]).inc()
        # Nobody has read words that ended in an error: they may tell of danger, and are kept no more than if they did.
        is_unread = kinds == {"error"} and not sent.startswith("/")
        if URGENT in kinds or is_unread:
            shown = wording("gateway.text_not_kept")
        ended = any(message["custom"].get("step") in ENDS for message in messages)
        if URGENT in kinds or ended or (is_unread and not recent.open_step()):
            self._forget(ident)
        turn = Turn(self.token_of(ident), messages, removed, near)
        reply = {**turn.as_json(), "removed": list(removed)}
        self.store.add_turn(ident, shown, messages, buttons, GivenTo(asked_in, key, reply) if key else None)
        return Turn(turn.token, self._handover.filled(ident, messages), removed, near)

    def _look(self, sent: str, audience: str) -> list[Reply]:
        """Have a message read as if it stood alone, under a name of its own that is forgotten at once."""
        sender = look_sender()
        try:
            return [reply for reply in self._rasa.send(sender, sent, audience) if reply]
        except RasaFailed as failed:
            self._failed(failed.part, str(failed))
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
        except RasaFailed as failed:
            self._failed(failed.part, str(failed))
            return [Reply.model_validate(error_message())]
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
