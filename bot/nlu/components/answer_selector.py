"""Graph component: the answer that a message asks for, or the other intent it has, with calibrated probabilities.

Writes `intent`, `intent_ranking` and `response_selector` in the shape of Rasa's own classifier and
ResponseSelector, so that `rasa test`, trackers and other tools understand them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Sequence

import numpy as np
from numpy.typing import NDArray
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

from bot.encoder.encoder import sentence_encoder
from bot.guidance.answers import load_answers
from bot.guidance.briefs import briefs
from bot.nlu.ranking import outcome_adjustments, probability_adjustments
from bot.nlu.ranking.decision import Candidate, Costs
from bot.nlu.ranking.examples import Example, Passage, Utterance
from bot.nlu.ranking.features import (
    AMBIGUOUS_INTENT,
    CONTEXT,
    CONTEXT_VECTOR,
    FALLBACK_INTENT,
    FAQ_INTENT,
    FOLLOW_UP,
    NORMALISED,
    OUT_OF_SCOPE_INTENT,
    PARTS,
    QUESTION_VECTORS,
    QUESTIONS,
    UNDERSTANDING,
    VECTORS,
    WRITER,
)
from bot.nlu.ranking.outcome_adjustments import Ranked, decided
from bot.nlu.ranking.probability_adjustments import Labels, ReadInContext, Reading, adjusted_follow_up
from bot.nlu.ranking.ranker import Ranker
from bot.reading.asking import asks_for_service, missing_thing
from bot.reading.context import lacks_context, previous_turn
from bot.reading.text import normaliser

RANKING_LENGTH = 10
# Two questions in one message: each must be this likely by itself to get an answer of its own.
SURE_OF_EACH = 0.5
MOST_ANSWERS = 2
_FAQ_PREFIX = f"{FAQ_INTENT}/"
_INTENTS_OF_OUTCOMES = {
    "answer": FAQ_INTENT,
    "clarify": AMBIGUOUS_INTENT,
    "refuse": OUT_OF_SCOPE_INTENT,
    "admit": FALLBACK_INTENT,
}


@dataclass(frozen=True)
class Adjustments:
    """The adjustments that a selector makes: all of them, but where the worth of each is measured."""

    of_follow_ups: Sequence[probability_adjustments.Adjustment] = probability_adjustments.ADJUSTMENTS
    of_outcomes: Sequence[outcome_adjustments.Adjustment] = outcome_adjustments.ADJUSTMENTS


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AnswerSelector(GraphComponent):
    """Ranks every answer and every other intent for a message, then answers, asks or admits by cost."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The costs of each outcome (see `bot.nlu.ranking.decision.Costs`)."""
        return {"costs": {}}

    def __init__(
        self, config: Dict[str, Any], storage: ModelStorage, resource: Resource, ranker: Optional[Ranker] = None
    ) -> None:
        """Prefer `create` and `load`."""
        self.costs = Costs(**config["costs"])
        self._storage = storage
        self._resource = resource
        self.ranker = ranker
        self._places_of_intents: Dict[str, NDArray[Any]] = {}
        self._answers = load_answers()
        self.adjustments = Adjustments()
        self.sources = sources_of_answers()

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
            return cls(config, model_storage, resource, Ranker.load(Path(folder), sources_of_answers()))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the views, their weights and so the calibration; keep them as npz and JSON."""
        examples = [
            Example(utterance_of(message), label_of(message), writer_of(message))
            for message in training_data.intent_examples
            if message.get(NORMALISED)
        ]
        self.ranker = Ranker.fit(examples, answer_passages(), self.sources, progress=_progress_bar)
        with self._storage.write_to(self._resource) as folder:
            self.ranker.save(Path(folder))
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Write intent, ranking and chosen answer into the messages."""
        for message in messages:
            if self.ranker is None or not message.get(NORMALISED):
                message.set(
                    INTENT, {INTENT_NAME_KEY: FALLBACK_INTENT, PREDICTED_CONFIDENCE_KEY: 1.0}, add_to_output=True
                )
                continue
            self._write(message, self.read(message))
        return messages

    def read(self, message: Message) -> Reading:
        """Return how a message is read, the turn before taken in where it leans on that."""
        alone = self._read(utterance_of(message))
        context, previous = message.get(CONTEXT), previous_turn(message.get("metadata"))
        if not context or not previous:
            return alone
        vectors = np.stack([message.get(CONTEXT_VECTOR), message.get(VECTORS)[0]])
        together = self._read(Utterance(vectors, (context, message.get(NORMALISED))))
        given = self._answers.get(previous.answer or "")
        follow_up = ReadInContext(self._labels, message.get(FOLLOW_UP), given, alone, together)
        return adjusted_follow_up(follow_up, self.adjustments.of_follow_ups)

    @cached_property
    def _labels(self) -> Labels:
        assert self.ranker is not None
        return Labels(self.ranker.labels, self._answers)

    def _read(self, utterance: Utterance) -> Reading:
        """Read an utterance by itself."""
        return self._read_each([utterance])[0]

    def _read_each(self, utterances: Sequence[Utterance]) -> List[Reading]:
        """Read each utterance by itself."""
        assert self.ranker is not None
        scored = self.ranker.views.score_many(utterances)
        return [Reading(self.ranker.probabilities(scores), scores) for scores in scored]

    def ranked(self, message: Message, reading: Reading) -> Ranked:
        """Return what a message was ranked as, for the adjustments to decide on."""
        assert self.ranker is not None
        probabilities = reading.probabilities
        answers = self._candidates(FAQ_INTENT, probabilities)
        shares = {intent: float(probabilities[places].sum()) for intent, places in self._places().items()}
        ranked = Ranked(
            answers,
            self._candidates(OUT_OF_SCOPE_INTENT, probabilities),
            shares,
            self.ranker.chance(probabilities, reading.scores),
            self.costs,
            self.sources,
        )
        if not ranked.asks:
            return ranked
        missing = self._missing_thing(message, answers)
        return replace(
            ranked,
            questions=() if missing else self._answers_of_questions(message, answers),
            missing=missing,
            is_unanchored=self._lacks_context(message),
        )

    def _write(self, message: Message, reading: Reading) -> None:
        ranked = self.ranked(message, reading)
        done = decided(ranked, self.adjustments.of_outcomes)
        intent = _INTENTS_OF_OUTCOMES.get(done.outcome, ranked.intent)
        confidence = ranked.chance if ranked.asks and not done.refusal else ranked.shares[ranked.intent]
        refusals = list(ranked.refusals)
        if done.refusal:
            refusals.insert(0, Candidate(f"{OUT_OF_SCOPE_INTENT}/{done.refusal}", ranked.chance))
        ranking = sorted(ranked.shares.items(), key=lambda item: -item[1])
        message.set(INTENT, {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}, add_to_output=True)
        message.set(
            INTENT_RANKING_KEY,
            [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: share} for name, share in ranking],
            add_to_output=True,
        )
        selected = {
            **_selection(ranked.answers, ranked.chance),
            "questions": _entries(ranked.questions),
            "service_wanted": asks_for_service(message.get(NORMALISED)),
        }
        message.set(
            RESPONSE_SELECTOR,
            {FAQ_INTENT: selected, OUT_OF_SCOPE_INTENT: _selection(refusals, confidence)},
            add_to_output=True,
        )
        understanding = {
            "chance": round(ranked.chance, 3),
            "decided": {"outcome": done.outcome, "by": done.by, "passed": list(done.passed)},
            "in_context": bool(message.get(CONTEXT)),
        }
        message.set(UNDERSTANDING, understanding, add_to_output=True)

    @staticmethod
    def _lacks_context(message: Message) -> bool:
        return not message.get(CONTEXT) and lacks_context(message.get(NORMALISED))

    def _places(self) -> Dict[str, NDArray[Any]]:
        """Return the places of each intent's labels among the ranker's."""
        assert self.ranker is not None
        if not self._places_of_intents:
            of_intent: Dict[str, List[int]] = {FAQ_INTENT: [], OUT_OF_SCOPE_INTENT: []}
            for place, label in enumerate(self.ranker.labels):
                of_intent.setdefault(label.split("/")[0], []).append(place)
            self._places_of_intents = {intent: np.array(places, int) for intent, places in of_intent.items()}
        return self._places_of_intents

    def _candidates(self, intent: str, probabilities: NDArray[Any]) -> List[Candidate]:
        """Return the labels of a retrieval intent with their probabilities, likeliest first."""
        assert self.ranker is not None
        places = self._places()[intent]
        places = places[np.argsort(-probabilities[places])]
        return [
            Candidate(self.ranker.labels[place], share)
            for place, share in zip(places.tolist(), probabilities[places].tolist())
        ]

    def _missing_thing(self, message: Message, answers: List[Candidate]) -> Optional[str]:
        """Return the kind of refusal where the message asks for, say, a price that the likeliest answer does not name."""
        answer = self._answers[answers[0].label.partition("/")[2]]
        texts = " ".join(filter(None, [answer.text, answer.professional, briefs().get(answer.sources[0])]))
        missing = missing_thing(message.get(NORMALISED), texts)
        return missing.refusal if missing else None

    def _answers_of_questions(self, message: Message, whole: List[Candidate]) -> List[Candidate]:
        """Return the answers to each of two questions in one message, in order; nothing where one answer is meant.

        Each question must be sure of its answer by itself, and the message as a whole must agree with one of them.
        """
        assert self.ranker is not None
        texts, vectors = message.get(QUESTIONS) or [], message.get(QUESTION_VECTORS)
        found: List[Candidate] = []
        asked = zip(texts, vectors if vectors is not None else ())
        for reading in self._read_each([Utterance(vector[None, :], (text,)) for text, vector in asked]):
            label = self.ranker.labels[int(np.argmax(reading.probabilities))]
            chance = self.ranker.chance(reading.probabilities, reading.scores)
            sure = chance >= SURE_OF_EACH and label.startswith(_FAQ_PREFIX)
            if sure and label not in [other.label for other in found]:
                found.append(Candidate(label, chance))
        likely = {candidate.label for candidate in whole[:3]}
        if len(found) < MOST_ANSWERS or not likely & {candidate.label for candidate in found}:
            return []
        surest = sorted(found, key=lambda candidate: -candidate.probability)[:MOST_ANSWERS]
        return [candidate for candidate in found if candidate in surest]


