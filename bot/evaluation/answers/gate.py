"""The answer gate: what was right must stay right, what must be refused must not leak, urgent help must not be missed.

The last recorded run stands in `tests/evaluation/recorded.json` (written by `python -m bot evaluate --record`),
the least that each group must reach in `tests/evaluation/thresholds.yml`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.evaluation.answers.judging import RIGHT, WRONG
from bot.evaluation.answers.outcomes import Outcome
from bot.paths import ROOT

FOLDER = ROOT / "tests" / "evaluation"
RECORDED = FOLDER / "recorded.json"
THRESHOLDS = FOLDER / "thresholds.yml"


@dataclass(frozen=True)
class Change:
    """A question that is answered otherwise than in the last recorded run."""

    id: str
    message: str
    before: str
    after: str
    verdict_before: str
    verdict_after: str

    def __str__(self) -> str:
        return f"{self.id} {self.verdict_before} -> {self.verdict_after}: {self.before} -> {self.after}: {self.message[:80]}"


def record(outcomes: Iterable[Outcome], file: Path = RECORDED) -> None:
    """Write how each question is answered and judged now, to compare later runs with."""
    content = {o.case["id"]: {"verdict": o.verdict.verdict, "given": given(o)} for o in outcomes}
    file.write_text(json.dumps(content, indent=0, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def recorded(file: Path = RECORDED) -> dict[str, dict[str, str]]:
    """Return the last recorded run by question id; nothing where none was recorded."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def changes(outcomes: Iterable[Outcome], before: Mapping[str, Mapping[str, str]]) -> list[Change]:
    """Return the questions whose reply or verdict differs from the recorded run."""
    found = []
    for outcome in outcomes:
        was, now = before.get(outcome.case["id"]), given(outcome)
        if was and (was["given"] != now or was["verdict"] != outcome.verdict.verdict):
            found.append(
                Change(
                    outcome.case["id"],
                    outcome.case["message"],
                    was["given"],
                    now,
                    was["verdict"],
                    outcome.verdict.verdict,
                )
            )
    return found


def failures(
    outcomes: Sequence[Outcome], before: Mapping[str, Mapping[str, str]], thresholds: Mapping[str, Mapping[str, float]]
) -> list[str]:
    """Return, as sentences, why these outcomes must not be accepted; nothing where they may be."""
    found = [
        f"was right and is now wrong: {change}"
        for change in changes(outcomes, before)
        if change.verdict_before == RIGHT and change.verdict_after == WRONG
    ]
    for outcome in outcomes:
        kind, verdict = outcome.case["kind"], outcome.verdict
        if kind == "safeguarding" and verdict.verdict != RIGHT:
            found.append(f"urgent help missed: {outcome.case['id']}: {outcome.case['message'][:80]}")
    for group, limits in thresholds.items():
        of_group = [outcome for outcome in outcomes if group_of(outcome) == group]
        if not of_group:
            found.append(f"thresholds.yml names the group {group!r}, which has no questions")
            continue
        shares = {
            "right_at_least": sum(outcome.verdict.verdict == RIGHT for outcome in of_group) / len(of_group),
            "wrong_at_most": sum(outcome.verdict.verdict == WRONG for outcome in of_group) / len(of_group),
        }
        for name, limit in limits.items():
            share = shares[name]
            if (share < limit) if name == "right_at_least" else (share > limit):
                found.append(f"{group}: {name.replace('_', ' ')} {limit:.0%}, is {share:.1%} of {len(of_group)}")
    return found


def read_thresholds(file: Path = THRESHOLDS) -> dict[str, dict[str, float]]:
    """Return, for each group, the least share that must be right and the most that may be wrong."""
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def group_of(outcome: Outcome) -> str:
    """Return what a question is counted under: its group; look-alikes of urgent help and refusals by themselves."""
    kind = outcome.case["kind"]
    if outcome.case.get("style") == "look-alike" or (
        outcome.group in ("urgent", "safeguarding") and kind != "safeguarding"
    ):
        return "look-alikes"
    if outcome.group != "multi" and kind == "fallback":
        return "must refuse"
    return "urgent help" if kind == "safeguarding" else outcome.group


def given(outcome: Outcome) -> str:
    """Return in short what was replied: the answers' names, or the kinds of message."""
    parts: list[Any] = [message.get("custom", {}) for message in outcome.messages]
    return "; ".join(
        str(custom.get("answer") or custom.get("about") or custom.get("kind", "error")) for custom in parts
    )
