"""The handover's questions: the one list from which the chat's steps, the web form's pages and what is sent are made.

`python -m bot check` holds Rasa's form in domain.yml against it, and the sentences that ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers

from bot.guidance.wording import wording
from bot.handover.form.details import REGION, Answer, NotUsable, age_in_years, email_address, phone_number
from bot.reading.handover_reply import CHECK, OFFER
from bot.reading.vocabulary import load_vocabulary

__all__ = ["ANSWERS", "CHECK", "OFFER", "STEPS", "Step", "lacking", "step_of_slot"]

TRIES_BEFORE_ANOTHER_WAY = 2

_OWN_NAME = re.compile(
    r"^(?:(?:hi|hello)[,.!]?\s+)?(?:my name(?:'s| is)|i'?m|i am|it'?s|it is|call me|this is)\s+", re.I
)
_CHILDS_NAME = re.compile(
    r"^(?:(?:his|her|their|the child'?s) name(?:'s| is)|(?:he|she|they)(?:'s|'re| is| are)(?: called)?|it'?s|called)\s+",
    re.I,
)
_EMAIL = re.compile(r"(?<![^\s,;<>()])[^\s,;<>()]+@[^\s,;<>()]+")
_MONTHS_OR_WEEKS = re.compile(r"\b(?:months?|mths?|weeks?|wks?)\b", re.I)

Find = Callable[[str], dict[str, str]]


@dataclass(frozen=True)
class Step:
    """One question: a turn of the chat, and with the others of its `page` a page of the web form.

    `answers` is what it may give; one of them must be given unless it is `optional`. `find` finds them in what people
    type in a chat, who answer in sentences ("it's Jo", "ring me on ..."). `longest_words`: more than that is no answer.
    """

    name: str
    page: str
    answers: tuple[Answer, ...]
    find: Find
    optional: bool = False
    longest_words: int | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of its answers in `Details`."""
        return tuple(answer.name for answer in self.answers)

    @property
    def slot(self) -> str:
        """The name of its slot in Rasa, which only ever holds a marker."""
        return f"handover_{self.name}"

    @property
    def missing(self) -> str:
        """The kind sentence for somebody who gave nothing and must."""
        return wording(f"details.missing.{self.name}")

    def read(self, text: str) -> dict[str, str]:
        """Return the answers in a message of the chat, tidied; raise NotUsable."""
        answers = dict(zip(self.fields, self.answers))
        checked = {name: answers[name].checked(typed) for name, typed in self.find(text).items()}
        found = {name: answer for name, answer in checked.items() if answer}
        if self.is_lacking(found):
            raise NotUsable(self.missing)
        return found

    def is_lacking(self, answers: Mapping[str, Any]) -> bool:
        """Tell whether what must be given is not among these answers."""
        return not self.optional and not any(answers.get(field) for field in self.fields)


def step_of_slot(slot: str) -> str:
    """Return the name of the step that a slot belongs to."""
    return slot.removeprefix("handover_")


def _whole(name: str, lead_in: re.Pattern[str] | None = None) -> Find:
    """Return what takes the whole message for the answer, but for words that lead up to it."""

    def find(text: str) -> dict[str, str]:
        return {name: lead_in.sub("", text).strip(" .,!") or text if lead_in else text}

    return find


def _contact(text: str) -> dict[str, str]:
    """Return the telephone number, the e-mail address, or both, wherever they stand in the text."""
    found: dict[str, str] = {}
    email = _EMAIL.search(text)
    if email:
        found["email"] = email[0].strip(".,;:!?")
    rest = _EMAIL.sub(" ", text)
    match = next(iter(phonenumbers.PhoneNumberMatcher(rest, REGION, leniency=phonenumbers.Leniency.POSSIBLE)), None)
    if match:
        found["phone"] = match.raw_string
    elif not email and any(character.isdigit() for character in text):
        found["phone"] = text
    return found


def _age(text: str) -> dict[str, str]:
    figures = re.findall(r"\d+", text)
    words = {word: number for number, word in enumerate(load_vocabulary().number_words, 1)}
    spelt = [words[word] for word in re.findall(r"[a-z]+", text.lower()) if word in words]
    numbers = [int(figure) for figure in figures] or spelt
    if len(numbers) == 1 and _MONTHS_OR_WEEKS.search(text):
        numbers = [numbers[0] // (52 if re.search(r"\bw(?:ee)?ks?\b", text, re.I) else 12)]
    return {"child_age": str(numbers[0]) if len(numbers) == 1 else text}


_PHONE = Answer("phone", 40, check=phone_number)
_E_MAIL = Answer("email", 254, check=email_address)
_CHILD = Answer("child_first_name", 60)

STEPS = {
    step.name: step
    for step in (
        Step("about", "about", (Answer("about", 2000),), _whole("about")),
        Step("name", "name", (Answer("name", 100),), _whole("name", _OWN_NAME), longest_words=8),
        Step("contact", "reach", (_PHONE, _E_MAIL), _contact, longest_words=25),
        Step("when", "when", (Answer("when_to_reach", 200),), _whole("when_to_reach"), optional=True, longest_words=30),
        Step("child", "child", (_CHILD,), _whole("child_first_name", _CHILDS_NAME), optional=True, longest_words=6),
        Step("age", "child", (Answer("child_age", 20, age_in_years),), _age, optional=True, longest_words=10),
        Step("school", "school", (Answer("school", 120),), _whole("school"), optional=True, longest_words=14),
    )
}
ANSWERS = {answer.name: answer for step in STEPS.values() for answer in step.answers}


def lacking(answers: Mapping[str, Any]) -> Step | None:
    """Return the first question that still lacks what must be given, or None."""
    return next((step for step in STEPS.values() if step.is_lacking(answers)), None)
