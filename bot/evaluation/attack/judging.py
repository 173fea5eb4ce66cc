"""Judging what was measured: by ratios and counts, and more than once, for a machine is never quite quiet."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence

from bot.evaluation.attack.kinds import Outcome

# Nobody notices a reply that comes in less; a ratio of two such times says more of the machine than of the guide.
NOT_NOTICED_S = 0.2
TRIES = 3
# So many of the cases that failed are named in the table.
NAMED = 8


def p95(times: Sequence[float]) -> float:
    """Return the time that 95 of 100 keep to; infinity where nothing was measured."""
    if not times:
        return math.inf
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]


def median(times: Sequence[float]) -> float:
    """Return the middle of the times; infinity where nothing was measured."""
    return statistics.median(times) if times else math.inf


def is_within(time_s: float, usual_s: float, most: float, floor_s: float = NOT_NOTICED_S) -> bool:
    """Tell whether a time is at most `most` times the usual one, or too short to be noticed."""
    return time_s <= max(usual_s * most, floor_s)


def held_once(measure: Callable[[], Outcome], tries: int = TRIES) -> Outcome:
    """Measure until the guide holds, at most `tries` times; return that outcome or the last.

    A guide that cannot hold does not hold by luck three times; one that holds may be hurt once by its neighbours.
    """
    outcome = measure()
    for _ in range(tries - 1):
        if outcome.held:
            break
        outcome = measure()
    return outcome


def all_held(outcomes: Iterable[tuple[str, bool]], of: str) -> Outcome:
    """Return one outcome for many cases: how many held, and the names of the first that did not."""
    cases = list(outcomes)
    failed = [name for name, held in cases if not held]
    figures = f"{len(cases) - len(failed)} of {len(cases)} {of}"
    if failed:
        names = list(dict.fromkeys(failed))
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        figures += f"; not: {'; '.join(names[:NAMED])}{more}"
    return Outcome(bool(cases) and not failed, figures)
