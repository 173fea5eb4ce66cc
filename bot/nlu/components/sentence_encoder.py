"""Graph component: the message's sentence vector, for our selector and for any of Rasa's own classifiers."""

from __future__ import annotations

import sys
from typing import Any, Dict, Iterable, List

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tqdm import tqdm

from bot.encoder.encoder import sentence_encoder
from bot.encoder.vectors import Vectors
from bot.nlu.ranking.features import (
    CONTEXT,
    CONTEXT_VECTOR,
    NORMALISED,
    PARTS,
    QUESTION_VECTORS,
    QUESTIONS,
    SHORTENED,
    VECTORS,
)
from bot.reading.long_texts import CONTEXT_TOKENS, MOST_TOKENS, most_telling, shortened


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(GraphComponent):
    """Adds one dense sentence feature (768 numbers, unit length) and keeps the vectors of the message's parts."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoderFeaturizer:
        """Create the component and load the encoder; raise EncoderMissing where set-up has not been run."""
        sentence_encoder()
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode the training examples, each text once in its life: vectors are kept by the text's hash."""
        messages = [message for message in training_data.training_examples if message.get(NORMALISED)]
        texts = [text for message in messages for text in _texts(message)]
        vectors = iter(sentence_encoder().encode_stored(texts, progress=_progress_bar))
        for message in messages:
            self._add(message, np.stack([next(vectors) for _ in _texts(message)]))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Encode messages."""
        for message in messages:
            if message.get(NORMALISED):
                _bring_into_budget(message)
                own, questions = _texts(message), message.get(QUESTIONS) or []
                context = [message.get(CONTEXT)] if message.get(CONTEXT) else []
                vectors = sentence_encoder().encode([*own, *questions, *context])
                self._add(message, vectors[: len(own)])
                message.set(QUESTION_VECTORS, vectors[len(own) : len(own) + len(questions)])
                if context:
                    message.set(CONTEXT_VECTOR, vectors[-1])
        return messages

    def _add(self, message: Message, vectors: NDArray[Any]) -> None:
        vectors = Vectors.of(vectors)
        message.set(VECTORS, vectors)
        message.add_features(Features(vectors[:1], FEATURE_TYPE_SENTENCE, TEXT, self.__class__.__name__))


def _texts(message: Message) -> List[str]:
    return [message.get(SHORTENED) or message.get(NORMALISED), *message.get(PARTS)]


def _bring_into_budget(message: Message) -> None:
    """Choose what of a long message is encoded: the whole, as far as it goes, then its questions and parts."""
    tokens = sentence_encoder().tokens
    whole, parts = message.get(NORMALISED), message.get(PARTS) or []
    questions, context = message.get(QUESTIONS) or [], message.get(CONTEXT)
    texts = [whole, *parts, *questions, *([context] if context else [])]
    if sum(tokens(texts)) <= MOST_TOKENS:
        return
    left = MOST_TOKENS
    if context:
        message.set(CONTEXT, shortened(context, CONTEXT_TOKENS, tokens))
        left -= tokens([message.get(CONTEXT)])[0]
    message.set(SHORTENED, shortened(whole, left, tokens))
    left -= tokens([message.get(SHORTENED)])[0]
    kept = most_telling(questions, left, tokens)
    message.set(QUESTIONS, [questions[place] for place in sorted(kept)])
    left -= sum(tokens(message.get(QUESTIONS)))
    kept = most_telling(parts, left, tokens)
    message.set(PARTS, [parts[place] for place in sorted(kept)])


def _progress_bar(batches: Iterable[Any]) -> Iterable[Any]:
    bar: Iterable[Any] = tqdm(batches, desc="Encoding new examples", unit="batch", file=sys.stderr)
    return bar
