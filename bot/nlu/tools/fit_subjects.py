"""Learn the subjects' directions (`bot.encoder.subjects`), and record the questions that grouping is measured on.

Run as `python -m bot rasa-python -m bot.nlu.tools.fit_subjects` when the encoder or many examples have changed. Sixty answers are
left out of the learning: their questions are the measure. What came near each of them is found as for a stranger, among
examples by other writers, and once more as if their answers did not exist.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any, Dict, List, NamedTuple, Sequence

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.encoder.encoder import sentence_encoder
from bot.encoder.subjects import SUBJECTS_FILE, Subjects
from bot.paths import ROOT
from bot.reading.text import plain_words

RECORDED = ROOT / "tests" / "desk" / "services" / "grouping.json"
DIRECTIONS, SHRINKAGE = 60, 0.3
HELD_OUT, QUESTIONS_EACH, LEAST_WRITERS = 60, 7, 3
NEAREST_EXAMPLES, NEAREST_ANSWERS, SHARPNESS = 3, 5, 25.0


class Example(NamedTuple):
    """An example question: the answer's id, who wrote it, and the words."""

    answer: str
    writer: str
    text: str


def main() -> None:
    """Fit, and write the directions and the recorded questions."""
    examples = _examples()
    encoder = sentence_encoder()
    vectors = encoder.encode_stored([plain_words(example.text)[0] for example in examples])
    answers = np.array([example.answer for example in examples])
    chosen = _held_out(examples)
    left_out = sorted({examples[index].answer for index in chosen})
    _, numbers = np.unique(answers[~np.isin(answers, left_out)], return_inverse=True)
    kept = vectors[~np.isin(answers, left_out)]
    Subjects.fit(encoder.fingerprint, kept, numbers, DIRECTIONS, SHRINKAGE).save()
    writers = np.array([example.writer for example in examples])
    recorded = []
    for index in chosen:
        others = writers != examples[index].writer
        known = _near(vectors[index], vectors[others], answers[others])
        others = ~np.isin(answers, left_out)
        gap = _near(vectors[index], vectors[others], answers[others])
        example = examples[index]
        recorded.append({"answer": example.answer, "text": example.text, "near": known, "near_without": gap})
    RECORDED.write_text(json.dumps(recorded, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(kept)} examples, {DIRECTIONS} directions: {SUBJECTS_FILE.stat().st_size / 1024:.0f} kB")


def _examples() -> List[Example]:
    found = []
    for file in sorted((ROOT / "data" / "nlu" / "faq").glob("*.yml")):
        for part in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            lines = [line.strip()[2:] for line in part["examples"].splitlines() if line.strip()]
            answer, writer = part["intent"].partition("/")[2], str(part.get("metadata", {}).get("writer"))
            found += [Example(answer, writer, line) for line in lines]
    return found


def _held_out(examples: Sequence[Example]) -> List[int]:
    """Return the examples of the answers that are left out: seven each, by as many writers as there are."""
    chance = random.Random(7)
    by_writer: Dict[str, Dict[str, List[int]]] = {}
    for index, example in enumerate(examples):
        by_writer.setdefault(example.answer, {}).setdefault(example.writer, []).append(index)
    many = [
        answer
        for answer, of_writer in sorted(by_writer.items())
        if len(of_writer) >= LEAST_WRITERS and sum(map(len, of_writer.values())) >= QUESTIONS_EACH
    ]
    chosen = []
    for answer in chance.sample(many, HELD_OUT):
        piles = [chance.sample(pile, len(pile)) for _, pile in sorted(by_writer[answer].items())]
        taken: List[int] = []
        while len(taken) < QUESTIONS_EACH:
            taken += [pile.pop() for pile in piles if pile]
        chosen += taken[:QUESTIONS_EACH]
    return chosen


def _near(vector: NDArray[Any], vectors: NDArray[Any], answers: NDArray[Any]) -> Dict[str, float]:
    """Return the nearest answers by their three nearest examples, each with its share."""
    similarity = vectors @ vector
    counted: Counter[str] = Counter()
    totals: Dict[str, float] = {}
    for index in np.argsort(-similarity)[:400]:
        answer = str(answers[index])
        if counted[answer] < NEAREST_EXAMPLES:
            counted[answer] += 1
            totals[answer] = totals.get(answer, 0.0) + float(similarity[index]) / NEAREST_EXAMPLES
    scores = np.array(list(totals.values()))
    shares = np.exp((scores - scores.max()) * SHARPNESS)
    shares /= shares.sum()
    best = np.argsort(-shares)[:NEAREST_ANSWERS]
    names = list(totals)
    return {names[index]: round(float(shares[index]), 2) for index in best}


if __name__ == "__main__":
    main()
