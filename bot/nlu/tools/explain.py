"""`python -m bot explain "..."`: the path of a message through the trained model, for editors and operators.

Runs in Rasa's environment. Shows what was read, what the message was taken for and why, and what would be
answered; nothing is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any, Dict, List, Sequence

import numpy as np
from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE
from rasa.shared.nlu.constants import INTENT, RESPONSE_SELECTOR
from rasa.shared.nlu.training_data.message import Message

from bot.guidance.answers import load_answers
from bot.nlu.components.answer_selector import AnswerSelector
from bot.nlu.components.language import other_language
from bot.nlu.ranking.decision import Candidate, worths
from bot.nlu.ranking.features import CONTEXT, FAQ_INTENT, FOLLOW_UP, NORMALISED, PARTS, QUESTIONS, VIEW_NAMES
from bot.paths import MODELS
from bot.reading.danger import find_urgent
from bot.reading.text import clean

CANDIDATES = 8


def main(arguments: Sequence[str]) -> int:
    """Print the path of one message. Returns 0, or 1 where there is no trained model."""
    parser = argparse.ArgumentParser()
    parser.add_argument("message")
    parser.add_argument("--after")
    chosen = parser.parse_args(arguments)
    agent = asyncio.run(load_agent(model_path=str(MODELS)))
    if not agent.is_ready():
        print("There is no trained model: run `make train`.", file=sys.stderr)
        return 1
    print("\n".join(explain(agent, chosen.message, chosen.after)))
    return 0


def explain(agent: Agent, text: str, after: str | None = None) -> List[str]:
    """Return the lines that explain how `text` is understood, after the answer with the id `after` if there is one."""
    metadata = {"previous": {"answer": after}} if after else {}
    message = _read(agent, UserMessage(text, metadata=metadata))
    selector = _selector(agent)
    parsed = message.as_dict_nlu()
    lines = [f"message:        {text}", f"normalised:     {message.get(NORMALISED)}"]
    lines += [f"  part:         {part}" for part in message.get(PARTS) or []]
    lines += [f"  question:     {question}" for question in message.get(QUESTIONS) or []]
    if message.get(CONTEXT):
        lines.append(f"in context:     {message.get(CONTEXT)} ({message.get(FOLLOW_UP)})")
    lines.append(
        f"urgent pattern: {find_urgent(clean(text)) or 'none'}; other language: {other_language(text) or 'no'}"
    )
    intent = parsed[INTENT]
    lines.append(f"intent:         {intent['name']} ({intent['confidence']:.3f})")
    lines += [f"  {entry['name']:<22} {entry['confidence']:.3f}" for entry in parsed["intent_ranking"][:4]]
    lines += _candidates(selector, message)
    lines += _decision(selector, parsed)
    return lines


def _read(agent: Agent, message: UserMessage) -> Message:
    """Return the message as the last component of the pipeline leaves it, with all that the components wrote on it."""
    processor = agent.processor
    read = processor.graph_runner.run(
        inputs={PLACEHOLDER_MESSAGE: [message]}, targets=[processor.model_metadata.nlu_target]
    )
    return read[processor.model_metadata.nlu_target][0]


def _selector(agent: Agent) -> AnswerSelector:
    """Return the loaded answer selector, for the scores that it does not write on messages."""
    nodes = agent.processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, AnswerSelector))


def _candidates(selector: AnswerSelector, message: Message) -> List[str]:
    ranker = selector.ranker
    assert ranker is not None
    reading = selector.read(message)
    scores, probabilities = reading.scores, reading.probabilities
    header = "  ".join(f"{name[:11]:>9}" for name in VIEW_NAMES)
    lines = [
        "",
        f"candidates, best first ({len(ranker.labels)} in all); each view: whole message / its best part",
        f"{'':>8}  {header}",
    ]
    for place in np.argsort(-probabilities)[:CANDIDATES]:
        label = ranker.labels[place]
        whole, part = scores[place, : len(VIEW_NAMES)], scores[place, len(VIEW_NAMES) :]
        cells = "  ".join(f"{one:4.2f}/{other:4.2f}" for one, other in zip(whole, part))
        lines.append(f"{probabilities[place]:8.3f}  {cells}  {label}")
    return lines


def _decision(selector: AnswerSelector, parsed: Dict[str, Any]) -> List[str]:
    selected = parsed[RESPONSE_SELECTOR][FAQ_INTENT]
    ranking = [Candidate(entry["intent_response_key"], entry["confidence"]) for entry in selected["ranking"]]
    chance = selected["response"]["confidence"]
    values = worths(ranking, chance, selector.sources, selector.costs)
    lines = [
        "",
        f"chance that the first answer is right: {chance:.3f}",
        "worth of each outcome (the highest above 0 is taken; see bot/nlu/ranking/decision.py):",
    ]
    lines += [f"  {outcome:<8} {value:6.3f}" for outcome, value in values.items()]
    known = load_answers()
    chosen = selected["questions"] or selected["ranking"][:1]
    for entry in chosen:
        answer = known[entry["intent_response_key"].partition("/")[2]]
        lines.append(f"answer:         {answer.name} ({entry['confidence']:.3f}): {answer.question}")
        lines += [f"  source:       {source}" for source in answer.sources]
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
