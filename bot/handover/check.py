"""What `python -m bot check` finds wrong about the handover: Rasa's form and the sentences against the questions, the hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from bot.guidance.check import Problem, line_of
from bot.guidance.wording import WORDING_FILE, all_wordings
from bot.handover.form.pages import PAGES
from bot.handover.form.steps import ANSWERS, CHECK, STEPS, Step
from bot.handover.hours import HOURS_FILE, BadHours, opening_hours
from bot.handover.referrals.store import Details
from bot.paths import ROOT

DOMAIN_FILE = ROOT / "domain.yml"
FORM = "handover_form"


def check(domain: Path = DOMAIN_FILE, hours: Path = HOURS_FILE) -> list[Problem]:
    """Return every problem, in order of file and line."""
    return sorted([*_check_domain(domain), *_check_wording(), *_check_hours(hours)])


def _check_domain(file: Path) -> Iterator[Problem]:
    """Rasa wants the questions in its domain, too: each has a slot, filled only while it is asked, and an action."""
    domain: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    wanted = [*(step.slot for step in STEPS.values()), f"handover_{CHECK}"]
    if domain["forms"][FORM]["required_slots"] != wanted:
        text = (
            f"the form asks something else, or in another order, than bot/handover/form/steps.py: {', '.join(wanted)}"
        )
        yield Problem(file, line_of(file, f"{FORM}:"), text)
    for slot in wanted:
        if f"action_ask_{slot}" not in domain["actions"]:
            yield Problem(file, line_of(file, "actions:"), f"action_ask_{slot} is missing: nothing asks for {slot}")
    for step in STEPS.values():
        mappings = (domain["slots"].get(step.slot) or {}).get("mappings")
        if mappings != _mappings(step):
            text = f"the slot {step.slot} must have these mappings: {_mappings(step)}"
            yield Problem(file, line_of(file, f"  {step.slot}:"), text)


def _mappings(step: Step) -> list[dict[str, Any]]:
    values = {"handover_answer": "typed", **({"handover_skip": "skipped"} if step.optional else {})}
    asked = [{"active_loop": FORM, "requested_slot": step.slot}]
    return [
        {"type": "from_intent", "intent": intent, "value": value, "conditions": asked}
        for intent, value in values.items()
    ]


def _check_wording() -> Iterator[Problem]:
    """Yield the sentences that a question needs and that wording.yml does not have."""
    wanted = [f"handover_chat.{how}.{step}" for how in ("questions", "change", "add") for step in STEPS]
    wanted += [f"details.missing.{step.name}" for step in STEPS.values() if not step.optional]
    wanted += [f"handover_form.pages.{page.name}" for page in PAGES]
    wanted += [f"handover_form.hints.{page.name}" for page in PAGES if len(page.answers) > 1]
    wanted += [f"{where}.{name}" for where in ("handover_form.labels", "handover_form.hints") for name in ANSWERS]
    wanted += [f"notice.fields.{each.name}" for each in fields(Details)]
    known = all_wordings()
    for key in wanted:
        if key not in known:
            line = line_of(WORDING_FILE, f"{key.partition('.')[0]}:")
            yield Problem(WORDING_FILE, line, f"the handover needs a sentence {key}")


def _check_hours(file: Path) -> Iterator[Problem]:
    try:
        opening_hours(file)
    except BadHours as error:
        yield Problem(file, line_of(file, f"{error.entry}:"), str(error))