def utterance_of(message: Message) -> Utterance:
    """Return the message as the ranker sees it."""
    return Utterance(np.asarray(message.get(VECTORS)), (message.get(NORMALISED), *message.get(PARTS)))


def label_of(message: Message) -> str:
    """Return `faq/<id>` for an example of an answer, else the intent's name."""
    return str(message.get(INTENT_RESPONSE_KEY) or message.get(INTENT))


def writer_of(message: Message) -> str:
    """Return whose voice an example is in; examples without one share a voice."""
    metadata = message.get("metadata") or {}
    return str((metadata.get("intent") or {}).get(WRITER) or "unknown")


def sources_of_answers() -> Dict[str, frozenset[str]]:
    """Return the sections that each answer cites, by its label."""
    return {f"{_FAQ_PREFIX}{answer.id}": frozenset(answer.sources) for answer in load_answers().values()}


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


def _selection(candidates: Sequence[Candidate], confidence: float) -> Dict[str, Any]:
    """Return what Rasa's ResponseSelector would write for these candidates, best first; `confidence` is the first's."""
    ranking = _entries(candidates[:RANKING_LENGTH])
    best = ranking[0] if ranking else {INTENT_RESPONSE_KEY: None}
    return {
        "response": {
            "responses": [],
            "confidence": confidence,
            INTENT_RESPONSE_KEY: best[INTENT_RESPONSE_KEY],
            "utter_action": f"utter_{best[INTENT_RESPONSE_KEY]}",
        },
        "ranking": ranking,
    }


def _entries(candidates: Sequence[Candidate]) -> List[Dict[str, Any]]:
    return [{"confidence": candidate.probability, INTENT_RESPONSE_KEY: candidate.label} for candidate in candidates]


def _progress_bar(steps: Iterable[Any]) -> Iterable[Any]:
    bar: Iterable[Any] = tqdm(steps, desc="Learning which answer is meant", file=sys.stderr)
    return bar
