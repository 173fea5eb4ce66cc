"""From a ranking to what the guide does: answer, ask back, refuse or admit. A list of named adjustments, top to bottom.

The first decides by cost; each of the others changes what was decided before, or leaves it. What each is worth was measured:
docs/understanding.md. Which of them had the last word goes with the message, and `python -m bot explain` shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Mapping, Optional, Sequence

from bot.nlu.ranking.decision import Candidate, Costs, decide
from bot.nlu.ranking.features import FAQ_INTENT, OUT_OF_SCOPE_INTENT, URGENT_INTENT

# Where refusals together are this likely, the guide asks back rather than answers. Of 170 questions that no document answers
# it gave six wrong answers instead of nine; of 850 others three right ones became a question back.
MOST_DOUBT = 0.3


@dataclass(frozen=True)
class Ranked:
    """What a message was ranked as.

    `answers` and `refusals` are the labels of both kinds, likeliest first; `shares` the probability of each intent;
    `chance` how likely the first answer is right. `questions`: the answers to each of two questions in it. `missing`: the
    refusal where the likeliest answer lacks the very thing that is asked for. `is_unanchored`: it goes on from something, and
    nothing was said before.
    """

    answers: Sequence[Candidate]
    refusals: Sequence[Candidate]
    shares: Mapping[str, float]
    chance: float
    costs: Costs
    sources: Mapping[str, frozenset[str]]
    questions: Sequence[Candidate] = ()
    missing: Optional[str] = None
    is_unanchored: bool = False

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return max(self.shares, key=lambda intent: self.shares[intent])

    @property
    def asks(self) -> bool:
        """Whether it is a question for an answer, rather than something else."""
        return self.intent == FAQ_INTENT

    @property
    def is_doubtful(self) -> bool:
        """Whether refusals are likely enough to doubt an answer; two questions, each sure of its answer, are not doubted."""
        return self.shares.get(OUT_OF_SCOPE_INTENT, 0.0) >= MOST_DOUBT and not self.questions

    def by_cost(self) -> str:
        """Return "answer", "clarify" or "admit", by what each costs."""
        return decide(self.answers, self.chance, self.sources, self.costs)


@dataclass(frozen=True)
class Decided:
    """What is done: "answer", "clarify", "refuse" or "admit", or "as it is" for the intent itself; by which adjustment.

    `refusal` is the kind of a refusal that was not ranked.
    """

    outcome: str
    by: str
    refusal: Optional[str] = None
    passed: tuple[str, ...] = field(default=())


Adjustment = Callable[[Ranked, str], Optional[str]]


def cheapest(ranked: Ranked, outcome: str) -> Optional[str]:
    """A question ends as costs the least, its chances being what they are."""
    return ranked.by_cost() if ranked.asks else None


def two_questions(ranked: Ranked, outcome: str) -> Optional[str]:
    """Two questions, each sure of its answer, are both answered."""
    return "answer" if ranked.asks and ranked.questions else None


def doubt(ranked: Ranked, outcome: str) -> Optional[str]:
    """Where no document may hold the answer, the guide asks back rather than answers."""
    return "clarify" if ranked.asks and outcome == "answer" and ranked.is_doubtful else None


def unanchored(ranked: Ranked, outcome: str) -> Optional[str]:
    """What goes on from something that was not said here is asked back."""
    return "clarify" if ranked.asks and outcome == "answer" and ranked.is_unanchored else None


def likelier_refusal(ranked: Ranked, outcome: str) -> Optional[str]:
    """Where refusals are likely and the first of them is no less likely than the first answer, it is refused."""
    if not ranked.asks or not ranked.is_doubtful:
        return None
    return "refuse" if ranked.refusals[0].probability >= ranked.answers[0].probability else None


def missing_thing(ranked: Ranked, outcome: str) -> Optional[str]:
    """A price, a date or a number that the likeliest answer does not name is not answered with what it does name."""
    return "refuse" if ranked.asks and ranked.missing else None


def weak_intent(ranked: Ranked, outcome: str) -> Optional[str]:
    """Another intent that is not likely enough to be worth taking it for granted is asked back, or admitted. Danger never is."""
    if ranked.asks or ranked.intent == URGENT_INTENT:
        return None
    confidence = ranked.shares[ranked.intent]
    if confidence >= 0.5 * (1 - confidence) * ranked.costs.wrong_answer:
        return None
    return "clarify" if ranked.by_cost() == "clarify" else "admit"


AS_IT_IS = "as it is"
ADJUSTMENTS: tuple[Adjustment, ...] = (
    cheapest,
    two_questions,
    doubt,
    unanchored,
    likelier_refusal,
    missing_thing,
    weak_intent,
)


def decided(ranked: Ranked, adjustments: Sequence[Adjustment] = ADJUSTMENTS) -> Decided:
    """Return what is done with a message: each adjustment in turn may change it, the last that does has decided."""
    outcome, by = AS_IT_IS, "intent"
    passed: list[str] = []
    for adjustment in adjustments:
        changed = adjustment(ranked, outcome)
        if changed is not None:
            passed.append(adjustment.__name__)
            outcome, by = changed, adjustment.__name__
    refusal = ranked.missing if by == missing_thing.__name__ else None
    return Decided(outcome, by, refusal, tuple(passed))
