"""How well questions of one meaning come together: 420 recorded questions for 60 answers that nothing was learnt from.

`grouping.json` is written by `bot.nlu.tools.fit_subjects`: seven questions for each answer by several writers, and what came
nearest to each, once with its answer in the guide (as for questions asked back) and once without it (as for a gap).
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.services.grouping import Group, Grouper, Meaning, encode
from bot.desk.services.models import Question
from bot.metrics import Metrics
from bot.paths import ENCODER
from bot.store.engine import open_engine
from bot.store.migrate import upgrade

RECORDED = json.loads(Path(__file__).with_name("grouping.json").read_text(encoding="utf-8"))
PAIRS = 60 * 7 * 6 // 2
# By what came nearest, at least: the share of pairs put together that ask for one answer, and of all such pairs, those found.
LEAST = {"near": (0.93, 0.27), "near_without": (0.83, 0.22)}


@pytest.fixture(scope="module")
def vectors():
    if not ENCODER.exists():
        pytest.skip("the sentence encoder is not set up")
    texts = [question["text"] for question in RECORDED]
    return dict(zip(texts, encode(texts)))


@pytest.mark.parametrize("nearest", LEAST)
def test_nine_of_ten_pairs_put_together_belong_together(tmp_path, vectors, nearest):
    precise, found = [], []
    for round_of in range(2):
        asked = RECORDED[:]
        random.Random(round_of).shuffle(asked)
        groups = grouped(f"sqlite:///{tmp_path / str(round_of)}.db", asked, nearest, vectors)
        together = [(one, other) for group in groups for one, other in combinations(group, 2)]
        right = sum(one == other for one, other in together)
        precise.append(right / len(together))
        found.append(right / PAIRS)
        print(f"{nearest}: {len(groups)} groups, {precise[-1]:.3f} right, {found[-1]:.3f} found")
    least_precise, least_found = LEAST[nearest]
    assert np.mean(precise) >= least_precise and np.mean(found) >= least_found


def grouped(url: str, asked: list[dict], nearest: str, vectors: dict) -> list[list[str]]:
    """Return the answers of the questions in each group, after the desk has grouped them."""
    upgrade(url, "guide")
    engine = open_engine(url)
    with Session(engine) as session, session.begin():
        for question in asked:
            near = [{"answer": answer, "confidence": share} for answer, share in question[nearest].items()]
            given = {"audience": "parent", "outcome": "clarified", "detail": "", "near": near}
            session.add(Question(at=datetime.now(UTC), text=question["text"], **given))
    grouper = Grouper(engine, Metrics(), lambda texts: np.stack([vectors[text] for text in texts]))
    while grouper.group_new():
        pass
    answer_of = {question["text"]: question["answer"] for question in asked}
    groups: dict[int, list[str]] = {}
    with Session(engine) as session:
        for group, text in session.execute(select(Question.group_id, Question.text)):
            groups.setdefault(group, []).append(answer_of[text])
    engine.dispose()
    return list(groups.values())


def test_the_nearest_answers_count_beside_the_words():
    vector, other = np.array([1.0, 0.0]), np.array([0.5, 0.87])
    group = Group()
    group.add(Meaning.of(vector, [{"answer": "a/one", "confidence": 0.8}]))
    same = group.similarity(Meaning.of(other, [{"answer": "a/one", "confidence": None}]))
    without = group.similarity(Meaning.of(other, []))
    another = group.similarity(Meaning.of(other, [{"answer": "a/two", "confidence": 0.8}]))
    assert same > without > another
    assert group.similarity(Meaning.of(vector, [{"answer": "a/one", "confidence": 0.8}])) == pytest.approx(1)


def test_questions_kept_with_vectors_of_another_encoder_are_encoded_anew(tmp_path):
    url = f"sqlite:///{tmp_path / 'guide.db'}"
    upgrade(url, "guide")
    engine = open_engine(url)

    def ask(text: str) -> None:
        with Session(engine) as session, session.begin():
            given = {"audience": "parent", "outcome": "unknown", "detail": "", "near": []}
            session.add(Question(at=datetime.now(UTC), text=text, **given))

    ask("bus")
    Grouper(engine, Metrics(), lambda texts: np.ones((len(texts), 3), np.float32) / 3**0.5).group_new()
    ask("coach")
    Grouper(engine, Metrics(), lambda texts: np.ones((len(texts), 5), np.float32) / 5**0.5).group_new()
    with Session(engine) as session:
        assert len(set(session.scalars(select(Question.group_id)))) == 1
    engine.dispose()
