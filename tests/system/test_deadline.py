"""Work that takes too long is given up, whatever it is stuck in; where that does not help its process ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time

import pytest

from bot.paths import ROOT
from bot.processes.deadline import VARIABLE, TookTooLong, deadline, with_deadline

LONG = "thank you " * 30 + "!"
EXPONENTIAL = r"(?:thanks?\s*|thank you\s*|thank\s*|you\s*)+$"


def test_a_regular_expression_without_end_is_given_up(caplog):
    with pytest.raises(TookTooLong), deadline(0.2, "a message"):
        re.match(EXPONENTIAL, LONG)
    assert [record.getMessage() for record in caplog.records] == ["a message took longer than 0 s and was given up"]
    assert "thank" not in caplog.text


def test_whoever_swallows_the_error_is_interrupted_again():
    with pytest.raises(TookTooLong), deadline(0.1, "a message"):
        try:
            re.match(EXPONENTIAL, LONG)
        except TookTooLong:
            re.match(EXPONENTIAL, LONG)


def test_work_in_time_is_left_alone_and_so_is_what_comes_after():
    with deadline(0.2, "a message"):
        pass
    began = time.monotonic()
    while time.monotonic() - began < 0.4:
        pass


def test_other_threads_are_not_interrupted():
    done = []

    def work() -> None:
        with deadline(0.1, "a message"):
            time.sleep(0.3)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def test_a_process_without_a_deadline_of_its_own_works_as_before(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert with_deadline(len, "a message", lambda: None) is len


def test_finished_work_is_a_sign_of_life(monkeypatch):
    monkeypatch.setenv(VARIABLE, "5")
    signs: list[bool] = []
    assert with_deadline(len, "a message", lambda: signs.append(True))("abc") == 3
    assert signs == [True]


def test_a_process_that_cannot_be_interrupted_ends_and_says_where_it_stood_but_not_with_what():
    code = (
        "import time, signal\nfrom bot.processes.deadline import deadline\nsecret = 'my son Zachariah'\n"
        "with deadline(0.1, 'a message', ends_after_s=0.4):\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])  # as deep in a library of C\n"
        "    time.sleep(60)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr and "line 6" in ended.stderr and "Zachariah" not in ended.stderr
