"""Answers, questions back, and honest refusals."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from rasa_sdk import Tracker
from sqlalchemy.exc import SQLAlchemyError

from actions.base import GuideAction, Outcome, audience_of, previous_answer, told_by_gateway
from actions.directory import as_aside, wanted_from
from bot.directory.search.directory import Found, directory
from bot.directory.search.replies import records_message
from bot.guidance.answers import Answer, load_answers
from bot.guidance.replies import (
    Message,
    answer_message,
    clarify_message,
    fallback_message,
    other_language_message,
    refusal_message,
    retold_message,
)

log = logging.getLogger(__name__)

CLOSE_ENOUGH_TO_MENTION = 0.1
CLOSE_ENOUGH_TO_OFFER = 0.05
MOST_READINGS = 3
MOST_NEAR_FOR_STAFF = 5
OTHER_SUBJECT = "far"


class ActionAnswer(GuideAction):
    """Gives the answer that was asked for, chosen by a button, or wanted in another form."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_answer"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the answer; an answer withdrawn since its button was made is admitted as not known.

        Records shown beside it are remembered.
        """
        ranking = _ranking(tracker)
        chosen = list(tracker.get_latest_entity_values("answer"))
        if chosen:
            form = next(tracker.get_latest_entity_values("form"), None)
            return Outcome([_chosen_message(ident, form, audience_of(tracker)) for ident in chosen])
        if not ranking:
            return Outcome([fallback_message()])
        questions = _questions(tracker)
        if len(questions) > 1:
            return Outcome([answer_message(answer, audience_of(tracker), share) for answer, share in questions])
        (best, _), *rest = ranking
        confidence = float(_selected(tracker, "faq")["response"]["confidence"])
        also = [answer.id for answer, share in rest if share >= CLOSE_ENOUGH_TO_MENTION]
        again = best.id == previous_answer(tracker)
        return with_services(answer_message(best, audience_of(tracker), confidence, also=also, again=again), tracker)


class ActionClarify(GuideAction):
    """Offers the likeliest readings; never twice in a row."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_clarify"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the readings as buttons, or the fallback where it has just asked."""
        readings = _likeliest(tracker)
        asked_before = bool(told_by_gateway(tracker).get("asked_back"))
        if len(readings) < 2 or asked_before:
            return with_services(fallback_message(readings, asked_before), tracker, _near_for_staff(tracker))
        return with_services(clarify_message(readings), tracker, {**_near_for_staff(tracker), "asked_back": True})


class ActionFallback(GuideAction):
    """Says that it does not know, and who does."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_fallback"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the refusal with the nearest questions."""
        return with_services(fallback_message(_near(tracker)), tracker, _near_for_staff(tracker))


class ActionOutOfScope(GuideAction):
    """Declines what no source answers, saying what it is about and who can tell."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_out_of_scope"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the refusal of the likeliest kind."""
        refusals = _selected(tracker, "out_of_scope").get("ranking") or []
        kind = refusals[0]["intent_response_key"].partition("/")[2] if refusals else OTHER_SUBJECT
        return Outcome([refusal_message(kind)], aside=_near_for_staff(tracker))


class ActionOtherLanguage(GuideAction):
    """Says how to get help to somebody who does not write English."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_other_language"

    def outcome(self, tracker: Tracker) -> Outcome:
        """Return the reply for the language that was recognised."""
        return Outcome([other_language_message(str(tracker.latest_message["intent"].get("language")))])


def with_services(message: Message, tracker: Tracker, aside: Mapping[str, Any] | None = None) -> Outcome:
    """Return a message and, where the question asks for a service as well and some fit, these; they are remembered."""
    services = _services(tracker)
    if not services:
        return Outcome([message], aside=aside or {})
    return Outcome([message, records_message(services)], aside={**(aside or {}), **as_aside(services)})


def _chosen_message(ident: str, form: str | None, audience: str) -> Message:
    answer = load_answers().get(ident)
    if not answer:
        return fallback_message()
    return retold_message(answer, audience, form) if form else answer_message(answer, audience, 1.0)


def _services(tracker: Tracker) -> Found | None:
    if not _selected(tracker, "faq").get("service_wanted"):
        return None
    try:
        found = directory().search(wanted_from(tracker))
    except SQLAlchemyError as error:
        log.error("a reply went out without the records that were asked for: %s", type(error).__name__)
        return None
    return found if found.results else None


def _ranking(tracker: Tracker) -> list[tuple[Answer, float]]:
    """Return the answers that the selector ranked, best first, with their probabilities."""
    return _known(_selected(tracker, "faq").get("ranking") or [])


def _questions(tracker: Tracker) -> list[tuple[Answer, float]]:
    """Return the answers to each of two questions in one message, in order; empty where it asks one."""
    return _known(_selected(tracker, "faq").get("questions") or [])


def _selected(tracker: Tracker, retrieval_intent: str) -> dict[str, Any]:
    return (tracker.latest_message.get("response_selector") or {}).get(retrieval_intent) or {}


def _known(entries: Iterable[dict[str, Any]]) -> list[tuple[Answer, float]]:
    known = load_answers()
    found = ((known.get(entry["intent_response_key"].partition("/")[2]), entry["confidence"]) for entry in entries)
    return [(answer, float(confidence)) for answer, confidence in found if answer]


def _near(tracker: Tracker) -> list[Answer]:
    return [answer for answer, share in _ranking(tracker) if share >= CLOSE_ENOUGH_TO_OFFER][:MOST_READINGS]


def _likeliest(tracker: Tracker) -> list[Answer]:
    """Return the readings to offer: those with a fair part of what the answers have together.

    A message may be known to be vague, so that all the answers together are unlikely. Measured against each other
    the likeliest are still the ones to offer.
    """
    ranking = _ranking(tracker)
    together = sum(share for _, share in ranking)
    return [answer for answer, share in ranking if share >= CLOSE_ENOUGH_TO_OFFER * together][:MOST_READINGS]


def _near_for_staff(tracker: Tracker) -> dict[str, Any]:
    """Return the nearest answers with their scores, which staff see in the content queue."""
    ranking = _ranking(tracker)[:MOST_NEAR_FOR_STAFF]
    return {"near": [{"answer": answer.name, "confidence": round(share, 3)} for answer, share in ranking]}
