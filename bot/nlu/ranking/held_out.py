"""Examples scored by views that saw nothing by their writer: what the weights and the certainty are fitted on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, Callable, Iterable, Mapping, Sequence

from numpy.typing import NDArray

from bot.nlu.ranking.examples import Example, Passage
from bot.nlu.ranking.views import Views

MOST_HELD_OUT = 5000


def held_out_scores(
    labels: Sequence[str],
    examples: Sequence[Example],
    passages: Sequence[Passage],
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
    most_folds: int = 6,
) -> tuple[list[NDArray[Any]], list[int]]:
    """Score every example by views that saw nothing by its writer. Returns scores and true label numbers.

    An example whose label nobody else wrote for is left out: it would teach the weights to doubt.
    """
    folds = _folds(examples, most_folds)
    place = {label: index for index, label in enumerate(labels)}
    scores: list[NDArray[Any]] = []
    truths: list[int] = []
    for fold in progress(sorted(set(folds))):
        seen = [example for example, own in zip(examples, folds) if own != fold]
        known = {example.label for example in seen}
        if not seen:
            continue
        views = Views.fit(labels, seen, passages)
        held_out = [example for example, own in zip(examples, folds) if own == fold and example.label in known]
        held_out = held_out[:: max(len(examples) // MOST_HELD_OUT, 1)]
        scores.extend(views.score_many([example.utterance for example in held_out]))
        truths.extend(place[example.label] for example in held_out)
    return scores, truths


def _folds(examples: Sequence[Example], most_folds: int) -> list[int]:
    """Return each example's fold: its writer's, but a writer of more than half of all examples is spread over the folds.

    Writers who share labels with few others go to different folds, or no fold could hold such a label out. Where most
    labels have one writer only (Rasa's own cross-validation writes them so), all examples are spread.
    """
    counts = Counter(example.writer for example in examples)
    writers_of: dict[str, set[str]] = {}
    for example in examples:
        writers_of.setdefault(example.label, set()).add(example.writer)
    if sum(len(writers) > 1 for writers in writers_of.values()) * 2 < len(writers_of):
        counts = Counter({"": len(examples)})
        examples = [replace(example, writer="") for example in examples]
    fold_of = _fold_of_writer(examples, counts, most_folds)
    seen: Counter[str] = Counter()
    folds = []
    for example in examples:
        if counts[example.writer] * 2 > len(examples):
            folds.append(seen[example.label] % most_folds)
            seen[example.label] += 1
        else:
            folds.append(fold_of[example.writer])
    return folds


def _fold_of_writer(examples: Sequence[Example], counts: Mapping[str, int], most_folds: int) -> dict[str, int]:
    """Return a fold for every writer, so that few examples lose all others who wrote for their label; even in size.

    Starts with even folds and moves one writer at a time while that helps.
    """
    by_label: dict[str, Counter[str]] = {}
    for example in examples:
        by_label.setdefault(example.label, Counter())[example.writer] += 1
    shared = [writers for writers in by_label.values() if len(writers) > 1]
    fold_of = {writer: number % most_folds for number, writer in enumerate(sorted(counts))}

    def cost(folds: Mapping[str, int]) -> tuple[int, int]:
        lost = sum(sum(writers.values()) for writers in shared if len({folds[writer] for writer in writers}) == 1)
        sizes: Counter[int] = Counter()
        for writer, fold in folds.items():
            sizes[fold] += counts[writer]
        return lost, max(sizes.values())

    best, better = cost(fold_of), True
    while better:
        moved = min(
            ({**fold_of, writer: fold} for writer in fold_of for fold in range(most_folds)),
            key=cost,
        )
        better = cost(moved) < best
        if better:
            fold_of, best = moved, cost(moved)
    return fold_of
