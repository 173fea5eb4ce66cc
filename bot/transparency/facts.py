"""What is true of the guide as it is configured now, for the pages that tell the public about it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomllib
import yaml

from bot.encoder.setup import WEIGHTS_SHA256
from bot.guidance.answers import load_answers
from bot.guidance.languages import languages
from bot.guidance.sources import load_documents
from bot.paths import EXAMPLES, ROOT
from bot.settings import Settings

EVALUATION_FILE = ROOT / "docs" / "evaluation.json"
ENCODER_NAME = "all-mpnet-base-v2"
_WRITER = re.compile(r"writer:\s*([\w-]+)")
_GROUPS = {
    "parent": "parents' questions",
    "staff": "professionals' questions",
    "must refuse": "questions that no document answers",
    "urgent help": "messages about danger",
}
# Of which sets the patterns were mended against the very messages: their figure foretells nothing.
_MENDED_AGAINST = {("our own questions", "urgent help")}
_MENDED_NOTE = " (mended against these very messages)"


def facts(settings: Settings) -> dict[str, str]:
    """Return what the texts of `knowledge/transparency.yml` are filled with, each as it reads in a sentence."""
    answers = load_answers()
    documents = load_documents()
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    writers, examples, labels = _examples()
    return {
        "version": tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"],
        "answers": str(len(answers)),
        "checked": str(sum(bool(answer.checked) for answer in answers.values())),
        "documents": str(len(documents)),
        "document_list": "; ".join(
            f"{document.title} ({document.published_in_words})" for document in documents.values()
        ),
        "pipeline": ", ".join(step["name"].rpartition(".")[2] for step in config["pipeline"]),
        "cost_of_wrong": _cost_of_wrong(config),
        "encoder": ENCODER_NAME,
        "encoder_hash": f"sha256 {WEIGHTS_SHA256}",
        "labels": str(labels),
        "examples": str(examples),
        "writers": str(writers),
        "languages": str(len(languages())),
        "message_limit": f"{settings.message_limit:,}",
        "conversation_hours": str(settings.conversation_hours),
        "question_days": str(settings.desk_question_days),
        "referral_days": str(settings.referral_days),
        "performance": performance(),
    }


def performance(file: Path = EVALUATION_FILE) -> str:
    """Return the last recorded evaluation as sentences, or that there is none."""
    if not file.exists():
        return "Not measured yet: `make evaluate` does."
    measured = json.loads(file.read_text(encoding="utf-8"))
    parts = [f"Measured on {measured['date']}."]
    for name, groups in measured["sets"].items():
        lines = [
            _line(label, groups[group]) + (_MENDED_NOTE if (name, group) in _MENDED_AGAINST else "")
            for group, label in _GROUPS.items()
            if group in groups
        ]
        parts.append(f"{name[:1].upper()}{name[1:]}: {'; '.join(lines)}.")
    return " ".join(parts)


def _line(label: str, counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    right, wrong = counts["right"] / total, counts["wrong"] / total
    return f"{total} {label}, {right:.0%} right in section and facts, {wrong:.1%} wrong"


def _examples() -> tuple[int, int, int]:
    """Return how many writing voices, examples and labels the training data have."""
    writers: set[str] = set()
    labels: set[str] = set()
    examples = 0
    for file in sorted(EXAMPLES.rglob("*.yml")):
        text = file.read_text(encoding="utf-8")
        writers.update(_WRITER.findall(text))
        for entry in yaml.safe_load(text)["nlu"]:
            if "intent" not in entry:
                continue
            labels.add(entry["intent"])
            found = entry["examples"]
            examples += (
                sum(line.startswith("- ") for line in found.splitlines()) if isinstance(found, str) else len(found)
            )
    return len(writers), examples, len(labels)


def _cost_of_wrong(config: Mapping[str, Any]) -> str:
    selector = next(step for step in config["pipeline"] if step["name"].endswith("AnswerSelector"))
    return f"{selector['costs']['wrong_answer']:.0%}"
