"""Graph component: a message that is not English, and in which language it is.

English with typing errors, text-speak or dialect must never be taken for another language, so the words
decide first: only where most are no English words is py3langid asked which language it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, List, Optional

from py3langid.langid import MODEL_FILE, LanguageIdentifier
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.guidance.languages import languages
from bot.nlu.ranking.features import OTHER_LANGUAGE_INTENT
from bot.reading.text import clean, normaliser, words

ENGLISH = "en"
LANGUAGE = "language"
FEWEST_WORDS = 2
MOST_ENGLISH_SHARE = 0.5
SURE_FROM = 0.8


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LanguageRecogniser(GraphComponent):
    """Sets the intent `other_language`, with the language's ISO 639-1 code, for messages that are not English."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageRecogniser:
        """Create the component."""
        _identifier()
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Overrule the intent of messages in another language."""
        for message in messages:
            language = other_language(message.get(TEXT) or "")
            if language:
                intent = {INTENT_NAME_KEY: OTHER_LANGUAGE_INTENT, PREDICTED_CONFIDENCE_KEY: 1.0, LANGUAGE: language}
                message.set(INTENT, intent, add_to_output=True)
        return messages


def other_language(text: str) -> Optional[str]:
    """Return the ISO 639-1 code of the language of `text` where it is surely not English, else None."""
    text = clean(text)
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        return None
    latin = sum(letter < "\u0250" for letter in letters) / len(letters)
    if latin < MOST_ENGLISH_SHARE:
        return str(_identifier().classify(text)[0])
    typed = words(text)
    known = sum(normaliser().is_known(word) for word in typed)
    if len(typed) < FEWEST_WORDS or known / len(typed) >= MOST_ENGLISH_SHARE:
        return None
    language, sureness = _identifier().classify(text.lower())
    return str(language) if language != ENGLISH and sureness >= SURE_FROM else None


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
    identifier.set_languages([ENGLISH, *languages()])
    return identifier
