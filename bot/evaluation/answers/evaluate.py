"""`python -m bot evaluate`: ask the guide every measuring question and write a report a person can read."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.evaluation.answers import gate
from bot.evaluation.answers.judging import PARTIAL, RIGHT, VERDICTS, interval
from bot.evaluation.answers.outcomes import Outcome, ask_all
from bot.evaluation.system import running_guide
from bot.paths import ROOT, VAR
from bot.transparency.facts import EVALUATION_FILE

OWN_QUESTIONS = ROOT / "tests" / "evaluation"
SHARED_QUESTIONS = ROOT.parent / "shared" / "evaluation"
DOCUMENT = ROOT / "docs" / "evaluation.md"
_BANDS = 10
_MENDED_AGAINST = (
    "The patterns were mended against these messages, so the count guards what was gained and foretells nothing. "
    "docs/understanding.md has the count of messages that nobody had mended against."
)
_TABLE_HEAD = (
    "| group | messages | right: section and facts | section right, a fact not found | wrong | refused or asked back | section right |",
    "|---|---|---|---|---|---|---|",
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


def evaluate(folders: Sequence[str] | None, out: str | None, record: bool = False) -> int:
    """Measure a guide started for the purpose; write report, misjudged cases and calibration. Returns 0.

    `record`: keep how our own questions are answered now, for the answer gate to compare with.
    """
    chosen = [Path(folder) for folder in folders] if folders else [OWN_QUESTIONS, SHARED_QUESTIONS]
    target = Path(out) if out else VAR / "evaluation"
    target.mkdir(parents=True, exist_ok=True)
    report: list[str] = [f"# How well the guide answers\n\nWritten by `make evaluate` on {date.today()}.\n"]
    measured: dict[str, list[Outcome]] = {}
    with running_guide() as address:
        for folder in chosen:
            if not folder.is_dir():
                print(f"{folder} is not here: left out")
                continue
            outcomes = ask_all(address, folder)
            report.append(_section(folder, outcomes))
            measured["our own questions" if folder == OWN_QUESTIONS else "questions by other writers"] = outcomes
            if folder == OWN_QUESTIONS:
                report.append(_changes(outcomes))
                if record:
                    gate.record(outcomes)
            _write_misjudged(target / f"misjudged-{folder.parent.name}.csv", outcomes)
            draw_calibration(outcomes, target / f"calibration-{folder.parent.name}.svg")
    if not folders:
        _write_figures(measured)
    text = "\n".join(report)
    (target / "report.md").write_text(text, encoding="utf-8")
    if not folders:
        DOCUMENT.write_text(text, encoding="utf-8")
    print(text)
    print(f"Misjudged questions: {target}/misjudged-*.csv")
    return 0


def tallies(outcomes: Sequence[Outcome]) -> list[Tally]:
    """Count the verdicts of each group."""
    found: dict[str, Tally] = {}
    for outcome in outcomes:
        name = gate.group_of(outcome)
        found.setdefault(name, Tally(name)).counts[outcome.verdict.verdict] += 1
    return [found[name] for name in sorted(found)]


def styles(outcomes: Sequence[Outcome]) -> list[Tally]:
    """Count the verdicts of parents and staff by the style of the message."""
    found: dict[str, Tally] = {}
    for outcome in outcomes:
        if outcome.group in ("parent", "staff") and outcome.case.get("style"):
            name = f"{outcome.group}: {outcome.case['style']}"
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


def _name_of(folder: Path) -> str:
    return "our own questions" if folder == OWN_QUESTIONS else f"{folder.parent.name}/{folder.name}"


def _write_figures(measured: Mapping[str, Sequence[Outcome]]) -> None:
    """Keep how many of each group were judged how, for the transparency record."""
    sets = {name: {tally.group: tally.counts for tally in tallies(outcomes)} for name, outcomes in measured.items()}
    content = {"date": date.today().isoformat(), "sets": sets}
    EVALUATION_FILE.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _section(folder: Path, outcomes: Sequence[Outcome]) -> str:
    lines = [
        f"\n## {_name_of(folder)}: {len(outcomes)} messages\n",
        *_TABLE_HEAD,
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
        if folder == OWN_QUESTIONS:
            lines.append(_MENDED_AGAINST)
    by_style = styles(outcomes)
    if by_style:
        lines += ["\nBy the style of the message:\n", *_TABLE_HEAD, *(tally.row() for tally in by_style)]
    words = sorted(
        len(message["text"].split())
        for outcome in outcomes
        for message in outcome.messages
        if message.get("custom", {}).get("kind") == "answer"
    )
    if words:
        lines.append(
            f"\nWords in an answer, its source line included: median {words[len(words) // 2]}, "
            f"95th percentile {words[int(len(words) * 0.95)]}."
        )
    return "\n".join(lines) + "\n"


def _changes(outcomes: Sequence[Outcome]) -> str:
    """Say which of our own questions are answered otherwise than in the last recorded run."""
    changed = gate.changes(outcomes, gate.recorded())
    lines = [f"\nAgainst the last recorded run, {len(changed)} of {len(outcomes)} replies changed."]
    return "\n".join([*lines, *(f"- {change}" for change in changed)]) + "\n"


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


def _kinds(outcome: Outcome) -> list[str]:
    return [message.get("custom", {}).get("kind", "error") for message in outcome.messages]
