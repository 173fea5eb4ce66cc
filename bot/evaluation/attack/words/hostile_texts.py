"""Texts made to cost much, in every place of a conversation: no turn may take much longer than an ordinary one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import quote

from bot.evaluation.attack.guide.family import ORDINARY, PERSON, SERVICES, Family, Said
from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import is_within, median
from bot.evaluation.attack.kinds import Outcome, attack
from bot.evaluation.attack.words import texts

SUBJECT = "hostile texts"
MOST_TIMES = 3.0
ANSWERED_WITHIN_S = 12.0
_TRIES = 5
_ENOUGH_FAILED = 4
_SLOW = f"no turn over {MOST_TIMES:g} times an ordinary one; the guide well afterwards"
# Brings a visitor to the place where the text is sent.
Place = Callable[[Family], object]


def _new(family: Family) -> None:
    """Stay before the first message."""


def _after_answer(family: Family) -> Said:
    return family.say(ORDINARY)


def _after_services(family: Family) -> Said:
    return family.say(SERVICES)


def _in_handover(family: Family) -> Said:
    return family.press(family.say(PERSON), "Yes")


def _turn(target: Target, text: str, place: Place) -> Said:
    family = target.family()
    place(family)
    return family.say(text, ANSWERED_WITHIN_S)


def usual_turn(target: Target, place: Place = _after_answer) -> float:
    """Return the median seconds of an ordinary turn in this place, at rest."""
    _turn(target, ORDINARY, place)
    return median([_turn(target, "who pays for extra help in school", place).seconds for _ in range(7)])


def worst_turn(target: Target, tried: Mapping[str, str], place: Place) -> Outcome:
    """Send each text once, and again those that were slow; the worst median counts. Ends early where several are too slow."""
    usual = usual_turn(target, place)
    worst, worst_name, failed = 0.0, "", []
    for name, text in tried.items():
        said = _turn(target, text, place)
        took = said.seconds
        if said.is_kind and "error" not in said.kinds and not is_within(took, usual, MOST_TIMES, 0.0):
            took = median([took, *(_turn(target, text, place).seconds for _ in range(_TRIES - 1))])
        if took > worst:
            worst, worst_name = took, name
        # A text of nothing but unseen characters is refused (422) at once, which is right.
        fine = said.status == 422 or said.is_answered
        if not fine or not is_within(took, usual, MOST_TIMES, 0.0):
            failed.append(name)
            if not fine or len(failed) >= _ENOUGH_FAILED:
                break
    figures = f"{len(tried)} texts; ordinary {usual * 1000:.0f} ms, worst {worst * 1000:.0f} ms ({worst_name}), "
    figures += f"{worst / usual:.1f} times"
    if failed:
        figures += f"; too slow: {', '.join(failed)}"
    return Outcome(not failed, figures)


@attack(SUBJECT, "words over and over", "thank you x 22 and 31 like it, after an answer", _SLOW)
def words_over_and_over(target: Target) -> Outcome:
    """Send texts that a pattern may read in many ways."""
    return worst_turn(target, texts.THANKS, _after_answer)


@attack(SUBJECT, "runs of characters", "32 texts of 2,000 characters: commas, brackets, quotes, numbers, dates", _SLOW)
def runs_of_signs(target: Target) -> Outcome:
    """Send runs of one character and of several, in a new conversation."""
    return worst_turn(target, texts.CHARACTERS, _new)


@attack(SUBJECT, "runs of characters after an answer", "the same, after an answer", _SLOW)
def runs_of_signs_after_an_answer(target: Target) -> Outcome:
    """Send the runs of characters after an answer."""
    return worst_turn(target, texts.CHARACTERS, _after_answer)


@attack(SUBJECT, "long words and long English", "16 texts of 2,000 characters", _SLOW)
def long_words(target: Target) -> Outcome:
    """Send long words and long, ordinary English."""
    return worst_turn(target, texts.LONG, _after_answer)


@attack(SUBJECT, "oddities of Unicode", "20 texts: emoji, zalgo, right to left, NUL, ligatures that grow", _SLOW)
def unicode_oddities(target: Target) -> Outcome:
    """Send what Unicode holds of oddities."""
    return worst_turn(target, texts.UNICODE, _after_answer)


@attack(SUBJECT, "after services were shown", "the dearest of each kind, after a search", _SLOW)
def after_services(target: Target) -> Outcome:
    """Send the dearest texts where a follow-up of a search is looked for."""
    return worst_turn(target, texts.DEAREST, _after_services)


@attack(SUBJECT, "in a handover", "the dearest of each kind, as an answer to a question of the handover", _SLOW)
def in_a_handover(target: Target) -> Outcome:
    """Send the dearest texts where the guide asks what it is about."""
    return worst_turn(target, texts.DEAREST, _in_handover)


@attack(SUBJECT, "in a search of services", "the dearest of each kind in /services", _SLOW)
def in_a_search(target: Target) -> Outcome:
    """Search for the dearest texts: cut as the form cuts them, and whole."""
    family = target.family()
    usual = median([family.page("/services?q=sensory+toys").seconds for _ in range(7)])
    worst, worst_name = 0.0, ""
    for name, text in texts.DEAREST.items():
        for sent in (text[:200], text):
            took = median([target.family().page(f"/services?q={quote(sent)}").seconds for _ in range(3)])
            if took > worst:
                worst, worst_name = took, name
    figures = f"ordinary {usual * 1000:.0f} ms, worst {worst * 1000:.0f} ms ({worst_name}), {worst / usual:.1f} times"
    return Outcome(is_within(worst, usual, MOST_TIMES, 0.05), figures)


@attack(
    SUBJECT,
    "half characters in JSON",
    "lone surrogates and other things that are no text",
    "refused or answered, no 5xx",
)
def half_signs(target: Target) -> Outcome:
    """Send escaped halves of characters, which no store can keep as text."""
    bodies = [
        '{"message": "\\ud800"}',
        '{"message": "what is an ehc plan \\udfff\\ud800"}',
        '{"message": "\\u0000"}',
        '{"message": "hello", "conversation": "\\ud800"}',
        '{"payload": "\\udc00", "conversation": "x"}',
        json.dumps({"message": ["x"] * 500}),
        '{"message": ' + "[" * 20_000 + "]" * 20_000 + "}",
        '{"message": ' + "9" * 5000 + "}",
    ]
    seen = [
        target.family().send("POST", "/api/chat", data=body.encode(), headers={"Content-Type": "application/json"})
        for body in bodies
    ]
    statuses = [said.status for said in seen]
    return Outcome(all(200 <= status < 500 for status in statuses), f"{len(bodies)} bodies: {statuses}")
