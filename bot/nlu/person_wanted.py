"""Graph component: somebody wants a person, or wants SENDIASS to do something for them.

A person is asked for in a few kinds of sentence with endless words around them ("somebody to come to the meeting with
me"), which nearness to examples takes for the subject in them: a meeting, a letter, a plan. So the kinds of sentence
are recognised by form. A question about SENDIASS ("when can I talk to SENDIASS?") is not a wish and stays one.
"""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.features import (
    AMBIGUOUS_INTENT,
    DISTRESSED_INTENT,
    FALLBACK_INTENT,
    FAQ_INTENT,
    OTHER_LANGUAGE_INTENT,
    PERSON_INTENT,
)
from bot.nlu.person_patterns import asks_for_information, find_wish_for_person
from bot.nlu.text import clean, normaliser, sentences

FROM_PATTERNS = "patterns"
FROM_EXAMPLES = "examples"
LONG_STORY_WORDS = 25
SURE_ANSWER = 0.9
COMPLAINT_INTENT = "complain_about_guide"
_WISHES = frozenset({PERSON_INTENT, COMPLAINT_INTENT, DISTRESSED_INTENT})
# What a share of wishes may overrule: a refusal has a button for a person anyway.
_DOUBTFUL = frozenset({FAQ_INTENT, AMBIGUOUS_INTENT, FALLBACK_INTENT})
_NOT_OVERRULED = frozenset({"ask_privacy", OTHER_LANGUAGE_INTENT})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PersonWanted(GraphComponent):
    """Sets the intent `ask_for_person`."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`enough_probability`: the share of such wishes in the ranking that sets it off where no pattern does.

        Below a half, because an offer can be declined: a needless one costs a moment, and a person who is not offered is lost.
        At a fifth, wishes for a break or a lesson ("is there somebody who could ...") set it off.
        """
        return {"enough_probability": 0.35}

    def __init__(self, config: Dict[str, Any]) -> None:
        """Prefer `create`."""
        self._enough = float(config["enough_probability"])

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PersonWanted:
        """Create the component."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Overrule the intent of messages that ask for a person."""
        for message in messages:
            text = message.get(TEXT)
            intent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
            if not text or text.startswith("/") or intent in _WISHES | _NOT_OVERRULED:
                continue
            found_by = self._found_by(text, message)
            if found_by:
                found = {INTENT_NAME_KEY: PERSON_INTENT, PREDICTED_CONFIDENCE_KEY: 1.0, "found_by": found_by}
                message.set(INTENT, found, add_to_output=True)
        return messages

    def _found_by(self, text: str, message: Message) -> str | None:
        intent = message.get(INTENT) or {}
        sure = intent.get(INTENT_NAME_KEY) == FAQ_INTENT and intent.get(PREDICTED_CONFIDENCE_KEY, 0.0) >= SURE_ANSWER
        # In a long story that surely asks something else, somebody may be spoken to by the way.
        if wants_person(text) and not (sure and len(text.split()) > LONG_STORY_WORDS):
            return FROM_PATTERNS
        shares = {
            entry[INTENT_NAME_KEY]: entry[PREDICTED_CONFIDENCE_KEY] for entry in message.get(INTENT_RANKING_KEY) or ()
        }
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


def wants_person(text: str) -> bool:
    """Tell whether a sentence of `text` asks for a person by its form."""
    normalise = normaliser()
    return any(find_wish_for_person(normalise(part)) for part in sentences(clean(text)) or [clean(text)])
