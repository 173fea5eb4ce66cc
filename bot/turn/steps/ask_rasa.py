"""What is no special case is a question: Rasa says which answer it asks for, and its actions compose the reply."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from bot.guidance.replies import error_message
from bot.reading.typed_text import as_ordinary_text
from bot.turn.context import Ended, Parts, TurnContext, reply_of
from bot.turn.rasa_client import RasaFailed, Reply
from bot.turn.state import Told

ASIDE = "aside"  # what an action tells the gateway beside what it says: never shown to anybody


def ask_rasa(turn: TurnContext, parts: Parts) -> Ended | None:
    """End the turn with what Rasa replies to the words."""
    for kind, count in turn.removed.items():
        parts.metrics.redacted.labels(kind).inc(count)
    sent = as_ordinary_text(turn.asked)
    return Ended(replies_to(turn, parts, sent), sent, turn.redacted)


def ask_instead(turn: TurnContext, parts: Parts, intent: str, shown: str) -> Ended:
    """End the turn with what Rasa replies to an `intent` (with its entities) that stands for what was said.

    The history shows `shown`.
    """
    turn.removed = {}
    return Ended(replies_to(turn, parts, intent), intent, shown)


def replies_to(turn: TurnContext, parts: Parts, sent: str) -> list[Reply]:
    """Return Rasa's replies, with one kind sentence in place of whatever failed; keep what they tell the gateway alone."""
    began = time.perf_counter()
    try:
        heard = parts.rasa.send(turn.conversation, sent, metadata_of(turn))
    except RasaFailed as failed:
        parts.failed(failed.part, str(failed))
        turn.evidence["failed"] = failed.part
        return [reply_of(error_message())]
    finally:
        parts.metrics.rasa_seconds.observe(time.perf_counter() - began)
    replies = [reply for reply in heard if reply]
    if len(replies) < len(heard):
        parts.failed("reply", "a reply without the form of the chat API")
        turn.evidence["failed"] = "reply"
        replies.append(reply_of(error_message()))
    _note(turn, replies)
    return replies


def metadata_of(turn: TurnContext) -> dict[str, Any]:
    """Return what goes to Rasa's components and actions with a message: whom the reply is for, what was asked and answered before."""
    state = turn.state
    metadata: dict[str, Any] = {"audience": turn.audience}
    if state.previous():
        metadata["previous"] = state.previous()
    if state.asked_back:
        metadata["asked_back"] = True
    if state.services:
        metadata["services"] = asdict(state.services)
    return metadata


def _note(turn: TurnContext, replies: list[Reply]) -> None:
    """Take what the actions told the gateway alone (`ASIDE`) off the replies."""
    aside: dict[str, Any] = {}
    for reply in replies:
        aside.update((reply.custom.model_extra or {}).pop(ASIDE, None) or {})
    turn.near = tuple(aside.get("near", ()))
    turn.evidence.update(aside.get("evidence") or {})
    turn.told = Told(
        aside.get("search"), int(aside.get("offset", 0)), bool(aside.get("asked_back")), bool(aside.get("starts_again"))
    )
