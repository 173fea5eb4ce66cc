"""What every action shares: the audience, one message with all its parts, and a kind reply to any failure."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.guidance.replies import Message, error_message
from bot.turn.steps.ask_rasa import ASIDE

log = logging.getLogger(__name__)


TOP_LABELS = 3


@dataclass(frozen=True)
class Outcome:
    """What an action says, the events (as Rasa takes them) that record what came of it, and what the gateway is told beside.

    `aside`: see `bot.turn.steps.ask_rasa.replies_to`; it is never shown to anybody.
    """

    messages: Sequence[Message] = ()
    events: Sequence[dict[str, Any]] = ()
    aside: Mapping[str, Any] = field(default_factory=dict)


class GuideAction(Action, ABC):
    """An action with one outcome; a failure inside it becomes a kind sentence and a logged error.

    Rasa says nothing at all when an action fails, so an exception must never leave it. What is logged is
    the action and the kind of failure, never the text of a message.
    """

    @abstractmethod
    def name(self) -> str:
        """Return the action's name in the domain."""

    @abstractmethod
    def outcome(self, tracker: Tracker) -> Outcome:
        """Do what the action does, once, and return what to say and to record."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Say the messages and return the events."""
        try:
            outcome = self.outcome(tracker)
        except Exception as error:  # noqa: BLE001 - whatever fails, the person is told
            log.error("%s failed: %s", self.name(), type(error).__name__, exc_info=_without_text(error))
            outcome = Outcome([error_message()])
        for place, message in enumerate(outcome.messages):
            if place == 0:
                aside = {**outcome.aside, "evidence": evidence_of(tracker)}
                message = {**message, "custom": {**message["custom"], ASIDE: aside}}
            dispatcher.utter_message(json_message=message)
        return list(outcome.events)


def told_by_gateway(tracker: Tracker) -> Mapping[str, Any]:
    """Return what came with the message (`bot.turn.steps.ask_rasa.metadata_of`)."""
    return tracker.latest_message.get("metadata") or {}


def audience_of(tracker: Tracker) -> str:
    """Return "professional" where the gateway says so, else "parent"."""
    return "professional" if told_by_gateway(tracker).get("audience") == "professional" else "parent"


def evidence_of(tracker: Tracker) -> dict[str, Any]:
    """Return how the latest message was understood: names and numbers, none of its words."""
    message = tracker.latest_message
    intent = message.get("intent") or {}
    evidence: dict[str, Any] = {"intent": intent.get("name")}
    if intent.get("found_by"):
        evidence["found_by"] = intent["found_by"]
    selected = message.get("response_selector") or {}
    for retrieval_intent in ("faq", "out_of_scope"):
        ranking = (selected.get(retrieval_intent) or {}).get("ranking") or []
        if ranking:
            best = ranking[:TOP_LABELS]
            evidence[retrieval_intent] = [[one["intent_response_key"], round(one["confidence"], 3)] for one in best]
    if message.get("understanding"):
        evidence |= message["understanding"]
    return evidence


def previous_answer(tracker: Tracker) -> str | None:
    """Return the id of the answer that the turn before gave, as the gateway tells it, or None."""
    answer = (told_by_gateway(tracker).get("previous") or {}).get("answer")
    return str(answer) if answer else None


def _without_text(error: Exception) -> tuple[type[BaseException], BaseException, Any]:
    """Return the failure for the log with its place but without its message, which may quote what a person typed."""
    return (
        type(error),
        type(error)("(text not logged)") if _takes_one_text(error) else RuntimeError(),
        error.__traceback__,
    )


def _takes_one_text(error: Exception) -> bool:
    return type(error) in (KeyError, ValueError, TypeError, RuntimeError, OSError, AttributeError, IndexError)
