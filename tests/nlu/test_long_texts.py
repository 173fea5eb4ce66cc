"""A long text is encoded as far as the budget goes, and what asks comes first."""

from __future__ import annotations

import asyncio
import json
import random

import pytest
from rasa.core.agent import load_agent
from rasa.core.channels.channel import UserMessage

from bot.encoder import encoder
from bot.encoder.encoder import sentence_encoder
from bot.nlu.ranking.views import Views
from bot.paths import MODELS, ROOT
from bot.reading.context import MOST_QUESTIONS
from bot.reading.long_texts import MOST_TOKENS
from bot.reading.text import MOST_PARTS
from tests.stories import STORY

ORDINARY = (
    "my son is seven and has autism and the school says he cannot have a teaching assistant any more, "
    "who can help us get a plan?"
)
FILLED_UP = 1.25
PREVIOUS = {"previous": {"message": "what is an ehc plan " * 90, "answer": "what-is-ehc-plan"}}


def _hostile() -> list[str]:
    random.seed(5)
    letters = "abcdefghijklmnopqrstuvwxyz"
    told = " ".join(
        json.loads(line)["message"]
        for line in (ROOT / "tests/evaluation/urgent_help.jsonl").read_text(encoding="utf-8").splitlines()
    )
    made = [" ".join("".join(random.choices(letters, k=random.randint(1, 9))) for _ in range(600))]
    made += [
        "".join(random.choices(letters + " ,.!?'-\n()0123456789", k=2000)),
        "".join(map(chr, range(0x4E00, 0x4E00 + 2000))),
    ]
    made += [sign * 2000 for sign in (",", "!", "(", '"', "\U0001f62d", "a", ",!", "a,!", "x1-")]
    made += [" ".join(f"who is {letter}{other}?" for letter in letters for other in letters), told[5000:7000]]
    return [
        text[:2000]
        for text in (*made, "thank you " * 22 + "bye for now from us", " ".join(STORY) * 9, "what is it\n" * 180)
    ]


@pytest.fixture(scope="module")
def parse():
    agent = asyncio.run(load_agent(str(MODELS)))
    loop = asyncio.new_event_loop()
    yield lambda text, metadata=None: loop.run_until_complete(
        agent.processor.parse_message(UserMessage(text, metadata=metadata))
    )
    loop.close()


@pytest.fixture
def encoded(monkeypatch):
    """Count the parts of words that the encoder is given, and what they are filled up with."""
    given: list[int] = []
    groups = encoder._groups

    def counted(order, tokens, most_filled_up):
        for group in groups(order, tokens, most_filled_up):
            given.append(len(group) * max(len(tokens[index]) for index in group))
            yield group

    monkeypatch.setattr(encoder, "_groups", counted)
    return given


@pytest.mark.parametrize("metadata", [None, PREVIOUS])
def test_no_text_has_more_encoded_than_the_budget(parse, encoded, metadata):
    for text in _hostile():
        sentence_encoder()._recent.clear()
        encoded.clear()
        parse(text, metadata)
        assert sum(encoded) <= MOST_TOKENS * FILLED_UP, text[:60]


@pytest.mark.parametrize("metadata", [None, PREVIOUS])
def test_no_text_has_more_ranked_than_itself_its_parts_and_its_questions(parse, monkeypatch, metadata):
    """What a turn then costs, beside an ordinary one, `make attack` measures: it may be three times as much."""
    ranked: list[int] = []
    score = Views._score_texts

    def counted(views, vectors, texts):
        ranked.append(len(texts))
        return score(views, vectors, texts)

    monkeypatch.setattr(Views, "_score_texts", counted)
    for text in (ORDINARY, *_hostile()):
        ranked.clear()
        parse(text, metadata)
        whole_and_parts = 1 + MOST_PARTS
        in_context = 2 if metadata else 0
        assert 0 < sum(ranked) <= whole_and_parts + in_context + MOST_QUESTIONS, text[:60]
