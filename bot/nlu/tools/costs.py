"""What each step of understanding costs, in milliseconds: run in Rasa's environment by the benchmark.

Reads messages as a JSON list from standard input and prints a JSON object of medians and 95th percentiles.
"""

from __future__ import annotations

import json
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np

from bot.encoder.encoder import SentenceEncoder
from bot.nlu.components.answer_selector import sources_of_answers
from bot.nlu.ranking.examples import Utterance
from bot.nlu.ranking.ranker import Ranker
from bot.paths import MODELS
from bot.reading.danger import find_urgent
from bot.reading.text import plain_words


def main() -> None:
    """Print the costs of the messages on standard input."""
    json.dump(costs_of(json.load(sys.stdin)), sys.stdout)


def costs_of(messages: list[str]) -> dict[str, dict[str, float]]:
    """Return p50 and p95 in milliseconds of each step over the messages, with the newest model."""
    encoder = SentenceEncoder()
    with tempfile.TemporaryDirectory() as folder:
        newest = max(MODELS.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)
        with tarfile.open(newest) as model:
            model.extractall(folder, filter="data")
        ranker = Ranker.load(next(Path(folder).rglob("views.npz")).parent, sources_of_answers())
    spent: dict[str, list[float]] = {"normaliser": [], "encoder": [], "answer selector": [], "urgent-help patterns": []}
    for message in messages:
        began = time.perf_counter()
        whole, parts = plain_words(message)
        normalised = time.perf_counter()
        vectors = encoder.encode([whole, *parts])
        encoded = time.perf_counter()
        ranker.rank(Utterance(vectors, (whole, *parts)))
        ranked = time.perf_counter()
        find_urgent(message)
        done = time.perf_counter()
        for name, value in zip(spent, (normalised - began, encoded - normalised, ranked - encoded, done - ranked)):
            spent[name].append(value * 1000)
    return {
        name: {"p50": float(np.percentile(values, 50)), "p95": float(np.percentile(values, 95))}
        for name, values in spent.items()
    }


if __name__ == "__main__":
    main()
