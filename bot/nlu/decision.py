"""To answer, to ask or to admit: decided by what each costs when the probabilities are true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence


@dataclass(frozen=True)
class Costs:
    """What each outcome is worth, in units of a right answer (1). Measured choices: docs/understanding.md.

    A wrong answer can cost a child a year, so it weighs more than a right one. A question back is worth
    less than a right answer and costs patience when none of its readings is meant.
    """

    wrong_answer: float = 0.6
    right_reading_offered: float = 0.5
    no_reading_right: float = 0.35
    kin: float = 0.75


@dataclass(frozen=True)
class Candidate:
    """A label and its calibrated probability."""

    label: str
    probability: float


def decide(
    ranking: Sequence[Candidate], sources: Mapping[str, frozenset[str]], costs: Costs = Costs(), readings: int = 3
) -> str:
    """Return "answer", "clarify" or "admit" for a ranking, best first.

    `sources` gives the sections each answer cites. An answer that cites a section the right one cites
    too is seldom wrong, so such kin count in part towards the first answer's chance of being right.
    """
    values = worths(ranking, sources, costs, readings)
    if values["answer"] >= max(values["clarify"], 0.0):
        return "answer"
    return "clarify" if values["clarify"] > 0.0 else "admit"


def worths(
    ranking: Sequence[Candidate], sources: Mapping[str, frozenset[str]], costs: Costs = Costs(), readings: int = 3
) -> dict[str, float]:
    """Return what each outcome is worth for a ranking, best first; admitting is worth 0."""
    first = ranking[0]
    own = sources.get(first.label, frozenset())
    kin = sum(other.probability for other in ranking[1:] if own & sources.get(other.label, frozenset()))
    chance = min(first.probability + costs.kin * kin, 1.0)
    worth_answering = chance - (1 - chance) * costs.wrong_answer
    offered = sum(candidate.probability for candidate in ranking[:readings] if candidate.label in sources)
    worth_asking = offered * costs.right_reading_offered - (1 - offered) * costs.no_reading_right
    return {"answer": worth_answering, "clarify": worth_asking, "admit": 0.0}
