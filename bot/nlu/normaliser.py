"""Graph component: a message in plain words, whole and in its sentences."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.action_schema import check_schema_once
from bot.nlu.features import NORMALISED, PARTS
from bot.nlu.text import normaliser, sentences

check_schema_once()  # the pipeline's first component is what every Rasa process imports

LONG_MESSAGE_WORDS = 30
SHORTEST_PART_WORDS = 3
MOST_PARTS = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MessageNormaliser(GraphComponent):
    """Writes the normalised message, and its sentences where it is a long story, into the message."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageNormaliser:
        """Create the component."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Normalise the training examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Normalise messages."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                whole, parts = plain_words(text)
                message.set(NORMALISED, whole)
                message.set(PARTS, parts)
        return messages


def plain_words(text: str) -> tuple[str, list[str]]:
    """Return the normalised text and, for a long story of several sentences, each sentence by itself.

    The question of a story may be one sentence of eight, which the whole message drowns.
    """
    normalise = normaliser()
    whole = normalise.expand(normalise(text))
    if len(text.split()) <= LONG_MESSAGE_WORDS:
        return whole, []
    parts = [normalise.expand(normalise(part)) for part in sentences(text)]
    parts = [part for part in parts if len(part.split()) >= SHORTEST_PART_WORDS]
    return whole, parts[-MOST_PARTS:] if len(parts) > 1 else []
