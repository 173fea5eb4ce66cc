"""The web form's pages: the handover's questions in their order, and what becomes of what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.handover.form.details import NotUsable
from bot.handover.form.steps import CHECK, STEPS, Step, lacking

CHAT = "chat"  # the question whether the chat goes with it, asked only of those who came from one


@dataclass(frozen=True)
class Page:
    """One page: its name in the address, and the questions on it."""

    name: str
    steps: tuple[Step, ...] = ()

    @property
    def answers(self) -> tuple[str, ...]:
        """The answers it asks for, named as in `Details`."""
        return tuple(field for step in self.steps for field in step.fields)


def _page(name: str) -> Page:
    return Page(name, tuple(step for step in STEPS.values() if step.page == name))


PAGES = (*(_page(name) for name in dict.fromkeys(step.page for step in STEPS.values())), Page(CHAT))
BY_NAME = {page.name: page for page in PAGES}


@dataclass(frozen=True)
class Taken:
    """What a page gave: the answers that will do, and for each of the others what to say beside it."""

    answers: dict[str, str | None]
    errors: dict[str, str]


def take(page: Page, typed: Mapping[str, str]) -> Taken:
    """Check what was typed on a page."""
    answers: dict[str, str | None] = {}
    errors: dict[str, str] = {}
    for step in page.steps:
        for answer in step.answers:
            try:
                answers[answer.name] = answer.checked(typed.get(answer.name, ""))
            except NotUsable as refused:
                errors[answer.name] = str(refused)
        if not errors.keys() & set(step.fields) and step.is_lacking(answers):
            errors[step.fields[0]] = step.missing
    return Taken(answers, errors)


def pages_for(draft: Mapping[str, Any]) -> list[Page]:
    """Return the pages in their order for somebody with this draft."""
    return [page for page in PAGES if page.name != CHAT or draft.get("conversation_id")]


def page_after(page: str, draft: Mapping[str, Any]) -> str:
    """Return the name of the page after this one; the last is CHECK."""
    names = [each.name for each in pages_for(draft)]
    following = names.index(page) + 1
    return names[following] if following < len(names) else CHECK


def page_before(page: str, draft: Mapping[str, Any]) -> str | None:
    """Return the name of the page before this one, or None for the first."""
    names = [*(each.name for each in pages_for(draft)), CHECK]
    before = names.index(page) - 1
    return names[before] if before >= 0 else None


def first_unanswered(draft: Mapping[str, Any]) -> str | None:
    """Return the first page that still lacks what must be given, or None."""
    step = lacking(draft["answers"])
    return step.page if step else None
