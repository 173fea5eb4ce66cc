"""Where no guide starts, whoever waited for it reads the reason first, not what libraries warn of."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.evaluation.start_log import MOST_CHARACTERS, why_not_started
from bot.evaluation.system import NotReady, wait_until_ready

WARNINGS = """\
Starting the guide (about 15 seconds)
rasa    | /guide/site-packages/rasa/shared/utils/validation.py:134: DeprecationWarning: pkg_resources is deprecated as an API.
rasa    |   import pkg_resources
rasa    | /guide/site-packages/pkg_resources/__init__.py:3117: DeprecationWarning: Deprecated call to `declare_namespace`.
rasa    | Implementing implicit namespace packages is preferred to `pkg_resources.declare_namespace`.
rasa    |   declare_namespace(pkg)
"""
OF_A_TURN = "rasa    | 2026-12-01 00:04:{second} ERROR    rasa.core.channels.rest  - KeyError at views.py:109\n"


def first_line(log: str) -> str:
    return why_not_started(log).splitlines()[0]


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (
            "gateway | GUIDE_PORT is taken.\nrasa    | still loading\n"
            "gateway cannot start with these settings, as it says above: the guide stops\nStopping.\n",
            "gateway | GUIDE_PORT is taken.",
        ),
        (
            "rasa    |   File x.py, line 3\nrasa    | ValueError: no such component\n"
            "rasa ended with status 1; starting it again in 2 s\n",
            "rasa    | ValueError: no such component",
        ),
        (OF_A_TURN.format(second="02") + "gateway | a line after it\n", OF_A_TURN.format(second="02").strip()),
        ("A database cannot be opened (OperationalError).\n", "A database cannot be opened (OperationalError)."),
        ("", "Starting the guide (about 15 seconds)"),
    ],
    ids=["refused settings", "a part that ended", "an error in each turn", "said before any part", "too slow"],
)
def test_the_reason_comes_first_and_no_warning_of_a_library_at_all(end, reason):
    log = WARNINGS + end
    assert first_line(log) == reason
    assert "Warning" not in why_not_started(log) and "declare_namespace" not in why_not_started(log)


def test_what_is_said_again_and_again_is_shown_once_and_the_latest():
    log = WARNINGS + "".join(OF_A_TURN.format(second=second) for second in range(10, 50))
    assert why_not_started(log).count("KeyError") == 1 and "00:04:49" in why_not_started(log)


def test_a_warning_that_no_line_of_code_follows_takes_nothing_else_away():
    log = "rasa    | /guide/x.py:1: UserWarning: odd\n" + "".join(
        f"rasa    | {word}\n" for word in ("one", "two", "three", "four")
    )
    assert all(word in why_not_started(log) for word in ("one", "two", "three", "four"))


def test_a_long_log_is_cut_at_the_beginning_of_a_line():
    names = [chr(97 + first) + chr(97 + second) for first in range(26) for second in range(26)]
    *_, end = why_not_started("".join(f"rasa    | said {name} and more\n" for name in names)).split(":\n", 1)
    assert len(end) <= MOST_CHARACTERS and end.startswith("rasa    | said ")


def test_whoever_waits_for_a_guide_that_ends_is_told_the_reason_in_the_first_line(tmp_path):
    log = tmp_path / "guide.log"
    said = WARNINGS + "There is no trained model: run `make train`.\n"
    with open(log, "wb") as output:
        process = subprocess.Popen([sys.executable, "-c", f"print({said!r}, end='')"], stdout=output)
    process.wait(20)
    with pytest.raises(NotReady) as failed:
        wait_until_ready("http://127.0.0.1:9", process, log)
    assert str(failed.value).splitlines()[0] == (
        "The guide did not start: There is no trained model: run `make train`."
    )


def test_a_guide_that_said_nothing_is_told_as_that():
    assert why_not_started("\n") == "it said nothing"
