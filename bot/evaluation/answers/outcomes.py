"""Asking a running guide the measuring questions, and what came of each."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from tqdm import tqdm

from bot.evaluation.answers.judging import Verdict, judge


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
