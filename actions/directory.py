"""Looking up Local Offer records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rasa_sdk import Tracker

from actions.base import GuideAction
from bot.directory.lookup import Wanted, find
from bot.directory.replies import records_message
from bot.guidance.replies import Message
from bot.nlu.vocabulary import load_vocabulary

_AGES_OF_WORDS = {"baby": 0, "newborn": 0, "toddler": 2, "teen": 13, "teens": 13, "teenager": 13, "teenagers": 13}


class ActionFindService(GuideAction):
    """Finds services by what the message names: need, kind, place and age."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_find_service"

    def messages(self, tracker: Tracker) -> Iterable[Message]:
        """Return the records that fit, or that none does."""
        wanted = wanted_from(tracker)
        return [records_message(find(wanted), wanted)]


def wanted_from(tracker: Tracker) -> Wanted:
    """Return what the latest message asks for, from its entities and words."""
    terms = _terms()
    entities: dict[str, list[str]] = {}
    for entity in tracker.latest_message.get("entities") or []:
        kind, value = entity["entity"], str(entity["value"])
        entities.setdefault(kind, []).append(terms.get((kind, value.lower()), value))
    return Wanted(
        words=str(tracker.latest_message.get("text") or ""),
        needs=tuple(dict.fromkeys(entities.get("need", []))),
        kinds=tuple(dict.fromkeys(entities.get("service_kind", []))),
        place=next(iter(entities.get("place", [])), None),
        age=_age(entities.get("age", [])),
    )


@lru_cache(maxsize=1)
def _terms() -> dict[tuple[str, str], str]:
    """Return, for each kind of entity and phrase in lower case, the taxonomy's own term."""
    return {
        (kind, phrase.lower()): term
        for kind, values in load_vocabulary().entity_phrases().items()
        for term, phrases in values.items()
        for phrase in phrases
    }


def _age(phrases: list[str]) -> int | None:
    """Return the age in whole years that a phrase such as "14 months old" or "seven year old" states."""
    numbers = {word: number for number, word in enumerate(load_vocabulary().number_words, 1)}
    for phrase in phrases:
        lower = phrase.lower()
        figure = re.search(r"\d{1,2}", lower)
        number = int(figure[0]) if figure else next((numbers[word] for word in numbers if word in lower.split()), None)
        if number is None:
            number = next((age for word, age in _AGES_OF_WORDS.items() if word in lower.split()), None)
        elif re.search(r"month|mth|week", lower):
            number //= 12 if "week" not in lower else 52
        if number is not None:
            return number
    return None
