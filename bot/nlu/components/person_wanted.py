"""Graph component: somebody wants a person, or wants SENDIASS to do something for them.

A person is asked for in a few kinds of sentence with endless words around them ("somebody to come to the meeting with
me"), which nearness to examples takes for the subject in them: a meeting, a letter, a plan. So the kinds of sentence
are recognised by form. A question about SENDIASS ("when can I talk to SENDIASS?") is not a wish and stays one.
"""

from __future__ import annotations

from typing import Any, Dict, Optional

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.components.overruling import FROM_EXAMPLES, FROM_PATTERNS, IntentOverruler, shares_of_intents
from bot.nlu.ranking.features import (
    AMBIGUOUS_INTENT,
    DISTRESSED_INTENT,
    FALLBACK_INTENT,
    FAQ_INTENT,
    OTHER_LANGUAGE_INTENT,
    PERSON_INTENT,
)
from bot.reading.person import asks_for_information, wants_person

LONG_STORY_WORDS = 25
SURE_ANSWER = 0.9
COMPLAINT_INTENT = "complain_about_guide"
_WISHES = frozenset({PERSON_INTENT, COMPLAINT_INTENT, DISTRESSED_INTENT})
# What a share of wishes may overrule: a refusal has a button for a person anyway.
_DOUBTFUL = frozenset({FAQ_INTENT, AMBIGUOUS_INTENT, FALLBACK_INTENT})
_NOT_OVERRULED = frozenset({"ask_privacy", OTHER_LANGUAGE_INTENT})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PersonWanted(IntentOverruler):
    """Sets the intent `ask_for_person`."""

    intent = PERSON_INTENT

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`enough_probability`: the share of such wishes in the ranking that sets it off where no pattern does.

        Below a half, because an offer can be declined: a needless one costs a moment, and a person who is not offered is lost.
        At a fifth, wishes for a break or a lesson ("is there somebody who could ...") set it off.
        """
        return {"enough_probability": 0.35}

    def found_by(self, message: Message) -> Optional[str]:
        """Find it by the form of a sentence, or else by the ranking, unless a wish of its kind was read already."""
        text, intent = message.get(TEXT), message.get(INTENT) or {}
        if not text or text.startswith("/") or intent.get(INTENT_NAME_KEY) in _WISHES | _NOT_OVERRULED:
            return None
        sure = intent.get(INTENT_NAME_KEY) == FAQ_INTENT and intent.get(PREDICTED_CONFIDENCE_KEY, 0.0) >= SURE_ANSWER
        # In a long story that surely asks something else, somebody may be spoken to by the way.
        if wants_person(text) and not (sure and len(text.split()) > LONG_STORY_WORDS):
            return FROM_PATTERNS
        shares = shares_of_intents(message)
        wish = shares.get(PERSON_INTENT, 0.0) + shares.get(COMPLAINT_INTENT, 0.0)
        if intent.get(INTENT_NAME_KEY) not in _DOUBTFUL:
            return None
        if (
            wish >= self._enough
            and shares.get(FAQ_INTENT, 0.0) < 1 - self._enough
            and not asks_for_information(text.lower())
        ):
            return FROM_EXAMPLES
        return None
