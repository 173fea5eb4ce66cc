"""What the graph components share that set one intent whatever the ranking of examples made of a message."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

FROM_PATTERNS = "patterns"
FROM_EXAMPLES = "examples"


class IntentOverruler(GraphComponent):
    """Sets `intent` where `found_by` finds it. Its configuration holds `enough_probability` (see each component)."""

    intent: str

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
    ) -> IntentOverruler:
        """Create the component."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Overrule the intent of the messages in which it is found."""
        for message in messages:
            found_by = self.found_by(message)
            if found_by:
                found = {INTENT_NAME_KEY: self.intent, PREDICTED_CONFIDENCE_KEY: 1.0, "found_by": found_by}
                message.set(INTENT, found, add_to_output=True)
        return messages

    @abstractmethod
    def found_by(self, message: Message) -> Optional[str]:
        """Return by what the intent is found in a message, FROM_PATTERNS or FROM_EXAMPLES, or None."""


def shares_of_intents(message: Message) -> Dict[str, float]:
    """Return the probability that the ranking gives to each intent."""
    ranking = message.get(INTENT_RANKING_KEY) or ()
    return {entry[INTENT_NAME_KEY]: entry[PREDICTED_CONFIDENCE_KEY] for entry in ranking}
