"""Graph component: urgent help comes before everything else in a message.

Patterns find it for certain and by themselves; the ranking of examples finds what they miss, and must be surer where
the words are of a calm kind. Neither can be switched off by data: this component comes last and overrules all others.
"""

from __future__ import annotations

from typing import Any, Dict, Optional

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.components.overruling import FROM_EXAMPLES, FROM_PATTERNS, IntentOverruler, shares_of_intents
from bot.nlu.ranking.features import DISTRESSED_INTENT, URGENT_INTENT
from bot.reading.calm_words import calm_kind
from bot.reading.danger import find_urgent
from bot.reading.plain_speech import plain
from bot.reading.text import clean

LEAST_BESIDE_DISTRESS = 0.05


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class UrgentHelpDetector(IntentOverruler):
    """Sets the intent `urgent_help`, whatever else the message asks."""

    intent = URGENT_INTENT

    def __init__(self, config: Dict[str, Any]) -> None:
        """Prefer `create`."""
        super().__init__(config)
        self._enough_in_calm_words = float(config["enough_in_calm_words"])

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`enough_probability`: the share of urgent help in the ranking that sets it off without a pattern.

        Low on purpose: a needless urgent reply costs a moment, a missed one can cost a child. `enough_in_calm_words`: the
        share that a message of a calm kind needs (`calm_words.calm_kind`: "she is not suicidal, just low, who can help").
        """
        return {"enough_probability": 0.4, "enough_in_calm_words": 0.95}

    def found_by(self, message: Message) -> Optional[str]:
        """Find it by patterns, or else by the ranking."""
        text = message.get(TEXT)
        if text and find_urgent(clean(text)):
            return FROM_PATTERNS
        shares = shares_of_intents(message)
        urgent = shares.get(URGENT_INTENT, 0.0)
        # Despair is near danger: where a message is mostly one, the rest of the ranking decides on the other.
        beside_distress = urgent / max(1 - shares.get(DISTRESSED_INTENT, 0.0), urgent, 1e-6)
        if urgent < self._enough and (urgent < LEAST_BESIDE_DISTRESS or beside_distress < self._enough):
            return None
        if text and urgent < self._enough_in_calm_words and calm_kind(plain(clean(text))):
            return None
        return FROM_EXAMPLES
