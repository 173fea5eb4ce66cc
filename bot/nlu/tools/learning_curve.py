"""Would more examples help, or a better model? Accuracy on questions of strangers against examples per answer.

Run in Rasa's environment by `make learning-curve`; writes docs/learning-curve.md. The questions are those of
tests/evaluation (parents and staff), whose writers wrote none of the examples.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from datetime import date
from itertools import chain, zip_longest
from typing import Any, Dict, Iterator, List, Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bot.encoder.encoder import sentence_encoder
from bot.nlu.components.answer_selector import answer_passages, sources_of_answers
from bot.nlu.ranking.examples import Example, Utterance
from bot.nlu.ranking.features import FAQ_INTENT
from bot.nlu.ranking.ranker import Ranker
from bot.nlu.tools.cross_validate import training_examples
from bot.paths import ROOT
from bot.reading.text import plain_words

DOCUMENT = ROOT / "docs" / "learning-curve.md"
QUESTIONS = ROOT / "tests" / "evaluation"
STEPS = (1, 2, 4, 8, 12, 16, 24)
GROUPS = ("parent", "staff")


def main() -> None:
    """Fit with ever more examples per answer and write how often the first answer, or one of three, is right."""
    examples, passages, sources = training_examples(), answer_passages(), sources_of_answers()
    asked = {group: [case for case in cases() if case["group"] == group] for group in GROUPS}
    utterances = {group: [_utterance(case["message"]) for case in asked[group]] for group in GROUPS}
    lines = [
        "# Learning curves\n",
        f"Written by `make learning-curve` on {date.today()}. An acceptable section is cited by the first answer, or by one of the",
        f"first three, for {len(asked['parent'])} questions of parents and {len(asked['staff'])} of staff in",
        "`tests/evaluation/`; nothing is declined here.\n",
        "| examples per answer, at most | examples in all | parents: first | first three | staff: first | first three |",
        "|---|---|---|---|---|---|",
    ]
    for most in tqdm((*STEPS, None), desc="Fitting with more examples", file=sys.stderr):
        chosen = examples if most is None else list(at_most(examples, most))
        ranker = Ranker.fit(chosen, passages, sources)
        cells = []
        for group in GROUPS:
            first = three = 0
            for case, score in zip(asked[group], ranker.views.score_many(utterances[group])):
                best = _best_sections(ranker, score, sources)
                wanted = set(case["sources"])
                first += bool(best[0] & wanted)
                three += any(sections & wanted for sections in best)
            cells += [f"{count / max(len(asked[group]), 1):.1%}" for count in (first, three)]
        of_answers = sum(example.label.startswith(FAQ_INTENT) for example in chosen)
        lines.append(f"| {most or 'all'} | {of_answers} | {' | '.join(cells)} |")
    DOCUMENT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def cases() -> Iterator[Dict[str, Any]]:
    """Yield the single questions of tests/evaluation that an answer is wanted for."""
    for file in sorted(QUESTIONS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            case = json.loads(line) if line.strip() else {}
            if case.get("kind") == "answer" and case.get("sources"):
                yield case


def at_most(examples: Sequence[Example], most: int) -> Iterator[Example]:
    """Yield up to `most` examples of each answer, one writer after the other, and all of the other intents."""
    of_label: Dict[str, Dict[str, List[Example]]] = defaultdict(lambda: defaultdict(list))
    for example in examples:
        of_label[example.label][example.writer].append(example)
    for label, of_writer in of_label.items():
        in_turn = [example for example in chain(*zip_longest(*of_writer.values())) if example]
        yield from in_turn[:most] if label.startswith(FAQ_INTENT) else in_turn


def _best_sections(ranker: Ranker, score: NDArray[Any], sources: Dict[str, frozenset[str]]) -> List[frozenset[str]]:
    order = (ranker.labels[place] for place in np.argsort(-ranker.probabilities(score)))
    return [sources[label] for label in order if label in sources][:3]


def _utterance(message: str) -> Utterance:
    whole, parts = plain_words(message)
    return Utterance(sentence_encoder().encode_stored([whole, *parts]), (whole, *parts))


if __name__ == "__main__":
    main()
