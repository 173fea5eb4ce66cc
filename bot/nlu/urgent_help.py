"""Graph component: urgent help comes before everything else in a message.

Patterns find it for certain and by themselves; the ranking of examples finds what they miss. Neither
can be switched off by data: patterns are code, and this component comes last and overrules all others.
"""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.features import DISTRESSED_INTENT, URGENT_INTENT
from bot.nlu.text import clean
from bot.nlu.urgent_patterns import find_urgent

LEAST_BESIDE_DISTRESS = 0.05
FROM_PATTERNS = "patterns"
FROM_EXAMPLES = "examples"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class UrgentHelpDetector(GraphComponent):
    """Sets the intent `urgent_help`, whatever else the message asks."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`enough_probability`: the share of urgent help in the ranking that sets it off without a pattern.

        Low on purpose: a needless urgent reply costs a moment, a missed one can cost a child.
        """
        return {"enough_probability": 0.4}

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
    ) -> UrgentHelpDetector:
        """Create the detector."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Overrule the intent of messages that need urgent help."""
        for message in messages:
            found_by = self._found_by(message)
            if found_by:
                intent = {INTENT_NAME_KEY: URGENT_INTENT, PREDICTED_CONFIDENCE_KEY: 1.0, "found_by": found_by}
                message.set(INTENT, intent, add_to_output=True)
        return messages

    def _found_by(self, message: Message) -> str | None:
        text = message.get(TEXT)
        if text and find_urgent(clean(text)):
            return FROM_PATTERNS
        shares = {
            entry[INTENT_NAME_KEY]: entry[PREDICTED_CONFIDENCE_KEY] for entry in message.get(INTENT_RANKING_KEY) or ()
        }
        urgent = shares.get(URGENT_INTENT, 0.0)
        # Despair is near danger: where a message is mostly one, the rest of the ranking decides on the other.
        beside_distress = urgent / max(1 - shares.get(DISTRESSED_INTENT, 0.0), urgent, 1e-6)
        if urgent >= self._enough or (urgent >= LEAST_BESIDE_DISTRESS and beside_distress >= self._enough):
            return FROM_EXAMPLES
        return None
