"""Connections that never finish what they begin, and streams that are held open: closed in time, and no hurt to others."""

from __future__ import annotations

import contextlib
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from bot.evaluation.attack.guide.family import ORDINARY, Family, connect
from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack
from bot.evaluation.attack.web.flooding import referral_in_chat

SUBJECT = "slow and held connections"
ATTACKER = "127.0.0.2"
CLOSED_WITHIN_S = 75.0
HALF_OPEN = 300
FILE_HANDLES = 300
STREAMS = 205
MOST_STREAMS_OF_ONE_ADDRESS = 12
MOST_STREAMS_OF_ONE_CHAT = 3

_HEAD = b"POST /api/chat HTTP/1.1\r\nHost: guide\r\nContent-Type: application/json\r\nContent-Length: 400\r\n"
# What is sent at first, and what then comes a character at a time.
_NEVER_ENDING = {
    "nothing at all": (b"", b""),
    "half a line": (b"GET / HT", b""),
    "heads, a line at a time": (b"GET / HTTP/1.1\r\nHost: guide\r\n", b"X-A: b\r\n"),
    "a head, a character at a time": (b"GET / HTTP/1.1\r\nHost: guide\r\nX-Long: ", b"a"),
    "no body": (_HEAD + b"\r\n", b""),
    "a body, a character at a time": (_HEAD + b'\r\n{"message": "', b"a"),
    "a body in pieces without end": (
        b"POST /api/chat HTTP/1.1\r\nHost: guide\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\na\r\n",
    ),
    "a form, a character at a time": (
        b"POST / HTTP/1.1\r\nHost: guide\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\n",
        b"a",
    ),
    "a second request that never comes whole": (
        b"GET /livez HTTP/1.1\r\nHost: guide\r\n\r\nGET / HTTP/1.1\r\nX: ",
        b"b",
    ),
}


def _seconds_until_closed(base: str, address: str, first: bytes, then: bytes) -> float:
    """Begin a request and never end it; return the seconds until the guide gave up, CLOSED_WITHIN_S where it did not."""
    began = time.monotonic()
    with contextlib.suppress(OSError), connect(base, address) as connection:
        connection.sendall(first)
        connection.settimeout(1.0)
        while time.monotonic() - began < CLOSED_WITHIN_S:
            try:
                if not connection.recv(4096):
                    break
            except TimeoutError:
                if then:
                    connection.sendall(then)
    return time.monotonic() - began


@attack(
    SUBJECT,
    "requests that never end",
    f"{len(_NEVER_ENDING)} kinds: nothing, heads and bodies a character a second, pieces without end",
    f"each connection closed within {CLOSED_WITHIN_S:g} s",
)
def never_ending(target: Target) -> Outcome:
    """Hold one connection of each kind."""
    took: dict[str, float] = {}

    def hold(name: str, first: bytes, then: bytes) -> None:
        took[name] = _seconds_until_closed(target.base, target.family().address, first, then)

    threads = [threading.Thread(target=hold, args=(name, *sent)) for name, sent in _NEVER_ENDING.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome = all_held([(name, seconds < CLOSED_WITHIN_S) for name, seconds in took.items()], "closed")
    return Outcome(outcome.held, f"{outcome.figures}; the slowest after {max(took.values()):.0f} s")


@contextmanager
def _few_file_handles(target: Target) -> Iterator[None]:
    """Let the gateway have only so many file handles, as a small machine does."""
    pid = target.part("gateway")
    if pid is None:
        raise RuntimeError("the gateway does not run")
    before = resource.prlimit(
        pid, resource.RLIMIT_NOFILE, (FILE_HANDLES, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1])
    )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def _held_open(base: str, number: int) -> list[socket.socket]:
    held = []
    for _ in range(number):
        with contextlib.suppress(OSError):
            connection = connect(base, ATTACKER)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: guide\r\nX-Slow: ")
            held.append(connection)
    return held


def _others_are_served(target: Target, tries: int = 5) -> tuple[bool, float]:
    seen = [target.family().say(ORDINARY) for _ in range(tries)]
    pages = [target.family().page("/") for _ in range(tries)]
    slowest = max(each.seconds for each in [*seen, *pages])
    return all(said.is_answered for said in seen) and all(page.status == 200 for page in pages), slowest


