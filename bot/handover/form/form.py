"""The web form's questions, one page each: their order, and what becomes of what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.guidance.wording import wording
from bot.handover.form.details import NotUsable, checked
from bot.handover.referrals.store import Details

CHAT = "chat"  # the question whether the chat goes with it, asked only of those who came from one
CHECK = "check"


@dataclass(frozen=True)
class Question:
    """One page: its name in the address, and the answers it asks for, named as in `Details`."""

    name: str
    answers: tuple[str, ...]


QUESTIONS = (
    Question("about", ("about",)),
    Question("name", ("name",)),
    Question("reach", ("phone", "email")),
    Question("when", ("when_to_reach",)),
    Question("child", ("child_first_name", "child_age")),
    Question("school", ("school",)),
    Question(CHAT, ()),
)
BY_NAME = {question.name: question for question in QUESTIONS}


@dataclass(frozen=True)
class Taken:
    """What a page gave: the answers that will do, and for each of the others what to say beside it."""

    answers: dict[str, str | None]
    errors: dict[str, str]


def take(question: Question, typed: Mapping[str, str]) -> Taken:
    """Check what was typed on a page."""
    answers: dict[str, str | None] = {}
    errors: dict[str, str] = {}
    for name in question.answers:
        try:
            answers[name] = checked(name, typed.get(name, ""))
        except NotUsable as refused:
            errors[name] = str(refused)
    if question.name == "reach" and not errors and not (answers["phone"] or answers["email"]):
        errors["phone"] = wording("details.reach")
    return Taken(answers, errors)


def questions_for(draft: Mapping[str, Any]) -> list[Question]:
    """Return the pages in their order for somebody with this draft."""
    return [question for question in QUESTIONS if question.name != CHAT or draft.get("conversation_id")]


def page_after(question: str, draft: Mapping[str, Any]) -> str:
    """Return the name of the page after this one; the last is CHECK."""
    names = [each.name for each in questions_for(draft)]
    following = names.index(question) + 1
    return names[following] if following < len(names) else CHECK


def page_before(question: str, draft: Mapping[str, Any]) -> str | None:
    """Return the name of the page before this one, or None for the first."""
    names = [*(each.name for each in questions_for(draft)), CHECK]
    before = names.index(question) - 1
    return names[before] if before >= 0 else None


def first_unanswered(draft: Mapping[str, Any]) -> str | None:
    """Return the first page that still lacks what must be given, or None."""
    answers = draft["answers"]
    for question in QUESTIONS:
        given = {name: answers.get(name) or "" for name in question.answers}
        if question.answers and take(question, given).errors:
            return question.name
    return None


def details_of(draft: Mapping[str, Any]) -> Details:
    """Return what will be sent, from a draft that lacks nothing."""
    answers = dict(draft["answers"])
    chat = draft.get("conversation")
    return Details(**answers, conversation=tuple((who, text) for who, text in chat) if chat else None)
