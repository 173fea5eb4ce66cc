"""The questions of a handover in the chat, one a turn: which of the `Details` each gives, and how its words are read.

The checks themselves are `bot.handover.form.details`; here is what a chat adds: people answer in sentences ("it's Jo",
"ring me on ...", "she's seven").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers

from bot.guidance.wording import wording
from bot.handover.form.details import REGION, NotUsable, checked
from bot.reading.handover_reply import CHECK, OFFER
from bot.reading.vocabulary import load_vocabulary

__all__ = ["CHECK", "OFFER", "STEPS", "Step", "step_of_slot"]

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


@dataclass(frozen=True)
class Step:
    """One question. `fields` names what it may give of `Details`; `longest_words`: more than that is no answer."""

    name: str
    fields: tuple[str, ...]
    read: Callable[[str], dict[str, str]]
    optional: bool = False
    longest_words: int | None = None

    @property
    def slot(self) -> str:
        """The name of its slot in Rasa, which only ever holds a marker."""
        return f"handover_{self.name}"


def step_of_slot(slot: str) -> str:
    """Return the name of the step that a slot belongs to."""
    return slot.removeprefix("handover_")


def _plain(field: str, lead_in: re.Pattern[str] | None = None) -> Callable[[str], dict[str, str]]:
    def read(text: str) -> dict[str, str]:
        own = lead_in.sub("", text).strip(" .,!") or text if lead_in else text
        found = checked(field, own)
        return {field: found} if found else {}

    return read


def _contact(text: str) -> dict[str, str]:
    """Return the telephone number, the e-mail address, or both, wherever they stand in the text; raise NotUsable."""
    found: dict[str, str] = {}
    email = _EMAIL.search(text)
    if email:
        found["email"] = checked("email", email[0].strip(".,;:!?")) or ""
    rest = _EMAIL.sub(" ", text)
    match = next(iter(phonenumbers.PhoneNumberMatcher(rest, REGION, leniency=phonenumbers.Leniency.POSSIBLE)), None)
    if match:
        found["phone"] = checked("phone", match.raw_string) or ""
    elif not email:
        if not any(sign.isdigit() for sign in text):
            raise NotUsable(wording("details.reach"))
        found["phone"] = checked("phone", text) or ""
    return found


def _age(text: str) -> dict[str, str]:
    figures = re.findall(r"\d+", text)
    words = {word: number for number, word in enumerate(load_vocabulary().number_words, 1)}
    spelt = [words[word] for word in re.findall(r"[a-z]+", text.lower()) if word in words]
    numbers = [int(figure) for figure in figures] or spelt
    if len(numbers) == 1 and _MONTHS_OR_WEEKS.search(text):
        numbers = [numbers[0] // (52 if re.search(r"\bw(?:ee)?ks?\b", text, re.I) else 12)]
    found = checked("child_age", str(numbers[0]) if len(numbers) == 1 else text)
    return {"child_age": found} if found else {}


STEPS = {
    step.name: step
    for step in (
        Step("about", ("about",), _plain("about")),
        Step("name", ("name",), _plain("name", _OWN_NAME), longest_words=8),
        Step("contact", ("phone", "email"), _contact, longest_words=25),
        Step("when", ("when_to_reach",), _plain("when_to_reach"), optional=True, longest_words=30),
        Step("child", ("child_first_name",), _plain("child_first_name", _CHILDS_NAME), optional=True, longest_words=6),
        Step("age", ("child_age",), _age, optional=True, longest_words=10),
        Step("school", ("school",), _plain("school"), optional=True, longest_words=14),
    )
}
