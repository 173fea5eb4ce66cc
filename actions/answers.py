"""Answers, questions back, and honest refusals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Tracker

from actions.base import GuideAction, audience_of
from bot.guidance.answers import Answer, load_answers
from bot.guidance.replies import Message, answer_message, clarify_message, fallback_message, out_of_scope_message

CLOSE_ENOUGH_TO_MENTION = 0.1
CLOSE_ENOUGH_TO_OFFER = 0.05
MOST_READINGS = 3


class ActionAnswer(GuideAction):
    """Gives the answer that was asked for or chosen by a button."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_answer"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the answer; an answer withdrawn since its button was made is admitted as not known."""
        ranking = _ranking(tracker)
        chosen = next(tracker.get_latest_entity_values("answer"), None)
        if chosen:
            answer = load_answers().get(chosen)
            return [answer_message(answer, audience_of(tracker), 1.0) if answer else fallback_message()]
        if not ranking:
            return [fallback_message()]
        (best, confidence), *rest = ranking
        also = [answer.id for answer, share in rest if share >= CLOSE_ENOUGH_TO_MENTION]
        return [answer_message(best, audience_of(tracker), confidence, also=also)]


class ActionClarify(GuideAction):
    """Offers the likeliest readings; never twice in a row."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_clarify"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the readings as buttons, or the fallback where it has just asked."""
        readings = _near(tracker)
        if len(readings) < 2 or _last_action(tracker) == self.name():
            return [fallback_message(readings)]
        return [clarify_message(readings)]


class ActionFallback(GuideAction):
    """Says that it does not know, and who does."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_fallback"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the refusal with the nearest questions."""
        return [fallback_message(_near(tracker))]


class ActionOutOfScope(GuideAction):
    """Declines what no source answers."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_out_of_scope"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the refusal."""
        return [out_of_scope_message()]


def _ranking(tracker: Tracker) -> list[tuple[Answer, float]]:
    """Return the answers that the selector ranked, best first, with their probabilities."""
    selected: dict[str, Any] = (tracker.latest_message.get("response_selector") or {}).get("faq") or {}
    known = load_answers()
    ranking = []
    for entry in selected.get("ranking", []):
        answer = known.get(entry["intent_response_key"].partition("/")[2])
        if answer:
            ranking.append((answer, float(entry["confidence"])))
    return ranking


def _near(tracker: Tracker) -> list[Answer]:
    return [answer for answer, share in _ranking(tracker) if share >= CLOSE_ENOUGH_TO_OFFER][:MOST_READINGS]


def _last_action(tracker: Tracker) -> str | None:
    """Return the action before the current turn's, pauses for the person left out."""
    names = (event.get("name") for event in reversed(tracker.events) if event.get("event") == "action")
    return next((name for name in names if name != "action_listen"), None)
