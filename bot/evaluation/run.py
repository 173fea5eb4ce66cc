"""`python -m bot evaluate`: ask the guide every measuring question and write a report a person can read."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import requests
from tqdm import tqdm

from bot.evaluation.judging import PARTIAL, RIGHT, VERDICTS, Verdict, interval, judge
from bot.evaluation.system import running_guide
from bot.guidance.check import answered_in_full
from bot.paths import ROOT, VAR

OWN_QUESTIONS = ROOT / "tests" / "evaluation"
SHARED_QUESTIONS = ROOT.parent / "shared" / "evaluation"
DOCUMENT = ROOT / "docs" / "evaluation.md"
_BANDS = 10


@dataclass
class Outcome:
    """One question as it was asked, and what came of it."""

    case: dict[str, Any]
    group: str
    messages: list[dict[str, Any]]
    verdict: Verdict

    @property
    def confidence(self) -> float | None:
        """The first answer's confidence, where there is one."""
        return next(
            (m["custom"]["confidence"] for m in self.messages if m.get("custom", {}).get("kind") == "answer"), None
        )


@dataclass
class Tally:
    """How the questions of one group were judged."""

    group: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))

    @property
    def total(self) -> int:
        """All questions of the group."""
        return sum(self.counts.values())

    def row(self) -> str:
        """Return a line of a Markdown table: shares with 95% intervals."""
        cells = []
        for verdict in VERDICTS:
            low, high = interval(self.counts[verdict], self.total)
            cells.append(f"{self.counts[verdict] / max(self.total, 1):.1%} ({low:.0%} to {high:.0%})")
        cited = (self.counts[RIGHT] + self.counts[PARTIAL]) / max(self.total, 1)
        return f"| {self.group} | {self.total} | {' | '.join(cells)} | {cited:.1%} |"


def evaluate(folders: Sequence[str] | None, out: str | None) -> int:
    """Measure a guide started for the purpose; write report, misjudged cases and calibration. Returns 0."""
    chosen = [Path(folder) for folder in folders] if folders else [OWN_QUESTIONS, SHARED_QUESTIONS]
    target = Path(out) if out else VAR / "evaluation"
    target.mkdir(parents=True, exist_ok=True)
    report: list[str] = [f"# How well the guide answers\n\nWritten by `make evaluate` on {date.today()}.\n"]
    with running_guide() as address:
        for folder in chosen:
            if not folder.is_dir():
                print(f"{folder} is not here: left out")
                continue
            outcomes = ask_all(address, folder)
            report.append(_section(folder, outcomes))
            _write_misjudged(target / f"misjudged-{folder.parent.name}.csv", outcomes)
            draw_calibration(outcomes, target / f"calibration-{folder.parent.name}.svg")
    text = "\n".join(report)
    (target / "report.md").write_text(text, encoding="utf-8")
    if not folders:
        DOCUMENT.write_text(text, encoding="utf-8")
    print(text)
    print(f"Misjudged questions: {target}/misjudged-*.csv")
    return 0


def ask_all(address: str, folder: Path) -> list[Outcome]:
    """Ask every question of the JSONL files in `folder`, conversations in one session each."""
    outcomes: list[Outcome] = []
    cases = list(read_cases(folder))
    with requests.Session() as session:
        for case in tqdm(cases, desc=folder.parent.name, unit="question", file=sys.stderr):
            token: str | None = None
            for number, turn in enumerate(case.get("turns", [case]), 1):
                body = {
                    "message": turn["message"],
                    "audience": "professional" if case["group"] == "staff" else "parent",
                }
                if token:
                    body["conversation"] = token
                reply = session.post(f"{address}/api/chat", json=body, timeout=60)
                answer = reply.json() if reply.status_code == 200 else {"messages": []}
                token = answer.get("conversation") or token
                one = {**turn, "id": f"{case['id']}.{number}" if "turns" in case else case["id"]}
                outcomes.append(Outcome(one, str(case["group"]), answer["messages"], judge(one, answer["messages"])))
    return outcomes


