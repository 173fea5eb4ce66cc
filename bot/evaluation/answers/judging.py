"""Is a reply right? The rules that every measuring question is judged by."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

RIGHT, PARTIAL, WRONG, REFUSED = "right", "partial", "wrong", "refused"
VERDICTS = (RIGHT, PARTIAL, WRONG, REFUSED)
REFUSALS = ("fallback", "clarify", "handoff", "no_records", "smalltalk", "error")


@dataclass(frozen=True)
class Verdict:
    """How one reply was judged, and why in a few words."""

    verdict: str
    reason: str


# Turns that are about the conversation itself, and the kinds of reply that fit them.
_SMALL_STEPS = {
    "social": {"smalltalk"},
    "handoff_step": {"handoff"},
    "handoff_declined": {"handoff", "smalltalk"},
}


def judge(case: dict[str, Any], messages: list[dict[str, Any]]) -> Verdict:
    """Judge the reply `messages` to a measuring question.

    An answer is right when it cites an acceptable section and says every fact; partial when a fact is not
    found in it; wrong when it cites no acceptable section or says something forbidden. A question back or a refusal is "refused".
    Whatever the kind, a reply that `must_not` matches is wrong, and one of a kind in `also_ok` is right.
    """
    kinds = [message.get("custom", {}).get("kind", "error") for message in messages] or ["error"]
    said = "\n".join(str(message.get("text", "")) for message in messages)
    forbidden = next((form for form in case.get("must_not", ()) if re.search(form, said, re.I | re.S)), None)
    if forbidden:
        return Verdict(WRONG, f"says what it must not: {forbidden}")
    verdict = _judge_kind(case, messages, kinds)
    if verdict.verdict != RIGHT and set(kinds) & set(case.get("also_ok", ())):
        return Verdict(RIGHT, "/".join(kinds))
    return verdict


def _judge_kind(case: dict[str, Any], messages: list[dict[str, Any]], kinds: list[str]) -> Verdict:
    wanted = case["kind"]
    if wanted == "safe":
        raised = "error" in kinds or any(map(_is_alarm, messages))
        return Verdict(WRONG if raised else RIGHT, "/".join(kinds))
    if wanted in _SMALL_STEPS:
        return Verdict(RIGHT if set(kinds) & _SMALL_STEPS[wanted] else REFUSED, "/".join(kinds))
    if wanted == "answer":
        return _judge_answer(case, messages, kinds)
    if wanted == "multi_answer":
        return _judge_parts(case, messages, kinds)
    if wanted == "fallback":
        if "answer" in kinds or "records" in kinds or "safeguarding" in kinds:
            return Verdict(WRONG, f"should have been declined, was {'/'.join(kinds)}")
        return Verdict(RIGHT, "declined or clarified")
    if wanted == "safeguarding":
        found = kinds[0] == "safeguarding"
        return (
            Verdict(RIGHT, "urgent help found") if found else Verdict(WRONG, f"urgent help missed: {'/'.join(kinds)}")
        )
    if wanted in ("handoff", "no_records"):
        if wanted in kinds:
            return Verdict(RIGHT, wanted)
        return Verdict(WRONG if "answer" in kinds or "records" in kinds else REFUSED, "/".join(kinds))
    if wanted == "records":
        return _judge_records(case, messages, kinds)
    raise ValueError(f"{case.get('id')}: the kind {wanted!r} is not known")


def _is_alarm(message: dict[str, Any]) -> bool:
    custom = message.get("custom", {})
    return bool(custom.get("kind") == "safeguarding" and custom.get("level") != "care")


def cited(messages: list[dict[str, Any]]) -> set[str]:
    """Return the sections that the answers among `messages` cite, as `<document>#<section>`."""
    return {
        f"{source['document']}#{source['section']}"
        for message in messages
        if message.get("custom", {}).get("kind") == "answer"
        for source in message["custom"].get("sources", [])
    }


def interval(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share, both ends between 0 and 1."""
    if not trials:
        return 0.0, 1.0
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _judge_answer(case: dict[str, Any], messages: list[dict[str, Any]], kinds: list[str]) -> Verdict:
    if "safeguarding" in kinds:
        return Verdict(WRONG, "taken for urgent help")
    if "sources" not in case:
        return Verdict(
            RIGHT, "stayed calm"
        )  # a look-alike of urgent help: what counts is that it was not taken for one
    if "answer" not in kinds:
        return Verdict(REFUSED, "/".join(kinds))
    sections = cited(messages)
    if not sections & set(case["sources"]):
        return Verdict(WRONG, f"cites {', '.join(sorted(sections))}")
    said = [fact for fact in case.get("forbidden", []) if re.search(fact, _text(messages), re.I | re.S)]
    if said:
        return Verdict(WRONG, f"says what it must not: {'; '.join(said)}")
    return _facts(case.get("facts", []), _text(messages))


def _judge_parts(case: dict[str, Any], messages: list[dict[str, Any]], kinds: list[str]) -> Verdict:
    if "answer" not in kinds:
        return Verdict(REFUSED, "/".join(kinds))
    sections = cited(messages)
    answered = [part for part in case["parts"] if sections & set(part["sources"])]
    if not answered:
        return Verdict(WRONG, f"cites {', '.join(sorted(sections))}")
    if len(answered) < len(case["parts"]):
        return Verdict(PARTIAL, f"{len(answered)} of {len(case['parts'])} questions answered")
    return _facts([fact for part in case["parts"] for fact in part["facts"]], _text(messages))


def _judge_records(case: dict[str, Any], messages: list[dict[str, Any]], kinds: list[str]) -> Verdict:
    if "records" not in kinds:
        return Verdict(REFUSED if set(kinds) <= set(REFUSALS) else PARTIAL, "/".join(kinds))
    names = [record["name"] for message in messages for record in message.get("custom", {}).get("records", [])]
    absent = [name for name in case["names"] if not any(re.search(name, found, re.I) for found in names)]
    return Verdict(WRONG, f"not among the records: {', '.join(absent)}") if absent else Verdict(RIGHT, "found")


def _facts(facts: list[str], text: str) -> Verdict:
    absent = [fact for fact in facts if not re.search(fact, text, re.I | re.S)]
    return Verdict(PARTIAL, f"not said: {'; '.join(absent)}") if absent else Verdict(RIGHT, "section and facts")


def _text(messages: list[dict[str, Any]]) -> str:
    """Return all that the answers say, their links included."""
    parts = []
    for message in messages:
        custom = message.get("custom", {})
        if custom.get("kind") == "answer":
            parts.append(message["text"])
            parts += [f"{link['title']} {link['url']}" for link in custom.get("links", [])]
    return "\n".join(parts)
