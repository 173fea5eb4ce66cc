"""What is each adjustment of the ranking worth? `python -m bot.evaluation.answers.worth`: judged with each left out in turn.

Prints a Markdown table of the measuring questions that the ranking settles: questions, two questions in one message, and what
must be declined or stay calm. Only what a message is taken for is judged; no guide is started. Needs a trained model.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.evaluation.answers.evaluate import OWN_QUESTIONS, SHARED_QUESTIONS
from bot.evaluation.answers.judging import PARTIAL, REFUSED, RIGHT, WRONG, judge
from bot.evaluation.answers.outcomes import read_cases
from bot.guidance.answers import load_answers
from bot.guidance.replies import Message, answer_message
from bot.paths import ROOT
from bot.processes.rasa_process import RASA_PYTHON, rasa_environment

SETTLED_BY_RANKING = ("answer", "multi_answer", "fallback", "safe")
# What a message that is not answered gets by its intent, as the answer gate calls it.
_KINDS = {
    "ambiguous": "clarify",
    "nlu_fallback": "fallback",
    "out_of_scope": "fallback",
    "other_language": "fallback",
    "urgent_help": "safeguarding",
    "ask_for_person": "handoff",
    "find_service": "records",
    "faq": "fallback",
}
_OTHER_KIND = "smalltalk"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table. Returns 0."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluation.answers.worth", description=__doc__.split("\n")[0])
    parser.add_argument("--folder", action="append", help="a folder of JSONL files (may be given more than once)")
    chosen = parser.parse_args(arguments)
    folders = [Path(folder) for folder in chosen.folder or (OWN_QUESTIONS, SHARED_QUESTIONS)]
    cases = {
        folder: [case for case in read_cases(folder) if any(map(_is_settled_by_ranking, _turns(case)))]
        for folder in folders
        if folder.is_dir()
    }
    print("\n".join(table(cases)))
    return 0


def table(cases: Mapping[Path, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Return the lines of the table for the cases of each folder."""
    together = [case for of_folder in cases.values() for case in of_folder]
    understood = ask_ranking([[turn["message"] for turn in _turns(case)] for case in together])
    counts: dict[str, list[Counter[str]]] = {}
    for name, taken in understood.items():
        rest = iter(taken)
        counts[name] = [count(of_folder, [next(rest) for _ in of_folder]) for of_folder in cases.values()]
    heads = [f"{folder.parent.name}/{folder.name} ({sum(whole.values())})" for folder, whole in zip(cases, counts[""])]
    lines = [
        f"Measured on {date.today()}: right / section right, a fact not found / wrong / asked back or declined.\n",
        f"| left out | {' | '.join(heads)} |",
        f"|---|{'---|' * len(heads)}",
    ]
    for name, of_folders in counts.items():
        cells = [" / ".join(str(each[verdict]) for verdict in (RIGHT, PARTIAL, WRONG, REFUSED)) for each in of_folders]
        lines.append(f"| {f'`{name}`' if name else 'none'} | {' | '.join(cells)} |")
    return lines


def ask_ranking(conversations: Sequence[Sequence[str]]) -> dict[str, list[list[dict[str, Any]]]]:
    """Return what `bot.nlu.tools.worth` says of the conversations: what each message is taken for, by what is left out."""
    command = [str(RASA_PYTHON), "-m", "bot.nlu.tools.worth"]
    asked = subprocess.run(
        command,
        input=json.dumps(conversations),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        env=rasa_environment(),
    )
    return dict(json.loads(asked.stdout))


def count(cases: Sequence[Mapping[str, Any]], taken: Sequence[Sequence[Mapping[str, Any]]]) -> Counter[str]:
    """Count the verdicts on what the turns of the cases were taken for, where that is the ranking's to settle."""
    verdicts: Counter[str] = Counter()
    for case, of_turns in zip(cases, taken, strict=True):
        for turn, one in zip(_turns(case), of_turns, strict=True):
            if _is_settled_by_ranking(turn):
                audience = "professional" if case["group"] == "staff" else "parent"
                verdicts[judge(dict(turn), list(replies(one, audience))).verdict] += 1
    return verdicts


def replies(taken: Mapping[str, Any], audience: str) -> Iterator[Message]:
    """Yield what is replied to a message by what it was taken for: the answers, or a message of a kind without words."""
    answers = load_answers()
    for ident in taken["answers"]:
        yield answer_message(answers[ident], audience, 1.0)
    if not taken["answers"]:
        yield {"text": "", "custom": {"kind": _KINDS.get(taken["intent"], _OTHER_KIND)}}


def _turns(case: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    turns: Sequence[Mapping[str, Any]] = case.get("turns", [case])
    return turns


def _is_settled_by_ranking(turn: Mapping[str, Any]) -> bool:
    """Tell whether the ranking decides on a turn; an answer without sources is only a look-alike of danger."""
    return turn["kind"] in SETTLED_BY_RANKING and (turn["kind"] != "answer" or bool(turn.get("sources")))


if __name__ == "__main__":
    sys.exit(main())
