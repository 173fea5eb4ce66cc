"""From the views' probabilities to those that are decided by: each adjustment by itself, and all of them in their order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from bot.nlu.ranking.probability_adjustments import (
    ADJUSTMENTS,
    Labels,
    ReadInContext,
    Reading,
    adjusted_follow_up,
    kin_of_previous,
    pooled_context,
    previous_again,
    stands_by_itself,
)
from bot.reading.context import CORRECTION, STRONG, WEAK


@dataclass(frozen=True)
class Written:
    """As much of an answer as the adjustments look at."""

    id: str
    topic: str
    sources: list[str]
    related: list[str] = field(default_factory=list)


GIVEN = Written("given", "plans", ["guide#plans"], related=["related"])
ANSWERS = {
    answer.id: answer
    for answer in (
        GIVEN,
        Written("same-topic", "plans", ["guide#time"]),
        Written("same-source", "money", ["guide#plans"]),
        Written("related", "school", ["guide#school"]),
        Written("stranger", "health", ["guide#health"]),
    )
}
NAMES = [*(f"faq/{ident}" for ident in ANSWERS), "thank"]
LABELS = Labels(NAMES, ANSWERS)
SCORES = np.zeros((len(NAMES), 2))


def reading(**shares: float) -> Reading:
    """Return a reading with these shares of the named labels, the rest spread over all others."""
    rest = (1 - sum(shares.values())) / (len(NAMES) - len(shares))
    named = {name.partition("/")[2] or name: place for place, name in enumerate(NAMES)}
    probabilities = np.full(len(NAMES), rest)
    for name, share in shares.items():
        probabilities[named[name.replace("_", "-")]] = share
    return Reading(probabilities, SCORES)


EVEN = reading()
FOLLOWING = ReadInContext(LABELS, STRONG, GIVEN, EVEN, reading(stranger=0.9))


def share(read: Reading, name: str) -> float:
    assert read.probabilities.sum() == pytest.approx(1)
    return float(read.probabilities[NAMES.index(name)])


def test_what_leans_is_read_with_what_it_leans_on():
    assert share(EVEN, "faq/stranger") < share(pooled_context(FOLLOWING, EVEN), "faq/stranger") < 0.9
    weak, correction = (pooled_context(replace(FOLLOWING, how=how), EVEN) for how in (WEAK, CORRECTION))
    assert share(weak, "faq/stranger") < share(correction, "faq/stranger")


@pytest.mark.parametrize("name", ["same-topic", "same-source", "related"])
def test_what_belongs_with_the_answer_before_is_likelier(name):
    read = kin_of_previous(FOLLOWING, EVEN)
    assert share(read, f"faq/{name}") > 2 * share(read, "faq/stranger")
    assert share(read, "faq/given") == share(read, "faq/stranger") == share(read, "thank")


def test_the_answer_before_is_a_little_less_likely():
    read = previous_again(FOLLOWING, EVEN)
    assert 0.5 < share(read, "faq/given") / share(read, "faq/stranger") < 1


def test_a_correction_turns_away_from_the_answer_before():
    read = previous_again(replace(FOLLOWING, how=CORRECTION), EVEN)
    assert share(read, "faq/given") < share(read, "faq/stranger") / 10


@pytest.mark.parametrize("adjustment", [kin_of_previous, previous_again])
def test_where_no_answer_was_given_before_none_is_nearer(adjustment):
    assert adjustment(replace(FOLLOWING, given=None), EVEN) is None


def test_what_leans_less_is_moved_less():
    strong, weak = (kin_of_previous(replace(FOLLOWING, how=how), EVEN) for how in (STRONG, WEAK))
    assert share(EVEN, "faq/related") < share(weak, "faq/related") < share(strong, "faq/related")


def test_talk_about_the_conversation_stands_by_itself():
    thanks = replace(FOLLOWING, alone=reading(thank=0.8))
    assert stands_by_itself(thanks, EVEN) is thanks.alone
    assert stands_by_itself(replace(FOLLOWING, alone=reading(thank=0.4)), EVEN) is None
    assert stands_by_itself(replace(FOLLOWING, alone=reading(stranger=0.8)), EVEN) is None


def test_each_adjustment_takes_what_the_one_before_made_of_it():
    assert adjusted_follow_up(FOLLOWING, ()) is FOLLOWING.alone
    one_by_one = FOLLOWING.alone
    for adjustment in ADJUSTMENTS:
        one_by_one = adjustment(FOLLOWING, one_by_one) or one_by_one
    np.testing.assert_allclose(adjusted_follow_up(FOLLOWING).probabilities, one_by_one.probabilities)


def test_each_adjustment_says_why_it_is_there():
    assert all(adjustment.__doc__ for adjustment in ADJUSTMENTS)
