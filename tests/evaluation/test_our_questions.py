"""The answer gate: our own questions, asked through the chat API, against the last recorded run and the thresholds."""

from __future__ import annotations

import pytest

from bot.evaluation.answers import gate
from bot.evaluation.answers.outcomes import Outcome, ask_all, read_cases
from bot.evaluation.system import running_guide
from bot.paths import EXAMPLES


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    with running_guide() as address:
        return ask_all(address, gate.FOLDER)


def test_our_own_questions_pass_the_gate(outcomes):
    failed = gate.failures(outcomes, gate.recorded(), gate.read_thresholds())
    assert not failed, "\n".join(failed)


def test_every_question_was_recorded(outcomes):
    missing = {outcome.case["id"] for outcome in outcomes} - gate.recorded().keys()
    assert not missing, f"run `python -m bot evaluate --record`: {sorted(missing)[:5]} ..."


def test_the_set_is_large_enough_and_no_question_is_a_training_example():
    cases = [turn for case in read_cases(gate.FOLDER) for turn in case.get("turns", [case])]
    assert len(cases) >= 300
    examples = {line.strip()[2:].lower() for file in EXAMPLES.rglob("*.yml") for line in file.open(encoding="utf-8")}
    taken = [turn["message"] for turn in cases if turn["message"].lower() in examples]
    short = [message for message in taken if len(message.split()) <= 2]
    assert taken == short, f"in the training data too: {taken}"