@attack(
    SUBJECT,
    "300 half-open connections",
    f"{HALF_OPEN} requests begun from one address, while the gateway has {FILE_HANDLES} file handles",
    "other families get their answers and pages, none after more than 5 s",
    inside=True,
)
def half_open(target: Target) -> Outcome:
    """Fill the gateway's file handles from one address."""
    with _few_file_handles(target):
        held = _held_open(target.base, HALF_OPEN)
        time.sleep(1.0)
        served, slowest = _others_are_served(target)
        for connection in held:
            connection.close()
    return Outcome(served and slowest <= 5.0, f"{len(held)} opened; others served: {served}, slowest {slowest:.1f} s")


def _streams(family: Family, token: str, number: int) -> tuple[list[requests.Response], list[int]]:
    opened, statuses = [], []
    for _ in range(number):
        with contextlib.suppress(requests.RequestException):
            reply = family.http.get(f"{family.base}/api/chat/{token}/events", stream=True, timeout=5)
            statuses.append(reply.status_code)
            if reply.status_code == 200:
                opened.append(reply)
            else:
                reply.close()
    return opened, statuses


@attack(
    SUBJECT,
    "live streams of one visitor",
    f"{STREAMS} streams of one conversation that was handed over, then of five, from one address",
    f"some, but at most {MOST_STREAMS_OF_ONE_CHAT} of a chat and {MOST_STREAMS_OF_ONE_ADDRESS} in all; another family's page and "
    "chat as before",
)
def streams(target: Target) -> Outcome:
    """Hold as many live streams as one visitor can, of chats in which a person may write."""
    stranger = target.family()
    handing_over = [target.family() for _ in range(5)]
    handed_over = sum(referral_in_chat(family) for family in handing_over)
    tokens = [family.token for family in handing_over]
    opened, statuses = _streams(stranger, tokens[0], STREAMS)
    more = [_streams(stranger, token, 30) for token in tokens[1:]]
    everything = opened + [reply for replies, _ in more for reply in replies]
    family = target.family()
    family.say(ORDINARY)
    own, own_statuses = _streams(family, family.token, 1)
    served, slowest = _others_are_served(target, 3)
    for reply in [*everything, *own]:
        reply.close()
    refused = {status for status in statuses if status != 200} | {s for _, found in more for s in found if s != 200}
    few = 0 < len(opened) <= MOST_STREAMS_OF_ONE_CHAT and len(everything) <= MOST_STREAMS_OF_ONE_ADDRESS
    # Only a chat that a person has needs a stream; one that none has may be refused, but not for want of room.
    own_fine = bool(own_statuses) and own_statuses[0] != 503
    figures = f"{handed_over} of 5 handed over, {len(opened)} opened of one chat, {len(everything)} in all, "
    figures += f"refusals {sorted(refused)}; another family's stream {own_statuses}"
    return Outcome(few and own_fine and served, f"{figures}, slowest answer {slowest:.1f} s")


@attack(
    SUBJECT,
    "idle connections kept alive",
    "250 finished requests whose connections are kept, from one address",
    "others are served, and most of the idle ones are closed within 30 s",
    inside=True,
)
def kept_alive(target: Target) -> Outcome:
    """Keep connections open after a whole request."""
    held = []
    with _few_file_handles(target):
        for _ in range(250):
            with contextlib.suppress(OSError):
                connection = connect(target.base, ATTACKER)
                connection.sendall(b"GET /livez HTTP/1.1\r\nHost: guide\r\n\r\n")
                held.append(connection)
        time.sleep(2.0)
        served, slowest = _others_are_served(target)
        time.sleep(10.0)
        open_still = sum(_is_open(connection) for connection in held)
        for connection in held:
            connection.close()
    figures = f"others served: {served}, slowest {slowest:.1f} s; {open_still} of {len(held)} open after 12 s"
    return Outcome(served and slowest <= 5.0 and open_still < 50, figures)


def _is_open(connection: socket.socket) -> bool:
    connection.settimeout(0.01)
    try:
        while True:
            if not connection.recv(65536):
                return False
    except TimeoutError:
        return True
    except OSError:
        return False
