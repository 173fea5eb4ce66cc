"""What each adjustment of the selector changes: messages understood by all of them, and with one left out at a time.

Run in Rasa's environment by `bot.evaluation.answers.worth`, which judges what comes of it. Reads conversations as JSON from
standard input, each a list of messages in their order, and prints a JSON object: for each adjustment left out ("" for none)
what each message was taken for. What was said before a message is held as the whole list has it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import fields, replace
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from numpy.typing import NDArray
from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE
from rasa.engine.graph import GraphComponent
from rasa.shared.nlu.constants import INTENT, RESPONSE_SELECTOR
from rasa.shared.nlu.training_data.message import Message
from tqdm import tqdm

from bot.nlu.components.answer_selector import Adjustments, AnswerSelector
from bot.nlu.components.language import LanguageRecogniser
from bot.nlu.components.overruling import IntentOverruler
from bot.nlu.ranking.examples import Utterance
from bot.nlu.ranking.features import AMBIGUOUS_INTENT, FALLBACK_INTENT, FAQ_INTENT, OUT_OF_SCOPE_INTENT
from bot.nlu.ranking.views import Views
from bot.paths import MODELS

WHOLE_LIST = ""
_UNANSWERED = frozenset({AMBIGUOUS_INTENT, FALLBACK_INTENT, OUT_OF_SCOPE_INTENT})


def main() -> None:
    """Print what the conversations on standard input are taken for."""
    agent = asyncio.run(load_agent(model_path=str(MODELS)))
    json.dump(understood(agent, json.load(sys.stdin)), sys.stdout)


def understood(agent: Agent, conversations: Sequence[Sequence[str]]) -> Dict[str, List[List[Dict[str, Any]]]]:
    """Return, for each adjustment left out, what each message of each conversation was taken for."""
    read = [list(_read(agent, messages)) for messages in tqdm(conversations, desc="Reading", file=sys.stderr)]
    selector, *others = _components(agent)
    assert isinstance(selector, AnswerSelector) and selector.ranker
    _score_once(selector.ranker.views)
    found = {}
    for name, adjustments in tqdm(list(without_each(Adjustments())), desc="Leaving one out", file=sys.stderr):
        selector.adjustments = adjustments
        found[name] = [[_again(selector, others, message) for message in messages] for messages in read]
    selector.adjustments = Adjustments()
    return found


def without_each(adjustments: Adjustments) -> Iterator[Tuple[str, Adjustments]]:
    """Yield the whole lists under the name WHOLE_LIST, then the lists without each adjustment under its name."""
    yield WHOLE_LIST, adjustments
    for field in fields(adjustments):
        of_kind = getattr(adjustments, field.name)
        for left_out in of_kind:
            rest = tuple(adjustment for adjustment in of_kind if adjustment is not left_out)
            yield left_out.__name__, replace(adjustments, **{field.name: rest})


def taken_for(message: Message) -> Dict[str, Any]:
    """Return a message's intent and the ids of the answers that it is given, none where it is not answered."""
    intent = message.get(INTENT)["name"]
    selected = (message.get(RESPONSE_SELECTOR) or {}).get(FAQ_INTENT)
    if intent != FAQ_INTENT or not selected:
        return {"intent": intent, "answers": []}
    chosen = selected["questions"] or selected["ranking"][:1]
    return {"intent": intent, "answers": [entry["intent_response_key"].partition("/")[2] for entry in chosen]}


def _read(agent: Agent, texts: Sequence[str]) -> Iterator[Message]:
    """Yield each message of a conversation as the pipeline leaves it."""
    processor = agent.processor
    target = processor.model_metadata.nlu_target
    asked: Optional[str] = None
    answer: Optional[str] = None
    for text in texts:
        metadata = {"previous": {"message": asked, "answer": answer}} if asked else {}
        given = {PLACEHOLDER_MESSAGE: [UserMessage(text, metadata=metadata)]}
        (message,) = processor.graph_runner.run(inputs=given, targets=[target])[target]
        yield message
        taken = taken_for(message)
        asked = text
        if taken["answers"] or taken["intent"] in _UNANSWERED:
            answer = taken["answers"][-1] if taken["answers"] else None


def _components(agent: Agent) -> List[GraphComponent]:
    """Return the loaded answer selector and the components after it, in the order of the pipeline."""
    nodes = agent.processor.graph_runner._instantiated_nodes.values()
    components = [node._component for node in nodes]
    selector = next(component for component in components if isinstance(component, AnswerSelector))
    later = [component for component in components if isinstance(component, (LanguageRecogniser, IntentOverruler))]
    return [selector, *later]


def _score_once(views: Views) -> None:
    """Have the views remember their scores, which no adjustment changes."""
    known: Dict[Tuple[bytes, Tuple[str, ...]], NDArray[Any]] = {}
    score_many = views.score_many

    def remembered(utterances: Sequence[Utterance]) -> List[NDArray[Any]]:
        keys = [(utterance.vectors.tobytes(), utterance.texts) for utterance in utterances]
        for key, utterance in zip(keys, utterances):
            if key not in known:
                known[key] = score_many([utterance])[0]
        return [known[key] for key in keys]

    views.score_many = remembered  # type: ignore[method-assign]


def _again(selector: AnswerSelector, others: Sequence[GraphComponent], message: Message) -> Dict[str, Any]:
    for component in (selector, *others):
        component.process([message])
    return taken_for(message)


if __name__ == "__main__":
    main()
