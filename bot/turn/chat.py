"""One turn of a conversation: clean, redact, ask Rasa, keep, reply. The chat API and the pages both use it."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

from bot.guidance.replies import error_message, urgent_help_message
from bot.guidance.wording import wording
from bot.handover.form.chat_draft import ChatHandover
from bot.handover.live import AlreadySaid, LiveChats
from bot.handover.referrals.store import NotPossible
from bot.metrics import Metrics
from bot.privacy.quiet_logs import failure
from bot.privacy.redaction import redact
from bot.reading.bounds import bounded
from bot.reading.danger import find_urgent
from bot.reading.typed_text import as_ordinary_text, cleaned
from bot.turn.conversations import ConversationStore, IssuedButton, Key, OtherRequest
from bot.turn.handover_turns import ENDS, HandoverTurns, Instead, look_sender
from bot.turn.limits import RateLimit
from bot.turn.live_lines import with_lines
from bot.turn.rasa_client import RasaClient, RasaFailed, Reply
from bot.turn.recent_turns import RecentTurns
from bot.turn.record_turns import about_records
from bot.turn.refusals import Refused
from bot.turn.retold_turns import told_otherwise
from bot.turn.tokens import Tokens
from bot.turn.turns import URGENT, Asked, Audience, Client, Turn

log = logging.getLogger(__name__)

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

        The rate of a conversation that goes on is asked before a turn (`bot.gateway.chat.turn_order`), not in it.

        `live` knows the chats that people of SENDIASS have; None where no referrals can be taken. `screen` replaces
        replies that staff turned off. `notice` is told of each typed question; it must not raise.
        """
        self.store = store
        self._rasa = rasa
        self.metrics = metrics
        self._forget_words = forget_words
        self.tokens = Tokens(signing_key)
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

    def conversation_of(self, token: str, secret: str | None = None) -> str:
        """Return the conversation that a token names.

        `secret` is that of the browser that asks (None: it has none). Raises Refused where the token is not ours, its
        conversation no longer kept, or another browser's.
        """
        ident = self.tokens.read(token)
        self._must_be_theirs(ident, secret)
        return ident

    def say(self, message: str, client: Client) -> Turn:
        """Send a person's words. The same idempotency key again gives the reply already given.

        A conversation that was begun with a browser's secret goes on with it alone. Raises Refused: for an unknown
        conversation, no or too long a message, a key that came with other words before, and when too many come.
        """
        text = cleaned(message)
        if len(text) > self._message_limit:
            raise Refused("too_long", wording("gateway.too_long", limit=self._message_limit))
        redacted = redact(text)
        if not redacted.text:
            raise Refused("empty", wording("gateway.empty"))
        if find_urgent(text):
            return self._say_urgent(text, message, client, tuple(redacted.removed))
        kept = self._key(client, "message", message)
        with self._turn(client, kept) as (asked_in, ident, given):
            if given:
                return given
            if asked_in and self.live and (speaker := self.live.speaker(ident)):
                with suppress(NotPossible):  # the person has just gone: the guide answers after all
                    return self._to_person(ident, text, client.key, speaker)
            recent = self._recent(asked_in, client.audience)
            read = bounded(redacted.text)
            sent = as_ordinary_text(read)
            look = partial(self._look, sent, recent.audience)
            instead = self._handover.typed(ident, recent, text, look, client.address)
            instead = instead or told_otherwise(recent, read) or about_records(recent, read)
            if instead:
                return self._ask(ident, recent, instead, kept)
            for kind, count in redacted.removed.items():
                self.metrics.redacted.labels(kind).inc(count)
            turn = self._ask(ident, recent, Instead(sent, redacted.text), kept, tuple(redacted.removed))
            self._tell(Asked(ident, redacted.text, turn.messages, turn.near))
            return turn

    def _tell(self, asked: Asked) -> None:
        """Let others take notice of a question; nothing that fails there may cost a family its answer."""
        try:
            self._notice(asked)
        except Exception as error:  # noqa: BLE001 - the answer stands
            self._failed("content queue", failure(error))

    def _say_urgent(self, text: str, message: str, client: Client, removed: tuple[str, ...]) -> Turn:
        """Tell somebody in danger what to do: no model is asked, and no store that fails or hangs can prevent it.

        The turn is kept as any other where that can be done in time, its words never.
        """
        kept = self._urgent_work.submit(self._keep_urgent, text, message, client, removed)
        try:
            return kept.result(URGENT_WAIT_S)
        except Exception as error:  # noqa: BLE001 - whatever failed, and whatever refused the message: danger comes first
            if not isinstance(error, Refused):
                self._failed("store", failure(error))
            is_ours = not (isinstance(error, Refused) and error.reason == "unknown_conversation")
            return self._told_what_to_do(client if is_ours else replace(client, token=None), removed)

    def only_urgent(self, message: str, client: Client) -> Turn | None:
        """Return what to do now where the words of a turn that has no room tell of danger, else None. Nothing is kept."""
        text = cleaned(message)[: self._message_limit]
        return self._told_what_to_do(client, ()) if find_urgent(text) else None

    def _told_what_to_do(self, client: Client, removed: tuple[str, ...]) -> Turn:
        self.metrics.messages.labels(URGENT).inc()
        go_on_with = client.token if client.token and self.tokens.is_ours(client.token) else self.tokens.promised()
        return Turn(go_on_with, [urgent_help_message(client.audience or "parent")], removed, is_kept=False)

    def _keep_urgent(self, text: str, message: str, client: Client, removed: tuple[str, ...]) -> Turn:
        key = self._key(client, "message", message)
        with self._turn(client, key) as (asked_in, ident, given):
            if given:
                return given
            if asked_in and self.live and (speaker := self.live.speaker(ident)):
                with suppress(NotPossible):
                    return self._to_person(ident, text, client.key, speaker)
            recent = self._recent(asked_in, client.audience)
            urgent = Reply.model_validate(urgent_help_message(recent.audience))
            return self._answer(ident, recent, Instead("", ""), [urgent], key, removed)

    def press(self, payload: str, client: Client) -> Turn:
        """Press a button that was issued in the conversation; raise Refused where it was not, else as `say`."""
        if not client.token:
            raise Refused("unknown_button", wording("gateway.unknown_button"))
        kept = self._key(client, "payload", payload)
        with self._turn(client, kept) as (asked_in, ident, given):
            if given:
                return given
            button = self.store.pressed(ident, payload)
            if button is None:
                raise Refused("unknown_button", wording("gateway.unknown_button"))
            instead = self._handover.pressed(ident, button, client.address)
            instead = instead or Instead(button.intent_message, button.title)
            return self._ask(ident, self._recent(asked_in, client.audience), instead, kept)

    def token_of(self, conversation: str) -> str:
        """Return the signed token of a conversation."""
        return self.tokens.of(conversation)

    def probe(self, sender: str, question: str) -> list[str]:
        """Ask a question as `sender`, outside any conversation; return the kinds of the replies. Raises RasaFailed."""
        replies = self._rasa.send(sender, as_ordinary_text(question), "parent")
        return ["malformed" if reply is None else reply.custom.kind for reply in replies]

    def history(self, conversation: str) -> list[dict[str, Any]]:
        """Return the messages so far, oldest first: the guide's, the family's, and a person's where one took over.

        Each has `from` ("user", "guide" or "person") and `at`; a person's has `name`. What was written while a person
        had the chat has `line`, where its events go on (`/api/chat/current/events?after=`).
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

    def must_not_be_too_fast(self, conversation: str) -> None:
        """Count a message towards the conversation's rate; raise Refused where there were too many."""
        wait = self._limit.seconds_to_wait(conversation)
        if wait:
            self.metrics.limited.labels("conversation").inc()
            raise Refused("too_many", wording("gateway.too_many", seconds=wait), wait)

    def _begin_promised(self, client: Client) -> None:
        token = str(client.token)
        if self.tokens.is_promised(token) and not self.store.exists(self.tokens.read(token)):
            self.store.begin(client.audience or "parent", client.secret, self.tokens.read(token))

    def _must_be_theirs(self, conversation: str, secret: str | None) -> None:
        """Another browser's conversation is as unknown as one that is not kept."""
        if not self.store.is_kept_for(conversation, secret):
            raise Refused("unknown_conversation", wording("gateway.unknown_conversation"))

    def _key(self, client: Client, *request: str) -> Key | None:
        if not client.key:
            return None
        asked_in = self.tokens.read(client.token) if client.token else None
        return Key(asked_in, client.secret, client.key, json.dumps([*request, client.audience]))

    @contextmanager
    def _turn(self, client: Client, key: Key | None) -> Iterator[tuple[str | None, str, Turn | None]]:
        """Yield where it was asked, the conversation, and the turn already given for `key` if there is one."""
        asked_in = self.tokens.read(client.token) if client.token else None
        with self.alone(asked_in or f"new {key.ident if key else secrets.token_hex(8)}"), self._rasa.one_turn():
            if asked_in:
                self._begin_promised(client)
                # Not before the lock: the conversation may be erased while a message waits its turn.
                self._must_be_theirs(asked_in, client.secret)
            given = self._given(key)
            if given:
                shown = self._handover.filled(self.tokens.read(given["conversation"]), given["messages"])
                yield asked_in, "", Turn(given["conversation"], shown, tuple(given["removed"]))
                return
            ident = asked_in or self.store.begin(client.audience or "parent", client.secret)
            if not asked_in:
                self.must_not_be_too_fast(ident)
            elif client.audience:
                self.store.set_audience(ident, client.audience)
            yield asked_in, ident, None

    def _given(self, key: Key | None) -> dict[str, Any] | None:
        try:
            return self.store.given(key) if key else None
        except OtherRequest as error:
            raise Refused("key_used", wording("gateway.key_used")) from error

    def _to_person(self, ident: str, text: str, key: str | None, speaker: str) -> Turn:
        """Pass a message to the person who has the chat. The guide is silent, unless somebody may be in danger."""
        assert self.live is not None
        try:
            self.live.say(ident, "family", text, key, self.store.last_entry(ident))
        except AlreadySaid as error:
            raise Refused("key_used", wording("gateway.key_used")) from error
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
        ident: str,
        recent: RecentTurns,
        asked: Instead,
        key: Key | None,
        removed: tuple[str, ...] = (),
    ) -> Turn:
        began = time.perf_counter()
        replies = [Reply.model_validate(asked.reply)] if asked.reply else self._replies(ident, asked.sent, recent)
        try:
            return self._answer(ident, recent, asked, replies, key, removed)
        except Exception as error:  # noqa: BLE001 - what the model read as danger is answered whatever fails
            urgent = [reply.model_dump() for reply in replies if reply.custom.kind == URGENT]
            if not urgent:
                raise
            self._failed("store", failure(error))
            self._forget(ident)
            return Turn(self.token_of(ident), urgent, removed, is_kept=False)
        finally:
            self.metrics.turn_seconds.observe(time.perf_counter() - began)

    def _answer(
        self,
        ident: str,
        recent: RecentTurns,
        asked: Instead,
        replies: list[Reply],
        key: Key | None,
        removed: tuple[str, ...],
    ) -> Turn:
        """Turn replies into what is shown, and keep the turn."""
        sent, shown = asked.sent, asked.shown
        near = tuple(entry for reply in replies for entry in (reply.custom.model_extra or {}).pop("near", ()))
        replies = self._handover.with_offers(recent, sent, self._screen(replies))
        messages, buttons = self._with_opaque_buttons(ident, replies)
        kinds = {message["custom"]["kind"] for message in messages}
        for message in messages:
            self.metrics.messages.labels(message["custom"]["kind"]).inc()
        # Nobody has read words that ended in an error: they may tell of danger, and are kept no more than if they did.
        is_unread = kinds == {"error"} and not sent.startswith("/")
        if URGENT in kinds or is_unread:
            shown = wording("gateway.text_not_kept")
        ended = any(message["custom"].get("step") in ENDS for message in messages)
        if URGENT in kinds or ended or (is_unread and not recent.open_step()):
            self._forget(ident)
        turn = Turn(self.token_of(ident), messages, removed, near)
        reply = {**turn.as_json(), "removed": list(removed)}
        self.store.add_turn(ident, shown, messages, buttons, key, reply)
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
            self.metrics.failures.labels("erasure").inc()
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
            self.metrics.rasa_seconds.observe(time.perf_counter() - began)
        replies = [reply for reply in heard if reply]
        if len(replies) < len(heard):
            self._failed("reply", "a reply without the form of the chat API")
            replies.append(Reply.model_validate(error_message()))
        return replies

    def _failed(self, part: str, reason: str) -> None:
        self.metrics.failures.labels(part).inc()
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
