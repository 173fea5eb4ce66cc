"""What the steps of a turn work with: the turn itself, and the parts of the guide that they ask."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.guidance.replies import Message
from bot.handover.form.chat_draft import ChatHandover
from bot.handover.live import LiveChats
from bot.metrics import Metrics
from bot.turn.conversations import ConversationStore, IssuedButton, Key
from bot.turn.limits import RateLimit
from bot.turn.rasa_client import RasaClient, Reply
from bot.turn.state import State, Told
from bot.turn.tokens import Tokens
from bot.turn.turns import Asked, Client, Turn

log = logging.getLogger(__name__)


class Queues:
    """Lets one at a time do something with a conversation, in the order in which they came."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}
        self._guard = threading.Lock()

    @contextmanager
    def alone(self, conversation: str) -> Iterator[None]:
        """Wait until nobody else has the conversation, and have it."""
        with self._guard:
            queue = self._queues.setdefault(conversation, _Queue())
            queue.users += 1
        try:
            with queue.lock:
                yield
        finally:
            with self._guard:
                queue.users -= 1
                if not queue.users:
                    del self._queues[conversation]


class _Queue:
    """A lock, and how many hold it or wait for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users = 0


@dataclass(frozen=True)
class Parts:
    """What steps ask.

    `forget_words` erases what Rasa keeps of senders; `screen` replaces replies that staff turned off; `notice` is told of each typed
    question and must not raise. `live` knows the chats that people of SENDIASS have; None where no referrals can be taken.
    `message_limit` is in characters.
    """

    store: ConversationStore
    rasa: RasaClient
    metrics: Metrics
    tokens: Tokens
    handover: ChatHandover
    live: LiveChats | None
    forget_words: Callable[[Sequence[str]], None]
    screen: Callable[[list[Reply]], list[Reply]]
    notice: Callable[[Asked], None]
    message_limit: int
    limit: RateLimit
    queues: Queues = field(default_factory=Queues)

    def failed(self, part: str, reason: str) -> None:
        """Have an operator see that a part failed; `reason` holds no words of a person."""
        self.metrics.failures.labels(part).inc()
        log.error("no reply: %s failed (%s)", part, reason)

    def forget(self, sender: str) -> None:
        """Have Rasa forget what is nobody's business any more; where that fails, the reply still goes out."""
        try:
            self.forget_words([sender])
        except sqlite3.Error as error:
            self.metrics.failures.labels("erasure").inc()
            log.error("a conversation could not be erased from the trackers: %s", type(error).__name__)


@dataclass
class TurnContext:
    """One turn on its way.

    What came: `typed`, a person's words, or `pressed`, a button's token. What the steps made of it: `text` is the words cleaned,
    `redacted` without personal details, `removed` how many of these by kind, `asked` what is read further (see `bot.reading.bounds`);
    `danger` the kind of danger that was found in it. Where it belongs: `conversation`, its `audience` and `state` (what was said
    before); `held` is the turn's place in the queue, given back when it is over. What comes of it: `replies`, the `messages` shown
    with their `buttons`; `sent` is what Rasa was sent, `shown` what the history shows of what was said, `told` what the state takes
    from the replies, `near` the nearest answers, for staff alone. `step` and `outcome` say what decided, `evidence` why,
    `milliseconds` how long each step took.
    """

    client: Client
    typed: str | None = None
    pressed: str | None = None
    text: str = ""
    redacted: str = ""
    removed: dict[str, int] = field(default_factory=dict)
    asked: str = ""
    danger: str | None = None
    key: Key | None = None
    asked_in: str | None = None
    conversation: str = ""
    audience: str = "parent"
    state: State = field(default_factory=State)
    button: IssuedButton | None = None
    sent: str = ""
    shown: str = ""
    replies: list[Reply] = field(default_factory=list)
    told: Told = field(default_factory=Told)
    near: tuple[dict[str, Any], ...] = ()
    messages: list[dict[str, Any]] = field(default_factory=list)
    buttons: list[IssuedButton] = field(default_factory=list)
    step: str = ""
    outcome: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    milliseconds: dict[str, float] = field(default_factory=dict)
    held: ExitStack = field(default_factory=ExitStack)

    @property
    def kinds(self) -> set[str]:
        """The kinds of the replies."""
        return {reply.custom.kind for reply in self.replies}


@dataclass(frozen=True)
class Ended:
    """How a step ends a turn: with replies that are then kept and shown, or with a `turn` of which nothing more is kept.

    `sent` is what Rasa was sent, `shown` what the history shows of what was said. `outcome` is named where it does not
    follow from the replies.
    """

    replies: Sequence[Reply] = ()
    sent: str = ""
    shown: str = ""
    outcome: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    turn: Turn | None = None


def reply_of(message: Message) -> Reply:
    """Return one of the guide's own messages as a reply."""
    return Reply.model_validate(message)
