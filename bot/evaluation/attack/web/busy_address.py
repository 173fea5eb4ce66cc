"""One address sends the worst it can; families at other addresses must not notice."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

from bot.evaluation.attack.guide.family import ORDINARY, Family, Said
from bot.evaluation.attack.guide.staff import sign_in
from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import held_once, is_within, median, p95
from bot.evaluation.attack.kinds import Outcome, attack
from bot.evaluation.attack.words import texts
from bot.paths import ROOT

SUBJECT = "one address against all"
ATTACKER = "127.0.0.2"
ATTACK_S = 60.0
USUAL_S = 15.0
MOST_TIMES = 2.0
REFUSED_WITHIN_S = 1.0
# Two are worked on and twenty-four wait; of a conversation, one and two (docs/decisions/0026).
MOST_OF_AN_ADDRESS = 26
MOST_OF_A_CONVERSATION = 3
_BURST = 40


def others(target: Target, seconds: float) -> tuple[list[float], list[float], int]:
    """Have another family ask once a second and open a page; return the times of turns, of pages, and how many failed."""
    turns, pages, failed = [], [], 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        family = target.family()  # its own limit is not what is measured
        turn, page = family.say(ORDINARY), family.page("/")
        turns.append(turn.seconds)
        pages.append(page.seconds)
        failed += not turn.is_answered or page.status != 200
        time.sleep(max(began + 1.0 - time.monotonic(), 0))
    return turns, pages, failed


@attack(
    SUBJECT,
    "everything at once for a minute",
    "posts, conversations, pages, searches, sign-ins, 30 streams and 60 half-open connections from one address",
    f"another family's p95, of chat and page, at most {MOST_TIMES:g} times its usual or under 0.2 s; nothing fails",
)
def everything_at_once(target: Target) -> Outcome:
    """Measure another family's minute beside an attack, and its quarter of a minute before."""
    usual_turns, usual_pages, _ = others(target, USUAL_S)

    def measure(seconds: float = ATTACK_S) -> Outcome:
        crowd = subprocess.Popen(
            [sys.executable, "-m", "bot.evaluation.attack.web.crowd", target.base, ATTACKER, str(seconds)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(2.0)  # it is loading
        turns, pages, failed = others(target, seconds - 4.0)
        told = json.loads(crowd.communicate(timeout=60)[0] or "{}")
        chat, page = p95(turns), p95(pages)
        usual_chat, usual_page = p95(usual_turns), p95(usual_pages)
        held = not failed and is_within(chat, usual_chat, MOST_TIMES) and is_within(page, usual_page, MOST_TIMES)
        figures = (
            f"chat p95 {usual_chat * 1000:.0f} -> {chat * 1000:.0f} ms, page p95 {usual_page * 1000:.0f} -> "
            f"{page * 1000:.0f} ms, {failed} of {len(turns)} failed; the attacker got {_counts(told.get('seen', {}))}"
        )
        return Outcome(held, figures)

    return held_once(measure, tries=2)


def _counts(seen: dict[str, int]) -> str:
    return ", ".join(f"{number} x {what}" for what, number in sorted(seen.items())) or "nothing"


def _at_once(families: list[Family], text: str) -> list[Said]:
    said: list[Said] = []
    threads = [threading.Thread(target=lambda each=each: said.append(each.say(text, 60.0))) for each in families]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    return said


def _judged(said: list[Said], sent: int, most: int) -> Outcome:
    refused = [each for each in said if each.status in (429, 503)]
    slow = [each.seconds for each in refused if each.seconds > REFUSED_WITHIN_S]
    bare = [each for each in refused if not each.headers.get("retry-after", "").isdigit()]
    served = sum(each.status == 200 for each in said)
    held = served <= most and bool(refused) and not slow and not bare and served + len(refused) == sent
    slowest = max((each.seconds for each in refused), default=0.0)
    figures = (
        f"{sent} at once: {served} answered, {len(refused)} told to wait, the slowest of those after {slowest:.2f} s"
    )
    return Outcome(held, figures + (f"; {len(bare)} without Retry-After" if bare else ""))


@attack(
    SUBJECT,
    "many at once from one address",
    f"{_BURST} dear messages in the same moment, each a new conversation",
    f"at most {MOST_OF_AN_ADDRESS} answered; the others get 429 with Retry-After within a second",
)
def many_at_once_from_one_address(target: Target) -> Outcome:
    """Send a burst within the limit of a minute."""

    def measure() -> Outcome:
        address = target.family().address
        families = [target.family(address) for _ in range(_BURST)]
        return _judged(_at_once(families, texts.LONG["long English"]), _BURST, MOST_OF_AN_ADDRESS)

    return held_once(measure)


@attack(
    SUBJECT,
    "many at once in one conversation",
    "18 dear messages in the same moment in one conversation, from as many addresses",
    f"at most {MOST_OF_A_CONVERSATION} answered; the others get 429 with Retry-After within a second",
)
def many_at_once_in_one_conversation(target: Target) -> Outcome:
    """Let many addresses wait for the same conversation."""

    def measure() -> Outcome:
        token = target.family().say(ORDINARY).token
        families = [target.family() for _ in range(18)]
        for family in families:
            family.token = token
        return _judged(_at_once(families, texts.LONG["long English"]), len(families), MOST_OF_A_CONVERSATION)

    return held_once(measure)


@attack(
    SUBJECT,
    "a burst from many addresses",
    "60 dear messages in the same moment, each from an address of its own",
    "each answered or told to wait with Retry-After; nobody waits over 12 s; a page opens within a second meanwhile",
)
def a_burst_from_many_addresses(target: Target) -> Outcome:
    """Fill the queue before Rasa: what cannot be served soon must be said at once."""
    families = [target.family() for _ in range(60)]
    said: list[Said] = []
    burst = threading.Thread(target=lambda: said.extend(_at_once(families, texts.LONG["long English"])))
    burst.start()
    time.sleep(0.5)
    page = median([target.family().page("/", 30.0).seconds for _ in range(5)])
    burst.join(90)
    longest = max((each.seconds for each in said), default=0.0)
    told = sum(each.status in (429, 503) and "retry-after" in each.headers for each in said)
    answered = sum(each.is_answered for each in said)
    held = answered + told == len(families) and longest <= 12.0 and page <= 1.0
    figures = (
        f"{answered} answered, {told} told to wait, longest {longest:.1f} s; a page meanwhile {page * 1000:.0f} ms"
    )
    return Outcome(held, figures)


@attack(
    SUBJECT,
    "many at the sign-in",
    "30 clients sign in at once, again and again, for 15 s",
    "another family's chat p95 at most 3 times its usual or under 0.5 s",
)
def many_sign_ins(target: Target) -> Outcome:
    """Make the guide hash passwords and measure chats beside it."""
    usual = [target.family().say(ORDINARY).seconds for _ in range(10)]
    until = time.monotonic() + 15.0

    def client() -> None:
        family = target.family()
        while time.monotonic() < until:
            sign_in(family, "dilys", "no such password")
            time.sleep(0.1)

    threads = [threading.Thread(target=client) for _ in range(30)]
    for thread in threads:
        thread.start()
    times = []
    while time.monotonic() < until:
        times.append(target.family().say(ORDINARY, 30.0).seconds)
        time.sleep(0.5)
    for thread in threads:
        thread.join(40)
    return Outcome(
        is_within(p95(times), p95(usual), 3.0, 0.5), f"p95 {p95(usual) * 1000:.0f} -> {p95(times) * 1000:.0f} ms"
    )