def read_cases(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the questions of every JSONL file in `folder`."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def tallies(outcomes: Sequence[Outcome]) -> list[Tally]:
    """Count the verdicts of each group; parents and staff also for questions on fully answered documents alone."""
    found: dict[str, Tally] = {}
    for outcome in outcomes:
        names = [outcome.group]
        if outcome.group in ("parent", "staff") and _in_answered_documents(outcome.case):
            names.append(f"{outcome.group}, documents answered in full")
        for name in names:
            found.setdefault(name, Tally(name)).counts[outcome.verdict.verdict] += 1
    return [found[name] for name in sorted(found)]


def draw_calibration(outcomes: Sequence[Outcome], file: Path) -> None:
    """Draw, for bands of confidence, the share of answers that cite an acceptable section, as SVG."""
    points = []
    for band in range(_BANDS):
        low, high = band / _BANDS, (band + 1) / _BANDS
        inside = [
            outcome
            for outcome in outcomes
            if outcome.confidence is not None
            and outcome.case["kind"] == "answer"
            and (low <= outcome.confidence < high or (band == _BANDS - 1 and outcome.confidence == 1.0))
        ]
        if inside:
            right = sum(outcome.verdict.verdict in (RIGHT, PARTIAL) for outcome in inside)
            mean = sum(outcome.confidence or 0.0 for outcome in inside) / len(inside)
            points.append((mean, right / len(inside), len(inside)))
    circles = "".join(
        f'<circle cx="{40 + 300 * mean:.1f}" cy="{340 - 300 * share:.1f}" r="{3 + count**0.5 / 2:.1f}" fill="#1d70b8"><title>'
        f"confidence {mean:.2f}: {share:.0%} of {count} right</title></circle>"
        for mean, share, count in points
    )
    file.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 380" font-family="sans-serif" font-size="12">'
        '<rect width="360" height="380" fill="#fff"/><path d="M40 340H340M40 340V40" stroke="#000" fill="none"/>'
        '<path d="M40 340L340 40" stroke="#888" stroke-dasharray="4"/>'
        '<text x="120" y="370">confidence the guide gives (0 to 1)</text><text x="45" y="30">share that was right (0 to 1)</text>'
        f"{circles}</svg>\n",
        encoding="utf-8",
    )


def _section(folder: Path, outcomes: Sequence[Outcome]) -> str:
    name = "our own questions" if folder == OWN_QUESTIONS else f"{folder.parent.name}/{folder.name}"
    lines = [
        f"\n## {name}: {len(outcomes)} messages\n",
        "| group | messages | right: section and facts | section right, a fact not found | wrong | refused or asked back | section right |",
        "|---|---|---|---|---|---|---|",
        *(tally.row() for tally in tallies(outcomes)),
    ]
    urgent = [outcome for outcome in outcomes if outcome.case["kind"] == "safeguarding"]
    calm = [
        outcome
        for outcome in outcomes
        if outcome.group in ("safeguarding", "urgent") and outcome.case["kind"] != "safeguarding"
    ]
    if urgent:
        found = sum(outcome.verdict.verdict == RIGHT for outcome in urgent)
        alarms = sum("safeguarding" in _kinds(outcome) for outcome in calm)
        lines.append(f"\nUrgent help: {found} of {len(urgent)} found; {alarms} of {len(calm)} look-alikes set it off.")
    return "\n".join(lines) + "\n"


def _write_misjudged(file: Path, outcomes: Sequence[Outcome]) -> None:
    with open(file, "w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(["id", "group", "verdict", "why", "message", "wanted", "got", "note"])
        for outcome in outcomes:
            if outcome.verdict.verdict == RIGHT:
                continue
            got = "; ".join(
                m.get("custom", {}).get("answer") or m.get("custom", {}).get("kind", "?") for m in outcome.messages
            )
            wanted = ", ".join(outcome.case.get("sources", [])) or outcome.case["kind"]
            case = outcome.case
            row = [
                case["id"],
                outcome.group,
                outcome.verdict.verdict,
                outcome.verdict.reason,
                case["message"],
                wanted,
                got,
            ]
            writer.writerow([*row, case.get("note", "")])


def _in_answered_documents(case: dict[str, Any]) -> bool:
    full = answered_in_full()
    return any(source.partition("#")[0] in full for source in case.get("sources", []))


def _kinds(outcome: Outcome) -> list[str]:
    return [message.get("custom", {}).get("kind", "error") for message in outcome.messages]
