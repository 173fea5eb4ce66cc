"""One turn of a conversation, top to bottom.

A step passes on or ends the turn; the first that ends it has decided. What always happens comes after it, whatever the
outcome. Each step is timed by name; the step that decided, why, and the outcome are kept with the turn, counted, and shown by
`python -m bot explain`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.privacy.quiet_logs import failure
from bot.turn.context import Ended, Parts, TurnContext
from bot.turn.outcomes import name_outcome
from bot.turn.showing import as_shown
from bot.turn.steps.ask_rasa import ask_rasa
from bot.turn.steps.clean import clean
from bot.turn.steps.count import count
from bot.turn.steps.danger import find_danger, say_what_to_do_in_danger
from bot.turn.steps.handover_answer import handover_answer
from bot.turn.steps.issue_buttons import issue_buttons
from bot.turn.steps.keep import keep
from bot.turn.steps.notice import notice
from bot.turn.steps.offer_person import offer_person
from bot.turn.steps.open_conversation import open_conversation
from bot.turn.steps.person_has_chat import person_has_chat
from bot.turn.steps.pressed_button import button_to_rasa, find_button, handover_button
from bot.turn.steps.redact import redact
from bot.turn.steps.screen import screen
from bot.turn.steps.services_follow_up import services_follow_up
from bot.turn.steps.told_otherwise import told_otherwise
from bot.turn.turns import URGENT, Turn

Step = Callable[[TurnContext, Parts], Ended | None]
Always = Callable[[TurnContext, Parts], None]
Result = TypeVar("Result")

# What happens to a message before any store or model is asked: nothing that fails there can keep help from somebody in danger.
READING: tuple[Step, ...] = (
    clean,  # what nobody sees goes; too long, or nothing at all: refused
    redact,  # personal details go
    find_danger,  # words of danger are looked for, in all that was typed
)

# What happens to it then, in its conversation.
STEPS: tuple[Step, ...] = (
    *READING,
    open_conversation,  # one message of a conversation at a time; what was sent twice is answered once
    person_has_chat,  # a person of SENDIASS has the chat: it goes to them
    say_what_to_do_in_danger,  # danger was found: what to do now
    handover_answer,  # a question of the handover is open, and this answers it or steers it
    told_otherwise,  # "say that in easier words": of the answer before
    services_follow_up,  # "any nearer?", "the second one": of the services shown
    ask_rasa,  # a question: the ranking finds its answer
)

# What happens to a pressed button.
BUTTON_STEPS: tuple[Step, ...] = (open_conversation, find_button, handover_button, button_to_rasa)

# What always happens after a step has ended the turn with replies.
ALWAYS: tuple[Always, ...] = (
    screen,  # what staff turned off is not said
    offer_person,  # three failures in a row, or distress: a person is offered
    name_outcome,  # what came of it, in a word
    issue_buttons,  # intents become opaque tokens
    keep,  # with the conversation, redacted
    count,  # for operators
    notice,  # the content queue takes what got no answer
)


def run(turn: TurnContext, parts: Parts, steps: Sequence[Step]) -> Turn:
    """Take a turn through `steps` and then through what always happens; raise Refused where it is not taken.

    What the model read as danger is answered whatever fails after that.
    """
    began = time.perf_counter()
    with turn.held:
        ended = _first_to_end(turn, parts, steps)
        if ended.turn:
            parts.metrics.outcomes.labels(ended.outcome, turn.step).inc()
            return ended.turn
        turn.replies, turn.sent, turn.shown = list(ended.replies), ended.sent, ended.shown
        turn.evidence |= ended.evidence
        try:
            for always in ALWAYS:
                _timed(always, turn, parts)
        except Exception as error:  # noqa: BLE001 - what the model read as danger is answered whatever fails
            urgent = [reply.model_dump() for reply in turn.replies if reply.custom.kind == URGENT]
            if not urgent:
                raise
            parts.failed("store", failure(error))
            parts.forget(turn.conversation)
            return Turn(parts.tokens.of(turn.conversation), urgent, tuple(turn.removed), is_kept=False)
        finally:
            parts.metrics.turn_seconds.observe(time.perf_counter() - began)
        shown = as_shown(parts.handover, turn.conversation, turn.messages)
        return Turn(parts.tokens.of(turn.conversation), shown, tuple(turn.removed), turn.near)


def read(turn: TurnContext, parts: Parts) -> None:
    """Take a turn through what needs no store and no model; raise Refused where it is not taken."""
    for step in READING:
        _timed(step, turn, parts)


def _first_to_end(turn: TurnContext, parts: Parts, steps: Sequence[Step]) -> Ended:
    for step in steps:
        ended = _timed(step, turn, parts)
        if ended:
            turn.step = step.__name__
            return ended
    raise AssertionError("the last step ends every turn")


def _timed(step: Callable[[TurnContext, Parts], Result], turn: TurnContext, parts: Parts) -> Result:
    began = time.perf_counter()
    try:
        return step(turn, parts)
    finally:
        spent = time.perf_counter() - began
        turn.milliseconds[step.__name__] = round(spent * 1000, 2)
        parts.metrics.step_seconds.labels(step.__name__).observe(spent)
