"""A part that lives and does not answer (stopped with SIGSTOP): it is noticed, started again, and nobody waits long."""

from __future__ import annotations

import signal
import time

from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack
from bot.evaluation.attack.parts.danger import ask_for_help, going_on

SUBJECT = "parts that do not answer"
BACK_WITHIN_S = 150.0
KIND_WITHIN_S = 2.0
# Until somebody has noticed, the first message waits as long as a reply may take.
FIRST_WITHIN_S = 12.0
_NOTICED_WITHIN_S = 15.0
_MUST = (
    f"urgent help at once; noticed within {_NOTICED_WITHIN_S:g} s, from then on the kind sentence within "
    f"{KIND_WITHIN_S:g} s; answers again within {BACK_WITHIN_S:g} s, from a new process"
)


def _stuck(target: Target, name: str) -> Outcome:
    families = going_on(target)
    stopped = target.signal(name, signal.SIGSTOP)
    if stopped is None:
        return Outcome(False, f"{name} does not run")
    began = time.monotonic()
    cases = ask_for_help(target, families, FIRST_WITHIN_S)
    first = target.family().say("who pays for extra help Quillmarkstuck", 20.0)
    cases.append((f"first message ({first.seconds:.1f} s)", first.is_kind and first.seconds <= FIRST_WITHIN_S))
    time.sleep(max(began + _NOTICED_WITHIN_S - time.monotonic(), 0))
    slowest, back, well = 0.0, None, 0
    while back is None and time.monotonic() - began < BACK_WITHIN_S:
        said = target.family().say("how do I join the Learning Library", 20.0)
        slowest = max(slowest, 0.0 if said.is_answered else said.seconds)
        well = well + 1 if said.is_answered else 0
        # Two in a row: a restart is not over with the first answer of the one that is ended.
        back = time.monotonic() - began if well >= 2 else None
        time.sleep(1.0)
    cases.append((f"kind sentence, slowest {slowest:.1f} s", slowest <= KIND_WITHIN_S))
    now = target.part(name)
    printed = target.log.read_text(errors="replace")
    cases.append(("no words of families printed", "Quillmark" not in printed))
    cases.append(("back", back is not None))
    cases.append(("a new process", now is not None and now != stopped))
    target.signal(name, signal.SIGCONT)
    outcome = all_held(cases, "checks")
    return Outcome(
        outcome.held,
        f"{outcome.figures}; kind sentence at most {slowest:.1f} s, back after {back or BACK_WITHIN_S:.0f} s",
    )


@attack(SUBJECT, "Rasa stopped", "SIGSTOP to Rasa", _MUST, inside=True)
def rasa_stopped(target: Target) -> Outcome:
    """Stop Rasa without ending it."""
    return _stuck(target, "rasa")


@attack(SUBJECT, "the action server stopped", "SIGSTOP to the action server", _MUST, inside=True)
def actions_stopped(target: Target) -> Outcome:
    """Stop the action server without ending it."""
    return _stuck(target, "actions")


@attack(
    SUBJECT,
    "the gateway stopped",
    "SIGSTOP to the gateway",
    "started again by itself within 120 s",
    inside=True,
)
def gateway_stopped(target: Target) -> Outcome:
    """Stop the gateway without ending it: then nobody gets anything until it is started again."""
    stopped = target.signal("gateway", signal.SIGSTOP)
    if stopped is None:
        return Outcome(False, "the gateway does not run")
    back = target.wait_until_well(120)
    now = target.part("gateway")
    target.signal("gateway", signal.SIGCONT)
    return Outcome(back is not None and now != stopped, f"back after {back or 120:.0f} s")
