"""Graph component: a message in plain words, whole and in its sentences."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.guidance.answers import load_answers
from bot.nlu.process.action_calls import call_actions_cheaply
from bot.nlu.process.quiet_logs import keep_texts_out_of_logs
from bot.nlu.process.turn_deadline import keep_to_the_deadline
from bot.nlu.ranking.features import CONTEXT, FOLLOW_UP, NORMALISED, PARTS, QUESTIONS
from bot.reading.bounds import bounded
from bot.reading.context import STRONG, Previous, follow_up_of, in_context, previous_turn, questions_in
from bot.reading.text import normaliser, plain, plain_words

# The pipeline's first component is what every Rasa process imports.
call_actions_cheaply()
keep_texts_out_of_logs()
keep_to_the_deadline()


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
        """Normalise the training examples; a follow-up is learnt with the answer before it."""
        for message in training_data.training_examples:
            self._write(message)
            context = message.get(CONTEXT)
            if context:
                message.set(PARTS, [message.get(NORMALISED)])
                message.set(NORMALISED, context)
                message.set(CONTEXT, None)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Normalise messages."""
        for message in messages:
            self._write(message)
            message.set(QUESTIONS, self._questions(message))
        return messages

    def _questions(self, message: Message) -> List[str]:
        """Return each question of a message that asks several; what leans on the turn before brings that along."""
        previous = previous_turn(message.get("metadata"))
        questions = []
        for question in questions_in(message.get(TEXT) or ""):
            follow_up = follow_up_of(normaliser()(question)) if previous else None
            if previous and follow_up and follow_up.kind == STRONG:
                question = in_context(follow_up, previous, _question_of(previous))
            questions.append(plain(question))
        return questions

    def _write(self, message: Message) -> None:
        text = message.get(TEXT)
        if not text:
            return
        text = bounded(text)
        message.set(TEXT, text)
        whole, parts = plain_words(text)
        message.set(NORMALISED, whole)
        message.set(PARTS, parts)
        previous = previous_turn(message.get("metadata"))
        follow_up = follow_up_of(normaliser()(text)) if previous else None
        if previous and follow_up:
            message.set(FOLLOW_UP, follow_up.kind)
            message.set(CONTEXT, plain(in_context(follow_up, previous, _question_of(previous))))


def _question_of(previous: Previous) -> Optional[str]:
    given = load_answers().get(previous.answer or "")
    return given.question if given else None
