"""Graph component: the answer that a message asks for, or the other intent it has, with calibrated probabilities.

Writes `intent`, `intent_ranking` and `response_selector` in the shape of Rasa's own classifier and
ResponseSelector, so that `rasa test`, trackers and other tools understand them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    INTENT_RESPONSE_KEY,
    PREDICTED_CONFIDENCE_KEY,
    RESPONSE_SELECTOR,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tqdm import tqdm

from bot.guidance.answers import load_answers
from bot.nlu.decision import Candidate, Costs, decide
from bot.nlu.encoder import sentence_encoder
from bot.nlu.features import (
    AMBIGUOUS_INTENT,
    FALLBACK_INTENT,
    FAQ_INTENT,
    NORMALISED,
    PARTS,
    URGENT_INTENT,
    VECTORS,
    WRITER,
)
from bot.nlu.ranking import Example, Passage, Ranker, Utterance
from bot.nlu.text import normaliser

RANKING_LENGTH = 10
_FAQ_PREFIX = f"{FAQ_INTENT}/"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AnswerSelector(GraphComponent):
    """Ranks every answer and every other intent for a message, then answers, asks or admits by cost."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The costs of each outcome (see `bot.nlu.decision.Costs`)."""
        return {"costs": {}}

    def __init__(
        self, config: Dict[str, Any], storage: ModelStorage, resource: Resource, ranker: Optional[Ranker] = None
    ) -> None:
        """Prefer `create` and `load`."""
        self._costs = Costs(**config["costs"])
        self._storage = storage
        self._resource = resource
        self._ranker = ranker
        self._sources = _sources_of_answers()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AnswerSelector:
        """Create an untrained selector."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> AnswerSelector:
        """Load a trained selector."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Ranker.load(Path(folder)))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the views, their weights and so the calibration; keep them as npz and JSON."""
        examples = [
            Example(utterance_of(message), label_of(message), writer_of(message))
            for message in training_data.intent_examples
            if message.get(NORMALISED)
        ]
        other = frozenset(example.label for example in examples if not example.label.startswith(_FAQ_PREFIX))
        self._ranker = Ranker.fit(examples, answer_passages(), other, progress=_progress_bar)
        with self._storage.write_to(self._resource) as folder:
            self._ranker.save(Path(folder))
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Write intent, ranking and chosen answer into the messages."""
        for message in messages:
            if self._ranker is None or not message.get(NORMALISED):
                message.set(
                    INTENT, {INTENT_NAME_KEY: FALLBACK_INTENT, PREDICTED_CONFIDENCE_KEY: 1.0}, add_to_output=True
                )
                continue
            probabilities = self._ranker.rank(utterance_of(message))
            self._write(message, probabilities)
        return messages

    def _write(self, message: Message, probabilities: np.ndarray) -> None:
        assert self._ranker is not None
        labels = self._ranker.labels
        order = np.argsort(-probabilities)
        answers = [Candidate(labels[i], float(probabilities[i])) for i in order if labels[i].startswith(_FAQ_PREFIX)]
        intents: Dict[str, float] = {FAQ_INTENT: 0.0}
        for label, probability in zip(labels, probabilities):
            intent = label.split("/")[0]
            intents[intent] = intents.get(intent, 0.0) + float(probability)
        ranking = sorted(intents.items(), key=lambda item: -item[1])
        best = Candidate(labels[order[0]], float(probabilities[order[0]]))
        intent, confidence = best.label.split("/")[0], best.probability
        if intent == FAQ_INTENT or ranking[0][0] == FAQ_INTENT:
            outcome = decide(answers, self._sources, self._costs)
            confidence = answers[0].probability
            intent = {"answer": FAQ_INTENT, "clarify": AMBIGUOUS_INTENT, "admit": FALLBACK_INTENT}[outcome]
        elif confidence < 0.5 * (1 - confidence) * self._costs.wrong_answer and intent != URGENT_INTENT:
            outcome = decide(answers, self._sources, self._costs)
            intent = AMBIGUOUS_INTENT if outcome == "clarify" else FALLBACK_INTENT
        message.set(INTENT, {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}, add_to_output=True)
        message.set(
            INTENT_RANKING_KEY,
            [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: share} for name, share in ranking],
            add_to_output=True,
        )
        message.set(RESPONSE_SELECTOR, {FAQ_INTENT: _selection(answers)}, add_to_output=True)


def utterance_of(message: Message) -> Utterance:
    """Return the message as the ranker sees it."""
    return Utterance(message.get(VECTORS), (message.get(NORMALISED), *message.get(PARTS)))


def label_of(message: Message) -> str:
    """Return `faq/<id>` for an example of an answer, else the intent's name."""
    return message.get(INTENT_RESPONSE_KEY) or message.get(INTENT)


def writer_of(message: Message) -> str:
    """Return whose voice an example is in; examples without one share a voice."""
    metadata = message.get("metadata") or {}
    return str((metadata.get("intent") or {}).get(WRITER) or "unknown")


def answer_passages() -> List[Passage]:
    """Return the answers' own words as passages: question, title and situation, then each paragraph."""
    normalise = normaliser()
    pieces = [
        (f"{_FAQ_PREFIX}{answer.id}", normalise.expand(normalise(piece)))
        for answer in load_answers().values()
        for piece in (answer.question, answer.title, answer.situation, *answer.text.split("\n\n"))
    ]
    vectors = sentence_encoder().encode_stored([text for _, text in pieces], progress=_progress_bar)
    return [Passage(vector, text, label) for (label, text), vector in zip(pieces, vectors)]


def _sources_of_answers() -> Dict[str, frozenset]:
    return {f"{_FAQ_PREFIX}{answer.id}": frozenset(answer.sources) for answer in load_answers().values()}


def _selection(answers: List[Candidate]) -> Dict[str, Any]:
    """Return what Rasa's ResponseSelector would write for these candidates, best first."""
    ranking = [
        {"confidence": answer.probability, INTENT_RESPONSE_KEY: answer.label} for answer in answers[:RANKING_LENGTH]
    ]
    best = ranking[0] if ranking else {"confidence": 0.0, INTENT_RESPONSE_KEY: None}
    return {
        "response": {
            "responses": [],
            "confidence": best["confidence"],
            INTENT_RESPONSE_KEY: best[INTENT_RESPONSE_KEY],
            "utter_action": f"utter_{best[INTENT_RESPONSE_KEY]}",
        },
        "ranking": ranking,
    }


def _progress_bar(steps: Iterable) -> Iterable:
    return tqdm(steps, desc="Learning which answer is meant", file=sys.stderr)
