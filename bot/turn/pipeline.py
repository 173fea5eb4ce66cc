"""One turn of a conversation, top to bottom.

A step passes on or ends the turn; the first that ends it has decided. What always happens comes after it, whatever the
outcome. Each step is timed by name; the step that decided, why, and the outcome are kept with the turn, counted, and shown by
`python -m bot explain`.

So "and who pays for that?" after "can i get a personal budget?": no step before `ask_rasa` has anything to do with it.
`ask_rasa` sends Rasa the words, and with them the question and the answer before. Rasa's components (`config.yml`) see that the
message follows on (`bot.reading.context`), rank the answers by both questions together, and an action says the first. What each
step makes of it, and what Rasa does: docs/architecture.md, walk 1.
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

# What happens to it then, in its conversation. Special cases come first; what is none is a question.
IN_CONVERSATION: tuple[Step, ...] = (
    open_conversation,  # what was said before is loaded; one message at a time; what was sent twice is answered once
    person_has_chat,  # a person of SENDIASS has the chat: it goes to them
    say_what_to_do_in_danger,  # danger was found: what to do now
    handover_answer,  # a question of the handover is open, and this answers it or steers it
    told_otherwise,  # "say that in easier words": the answer before is given again in its other form
    services_follow_up,  # "any nearer?", "the second one": about the services shown before
    ask_rasa,  # all else is a question, by itself or following on the one before: Rasa's ranking finds its answer
)

# All that happens to typed words.
STEPS: tuple[Step, ...] = (*READING, *IN_CONVERSATION)

# What happens to a pressed button.
BUTTON_STEPS: tuple[Step, ...] = (
    open_conversation,
    find_button,  # which button it was; one that this conversation was not shown is refused
    handover_button,  # a button of the handover that needs more than Rasa: the draft, or the bound on requests
    button_to_rasa,  # any other: Rasa gets the intent that it stands for
)

# What always happens after a step has ended the turn with replies.
ALWAYS: tuple[Always, ...] = (
    screen,  # what staff turned off is not said
    offer_person,  # three failures in a row, or distress: a person is offered
    name_outcome,  # what came of it, in a word: "answered", "not_known" ...
    issue_buttons,  # the intents behind buttons become opaque tokens
    keep,  # words (redacted), replies and what decided are kept with the conversation
    count,  # the figures for operators
    notice,  # the content queue, for editors, takes what got no good answer
)


def run(turn: TurnContext, parts: Parts, steps: Sequence[Step]) -> Turn:
    """Take a turn through `steps`, of which the last ends every turn, and then through `ALWAYS`.

    Words have been through `read` before; a button needs no reading. Raises Refused where the turn is not taken. What was
    understood as danger is answered whatever fails after that.
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
        except Exception as error:  # noqa: BLE001 - what was understood as danger is answered whatever fails
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
    """Take a turn through `READING`, which needs no store and no model; raise Refused where it is not taken."""
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
