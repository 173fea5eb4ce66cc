"""Held-out messages: scored by views that saw nothing by their writer, whoever wrote how much."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.ranking.examples import Example, Utterance
from bot.nlu.ranking.held_out import held_out_scores
from bot.nlu.ranking.views import Views

LABELS = [f"faq/answer-{number}" for number in range(4)]
WRITERS = [f"voice {number}" for number in range(4)]
_random = np.random.default_rng(5)


def written(label: str, writer: str) -> Example:
    """Return an example whose words are its writer's alone."""
    vector = _random.normal(size=16).astype(np.float32)
    return Example(Utterance(vector[None] / np.linalg.norm(vector), (f"words of {writer}",)), label, writer)


@pytest.fixture
def seen(monkeypatch):
    """Return the writers that each of the folds' views saw."""
    writers: list[set[str]] = []
    fit = Views.fit.__func__

    def watched(cls, labels, examples, passages):
        writers.append({example.writer for example in examples})
        return fit(cls, labels, examples, passages)

    monkeypatch.setattr(Views, "fit", classmethod(watched))
    return writers


def test_views_never_saw_the_writer_of_what_they_score(seen):
    examples = [written(label, writer) for label in LABELS for writer in WRITERS for _ in range(2)]
    scores, truths = held_out_scores(LABELS, examples, [])
    assert len(scores) == len(truths) == len(examples)
    assert all(writers < set(WRITERS) for writers in seen)
    assert set.union(*(set(WRITERS) - writers for writers in seen)) == set(WRITERS)


def test_a_label_that_only_one_wrote_for_teaches_no_doubt():
    examples = [written(label, writer) for label in LABELS[1:] for writer in WRITERS]
    scores, truths = held_out_scores(LABELS, [*examples, written(LABELS[0], WRITERS[0])], [])
    assert len(scores) == len(examples)
    assert 0 not in truths


def test_where_each_label_has_one_writer_the_examples_are_spread(seen):
    examples = [written(label, label) for label in LABELS for _ in range(6)]
    scores, _ = held_out_scores(LABELS, examples, [])
    assert len(scores) == len(examples)
    assert len(seen) == 6


def test_who_wrote_more_than_half_is_spread_over_the_folds(seen):
    much = [written(label, WRITERS[0]) for label in LABELS for _ in range(12)]
    little = [written(label, writer) for label in LABELS for writer in WRITERS[1:]]
    scores, _ = held_out_scores(LABELS, [*much, *little], [])
    assert len(scores) == len(much) + len(little)
    assert all(WRITERS[0] in writers for writers in seen)
