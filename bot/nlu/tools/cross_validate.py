"""Leave one writer out: how well messages are understood whose writer the model has never read.

Run in Rasa's environment by `make evaluate`: `python -m bot.nlu.tools.cross_validate`. Prints a Markdown section.
Random folds flatter, since one writer's messages resemble each other; this figure predicts strangers.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Dict, List, Sequence

import numpy as np
from rasa.shared.nlu.training_data.loading import load_data
from tqdm import tqdm

from bot.guidance.answers import load_answers
from bot.nlu.components.answer_selector import answer_passages, label_of, sources_of_answers, utterance_of, writer_of
from bot.nlu.components.normaliser import MessageNormaliser
from bot.nlu.components.sentence_encoder import SentenceEncoderFeaturizer
from bot.nlu.ranking.examples import Example
from bot.nlu.ranking.features import FAQ_INTENT, NORMALISED
from bot.nlu.ranking.ranker import Ranker
from bot.nlu.ranking.views import Views
from bot.paths import EXAMPLES

FEWEST_MESSAGES = 100


def main() -> None:
    """Print accuracy by writer, first and first three, for answers and for other intents."""
    examples, passages = training_examples(), answer_passages()
    other = frozenset(example.label for example in examples if not example.label.startswith(f"{FAQ_INTENT}/"))
    counts: Dict[str, int] = defaultdict(int)
    for example in examples:
        counts[example.writer] += example.label not in other
    writers = sorted(writer for writer, count in counts.items() if count >= FEWEST_MESSAGES)
    rows: List[Sequence[float]] = []
    # The few weights of the views are those of all writers' held-out messages; the views themselves see nothing of one.
    whole = Ranker.fit(examples, passages, sources_of_answers())
    for writer in tqdm(writers, desc="Leaving one writer out", file=sys.stderr):
        seen = [example for example in examples if example.writer != writer]
        known = {example.label for example in seen}
        unseen = [example for example in examples if example.writer == writer and example.label in known - other]
        ranker = Ranker(Views.fit(whole.labels, seen, passages), whole.weights, whole.certainty)
        rows.append(_figures(ranker, unseen))
    print("\n## Leave one writer out\n")
    print(f"{len(examples)} examples by {len(counts)} writers; {len(load_answers())} answers.\n")
    print("| writer left out | messages | answer first | among the first three | a section of the right answer cited |")
    print("|---|---|---|---|---|")
    for writer, row in zip(writers, rows):
        print(f"| {writer} | {row[0]:.0f} | {row[1]:.1%} | {row[2]:.1%} | {row[3]:.1%} |")
    weights = np.array([row[0] for row in rows])
    if weights.sum():
        mean = [np.average([row[i] for row in rows], weights=weights) for i in (1, 2, 3)]
        print(f"| all | {weights.sum():.0f} | {mean[0]:.1%} | {mean[1]:.1%} | {mean[2]:.1%} |")


def training_examples() -> List[Example]:
    """Return the examples of `data/nlu/`, normalised and encoded, as the pipeline prepares them."""
    data = load_data(str(EXAMPLES))
    MessageNormaliser().process_training_data(data)
    SentenceEncoderFeaturizer().process_training_data(data)
    return [
        Example(utterance_of(message), label_of(message), writer_of(message))
        for message in data.intent_examples
        if message.get(NORMALISED)
    ]


def _figures(ranker: Ranker, unseen: Sequence[Example]) -> Sequence[float]:
    sources = {f"{FAQ_INTENT}/{answer.id}": set(answer.sources) for answer in load_answers().values()}
    scores = ranker.views.score_many([example.utterance for example in unseen])
    first = three = section = 0
    for example, score in zip(unseen, scores):
        order = [ranker.labels[i] for i in np.argsort(-ranker.probabilities(score))[:3]]
        first += order[0] == example.label
        three += example.label in order
        section += bool(sources.get(order[0], set()) & sources.get(example.label, set()))
    total = max(len(unseen), 1)
    return len(unseen), first / total, three / total, section / total


if __name__ == "__main__":
    main()
