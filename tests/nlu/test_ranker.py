"""The ranker finds the label, is calibrated for strangers, and keeps its figures when saved."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.ranking.examples import Example, Passage, Utterance
from bot.nlu.ranking.ranker import Ranker

LABELS = [f"faq/answer-{number}" for number in range(8)]


def _unit(vector: np.ndarray) -> np.ndarray:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


SOURCES = {label: frozenset({f"document#section-{number}"}) for number, label in enumerate(LABELS)}


@pytest.fixture(scope="module")
def world():
    random = np.random.default_rng(3)
    centres = random.normal(size=(len(LABELS), 768))

    def example(number: int, writer: str, noise: float = 2.5) -> Example:
        vector = _unit(centres[number] + noise * random.normal(size=768))
        return Example(
            Utterance(vector[None], (f"subject{number} asked in words {random.integers(50)}",)), LABELS[number], writer
        )

    training = [example(n, f"voice {w}") for n in range(len(LABELS)) for w in range(4) for _ in range(4)]
    strangers = [example(n, "stranger") for n in range(len(LABELS)) for _ in range(10)]
    passages = [Passage(_unit(centres[n]), f"subject{n}", LABELS[n]) for n in range(len(LABELS))]
    return training, strangers, passages


def test_strangers_are_understood_and_the_confidence_is_true(world):
    training, strangers, passages = world
    ranker = Ranker.fit(training, passages, SOURCES)
    chances = [ranker.rank(stranger.utterance) for stranger in strangers]
    right = np.mean([ranker.labels[int(chance.argmax())] == s.label for chance, s in zip(chances, strangers)])
    assert right >= 0.95
    assert abs(np.mean([chance.max() for chance in chances]) - right) < 0.15
    assert all(abs(chance.sum() - 1) < 1e-4 for chance in chances)


def test_one_sentence_of_a_story_is_enough(world):
    training, strangers, passages = world
    ranker = Ranker.fit(training, passages, SOURCES)
    random = np.random.default_rng(9)
    asking = strangers[0]
    story = Utterance(
        np.stack([_unit(random.normal(size=768)), asking.utterance.vectors[0]]),
        ("a long story", asking.utterance.texts[0]),
    )
    assert ranker.labels[int(ranker.rank(story).argmax())] == asking.label


def test_a_saved_ranker_gives_the_same_probabilities(world, tmp_path):
    training, strangers, passages = world
    ranker = Ranker.fit(training, passages, SOURCES)
    ranker.save(tmp_path)
    again = Ranker.load(tmp_path, SOURCES)
    for stranger in strangers[:5]:
        np.testing.assert_allclose(ranker.rank(stranger.utterance), again.rank(stranger.utterance), atol=1e-6)
    assert not [file for file in tmp_path.iterdir() if file.suffix not in (".npz", ".json")]


def test_an_answer_without_examples_is_found_by_its_own_text(world):
    training, _, passages = world
    fewer = [example for example in training if example.label != LABELS[0]]
    ranker = Ranker.fit(fewer, passages, SOURCES)
    chances = ranker.rank(Utterance(passages[0].vector[None], ("subject0",)))
    assert ranker.labels[int(chances.argmax())] == LABELS[0]


def test_the_chance_of_the_first_answer_is_true_for_strangers(world):
    training, strangers, passages = world
    ranker = Ranker.fit(training, passages, SOURCES)
    chances, right = [], []
    for stranger in strangers:
        scores = ranker.views.score(stranger.utterance)
        probabilities = ranker.probabilities(scores)
        chances.append(ranker.chance(probabilities, scores))
        right.append(ranker.labels[int(probabilities.argmax())] == stranger.label)
    assert all(0 <= chance <= 1 for chance in chances)
    assert abs(np.mean(chances) - np.mean(right)) < 0.15
