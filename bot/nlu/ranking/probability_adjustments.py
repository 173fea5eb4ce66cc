"""From the views' probabilities to those a message is decided by. A list of named adjustments, top to bottom.

Each changes the reading before it, or leaves it. What each is worth was measured: docs/understanding.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.guidance.answers import Answer
from bot.nlu.ranking.features import AMBIGUOUS_INTENT, FAQ_INTENT, OUT_OF_SCOPE_INTENT
from bot.reading.context import CORRECTION, STRONG

# How much of a follow-up's meaning comes from the turn before, and how much likelier its answer is near the one before.
CONTEXT_SHARE = {STRONG: 0.6, CORRECTION: 0.7}
WEAK_CONTEXT_SHARE = 0.35
KIN_OF_PREVIOUS = 2.5
# How likely the answer just given still is: to somebody who goes on asking, and to somebody who corrects what was understood.
PREVIOUS_AGAIN = 0.6
CORRECTED_AWAY = 0.05
# What a follow-up may look like by itself ("then what"); anything else that is likely stands by itself.
_FAQ_PREFIX = f"{FAQ_INTENT}/"
_MAY_FOLLOW_ON = (_FAQ_PREFIX, OUT_OF_SCOPE_INTENT, AMBIGUOUS_INTENT, "ask_what_can_you_do")
_SMALL = 1e-6


@dataclass(frozen=True)
class Reading:
    """How a message was read: the probability of each of the ranker's labels, and the views' scores behind them."""

    probabilities: NDArray[Any]
    scores: NDArray[Any]

    def times(self, factors: NDArray[Any]) -> Reading:
        """Return the reading with each label so many times as likely."""
        probabilities = self.probabilities * factors
        return Reading(probabilities / probabilities.sum(), self.scores)


class Labels:
    """The ranker's labels and the answers that they stand for."""

    def __init__(self, labels: Sequence[str], answers: Mapping[str, Answer]) -> None:
        self.labels = list(labels)
        self.answers = answers

    def where(self, is_meant: Callable[[Answer], bool], factor: float) -> NDArray[Any]:
        """Return `factor` for the labels of the answers that are meant, 1 for all others."""
        factors = np.ones(len(self.labels))
        for place, answer in self._of_answers:
            if is_meant(answer):
                factors[place] = factor
        return factors

    @cached_property
    def _of_answers(self) -> list[tuple[int, Answer]]:
        return list(self._found())

    def _found(self) -> Iterator[tuple[int, Answer]]:
        for place, label in enumerate(self.labels):
            answer = self.answers.get(label.partition("/")[2]) if label.startswith(_FAQ_PREFIX) else None
            if answer:
                yield place, answer


@dataclass(frozen=True)
class ReadInContext:
    """A message that leans on the turn before: how, which answer that gave, and both readings.

    `alone`: the message by itself. `together`: with what it leans on before it.
    """

    labels: Labels
    how: str
    given: Optional[Answer]
    alone: Reading
    together: Reading

    @property
    def share(self) -> float:
        """How much of the meaning comes from the turn before."""
        return CONTEXT_SHARE.get(self.how, WEAK_CONTEXT_SHARE)

    def leaned(self, factors: NDArray[Any]) -> NDArray[Any]:
        """Return factors as strong as the message leans."""
        return np.asarray(factors ** min(self.share * 1.5, 1.0))


Adjustment = Callable[[ReadInContext, Reading], Optional[Reading]]


def pooled_context(follow_up: ReadInContext, reading: Reading) -> Optional[Reading]:
    """What leans on the turn before is read by itself and together with that; both readings count."""
    share = follow_up.share
    pooled = np.log(reading.probabilities + _SMALL) * (1 - share)
    pooled += np.log(follow_up.together.probabilities + _SMALL) * share
    shares = np.exp(pooled - pooled.max())
    return Reading(shares / shares.sum(), follow_up.together.scores)


def kin_of_previous(follow_up: ReadInContext, reading: Reading) -> Optional[Reading]:
    """What belongs with the answer before, by subject, by its editor's word or by its sources, is likelier."""
    given = follow_up.given
    if not given:
        return None
    kin = follow_up.labels.where(lambda answer: answer.id != given.id and are_kin(answer, given), KIN_OF_PREVIOUS)
    return reading.times(follow_up.leaned(kin))


def previous_again(follow_up: ReadInContext, reading: Reading) -> Optional[Reading]:
    """The answer just given is hardly what somebody wants who goes on asking, and less still what a correction turns away from."""
    given = follow_up.given
    if not given:
        return None
    factor = CORRECTED_AWAY if follow_up.how == CORRECTION else PREVIOUS_AGAIN
    return reading.times(follow_up.leaned(follow_up.labels.where(lambda answer: answer.id == given.id, factor)))


def stands_by_itself(follow_up: ReadInContext, reading: Reading) -> Optional[Reading]:
    """Talk about the conversation ("thanks") stands by itself, whatever was said before."""
    alone = follow_up.alone
    top = follow_up.labels.labels[int(np.argmax(alone.probabilities))]
    return alone if not top.startswith(_MAY_FOLLOW_ON) and alone.probabilities.max() > 0.5 else None


def are_kin(answer: Answer, other: Answer) -> bool:
    """Tell whether an answer belongs with another: it shares its subject or a source, or is named as related to it."""
    return answer.topic == other.topic or answer.id in other.related or bool(set(answer.sources) & set(other.sources))


ADJUSTMENTS: tuple[Adjustment, ...] = (
    pooled_context,
    kin_of_previous,
    previous_again,
    stands_by_itself,
)


def adjusted_follow_up(follow_up: ReadInContext, adjustments: Sequence[Adjustment] = ADJUSTMENTS) -> Reading:
    """Return how a follow-up is read after each adjustment in turn, from the message by itself on."""
    reading = follow_up.alone
    for adjustment in adjustments:
        reading = adjustment(follow_up, reading) or reading
    return reading
