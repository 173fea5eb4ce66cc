"""To answer, to ask or to admit: decided by what each costs when the probabilities are true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, NamedTuple, Sequence

# Where nearly all answers in sight cite the same section, the readings on offer are hardly another chance to be right.
LEAST_REST = 0.15


@dataclass(frozen=True)
class Costs:
    """What each outcome is worth, in units of a right answer (1). Measured choices (docs/understanding.md), set in config.yml.

    A wrong answer can cost a child a year, so it takes away two thirds of what a right one is worth. A question back is worth
    less than a right answer and costs patience when none of its readings is meant.
    """

    wrong_answer: float
    right_reading_offered: float
    no_reading_right: float


class Candidate(NamedTuple):
    """A label and its probability."""

    label: str
    probability: float


def decide(
    ranking: Sequence[Candidate],
    chance: float,
    sources: Mapping[str, frozenset[str]],
    costs: Costs,
    readings: int = 3,
) -> str:
    """Return "answer", "clarify" or "admit" for a ranking, best first.

    `chance` is how likely the first is right, or cites a section that the right one cites too (`sources`).
    """
    values = worths(ranking, chance, sources, costs, readings)
    if values["answer"] >= max(values["clarify"], 0.0):
        return "answer"
    return "clarify" if values["clarify"] > 0.0 else "admit"


def worths(
    ranking: Sequence[Candidate],
    chance: float,
    sources: Mapping[str, frozenset[str]],
    costs: Costs,
    readings: int = 3,
) -> dict[str, float]:
    """Return what each outcome is worth for a ranking, best first; admitting is worth 0."""
    first, *others = ranking
    own = sources.get(first.label, frozenset())
    is_stranger = [own.isdisjoint(sources.get(other.label, frozenset())) for other in others]
    kin = sum(other.probability for other, stranger in zip(others, is_stranger) if not stranger)
    rest = 1 - first.probability - kin
    near = sum(other.probability for other, stranger in zip(others[: readings - 1], is_stranger) if stranger)
    offered = chance + (1 - chance) * min(near / max(rest, LEAST_REST), 1.0)
    return {
        "answer": chance - (1 - chance) * costs.wrong_answer,
        "clarify": offered * costs.right_reading_offered - (1 - offered) * costs.no_reading_right,
        "admit": 0.0,
    }
