"""What every action shares: the audience, one message with all its parts, and a kind reply to any failure."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.guidance.replies import Message, error_message

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What an action says, and the events (as Rasa takes them) that record what came of it."""

    messages: Sequence[Message] = ()
    events: Sequence[dict[str, Any]] = ()


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
        for message in outcome.messages:
            dispatcher.utter_message(json_message=message)
        return list(outcome.events)


def audience_of(tracker: Tracker) -> str:
    """Return "professional" where the gateway says so, else "parent"."""
    metadata = tracker.latest_message.get("metadata") or {}
    return "professional" if metadata.get("audience") == "professional" else "parent"


def previous_answer(tracker: Tracker) -> str | None:
    """Return the id of the answer that the turn before gave, as the gateway tells it, or None."""
    previous = (tracker.latest_message.get("metadata") or {}).get("previous") or {}
    answer = previous.get("answer")
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
