"""The worst that one address can send, as a process of its own: `python -m bot.evaluation.attack.web.crowd BASE ADDRESS SECONDS`.

Prints one line of JSON: how many requests got which status, and how long the refused ones waited.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

from bot.evaluation.attack.guide.family import SERVICES, Family, connect
from bot.evaluation.attack.words.texts import DEAREST

PAUSE_S = 0.1
LONGEST_WAIT_S = 30.0
HALF_OPEN = 60
STREAMS = 30
_TEXTS = list(DEAREST.values())


class Crowd:
    """Many threads that behave as one visitor who means harm."""

    def __init__(self, base: str, address: str, until: float) -> None:
        self._base, self._address, self._until = base, address, until
        self.seen: Counter[str] = Counter()
        self.refused_s: list[float] = []

    def run(self) -> None:
        """Do all of it at once until the time is over."""
        jobs: list[Callable[[], None]] = [
            *[self._posts] * 12,
            *[self._conversations] * 3,
            *[self._pages] * 4,
            *[self._searches] * 4,
            *[self._sign_ins] * 3,
            self._streams,
            self._half_open,
        ]
        threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(self._until + 2 - time.monotonic(), 0.1))

    def _family(self) -> Family:
        return Family(self._base, self._address)

    def _is_time(self) -> bool:
        return time.monotonic() < self._until

    def _note(self, what: str, status: int, seconds: float) -> None:
        self.seen[f"{what} {status}"] += 1
        if status == 429:
            self.refused_s.append(seconds)

    def _posts(self) -> None:
        while self._is_time():
            said = self._family().say(random.choice(_TEXTS), LONGEST_WAIT_S)
            self._note("post", said.status, said.seconds)
            time.sleep(PAUSE_S)

    def _conversations(self) -> None:
        """Stay in one conversation, where a search was shown: the dearest place."""
        family = self._family()
        family.say(SERVICES, LONGEST_WAIT_S)
        while self._is_time():
            said = family.say(DEAREST["commas"], LONGEST_WAIT_S)
            self._note("post", said.status, said.seconds)
            time.sleep(PAUSE_S)

    def _pages(self) -> None:
        while self._is_time():
            said = self._family().page(random.choice(["/", "/services", "/about", "/handover"]), LONGEST_WAIT_S)
            self._note("page", said.status, said.seconds)
            time.sleep(PAUSE_S)

    def _searches(self) -> None:
        while self._is_time():
            words = random.choice(["speech therapy", "," * 190, "any nearer " * 17, "autism group in Peterlee"])
            said = self._family().send("GET", "/services", LONGEST_WAIT_S, params={"q": words})
            self._note("search", said.status, said.seconds)
            time.sleep(PAUSE_S)

    def _sign_ins(self) -> None:
        from bot.evaluation.attack.guide.staff import sign_in

        while self._is_time():
            said = sign_in(self._family(), "nobody", "wrong password here")
            self._note("sign-in", said.status, said.seconds)
            time.sleep(PAUSE_S)

    def _streams(self) -> None:
        family = self._family()
        token = family.say("hello", LONGEST_WAIT_S).token
        opened = []
        for _ in range(STREAMS):
            with contextlib.suppress(OSError, ValueError):
                reply = family.http.get(f"{self._base}/api/chat/{token}/events", stream=True, timeout=10)
                self._note("stream", reply.status_code, 0.0)
                opened.append(reply)
        while self._is_time():
            time.sleep(0.5)

    def _half_open(self) -> None:
        held = []
        for _ in range(HALF_OPEN):
            with contextlib.suppress(OSError):
                connection = connect(self._base, self._address)
                connection.sendall(b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
                held.append(connection)
        while self._is_time():
            time.sleep(0.5)


def main() -> None:
    """Attack for some seconds and print what came of it."""
    base, address, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    # The attacker's own work must not take the processors from the guide: it would sit elsewhere.
    os.nice(10)
    crowd = Crowd(base, address, time.monotonic() + seconds)
    crowd.run()
    print(json.dumps({"seen": dict(crowd.seen), "refused_s": sorted(crowd.refused_s)}), flush=True)
    os._exit(0)  # threads that still wait for a reply are not waited for


if __name__ == "__main__":
    main()
