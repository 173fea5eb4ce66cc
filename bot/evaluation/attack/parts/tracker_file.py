"""Rasa's trackers are disposable: a damaged file of them must not silence the guide, nor keep a family from erasing."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

from bot.evaluation.attack.guide.family import ORDINARY
from bot.evaluation.attack.guide.target import Target, started_guide
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack
from bot.evaluation.attack.parts.danger import ask_for_help

SUBJECT = "a damaged tracker file"
BACK_WITHIN_S = 100.0


def damage(file: Path, how: str) -> None:
    """Spoil a database file in one of several ways."""
    if how == "overwritten":
        file.write_bytes(os.urandom(max(file.stat().st_size, 8192)))
    elif how == "its middle":
        with open(file, "r+b") as opened:
            opened.seek(1024)
            opened.write(os.urandom(16384))
    elif how == "cut short":
        with open(file, "r+b") as opened:
            opened.truncate(3000)
    elif how == "no database":
        file.write_text("this is no database, and a long sentence " * 100)


def _while_running(target: Target, how: str) -> Outcome:
    family = target.family()
    family.say(ORDINARY)
    damage(target.folder / "trackers.db", how)
    target.signal("rasa", signal.SIGKILL)
    erased = family.send("DELETE", f"/api/chat/{family.token}")
    readable = target.family().send("GET", f"/api/chat/{family.token}")
    cases = [
        (f"erasing ({erased.status})", erased.status == 204),
        (f"readable after it ({readable.status})", readable.status in (400, 404, 410)),
        *ask_for_help(target, []),
    ]
    back = target.wait_until_well(BACK_WITHIN_S)
    cases.append(("answers again", back is not None))
    outcome = all_held(cases, "checks")
    return Outcome(outcome.held, f"{outcome.figures}; answers after {back or BACK_WITHIN_S:.0f} s")


_MUST = f"a chat can be erased at once, urgent help comes, and answers come again within {BACK_WITHIN_S:g} s"


@attack(SUBJECT, "trackers overwritten while running", "the file overwritten, Rasa killed", _MUST, inside=True)
def overwritten(target: Target) -> Outcome:
    """Overwrite the file with anything."""
    return _while_running(target, "overwritten")


@attack(SUBJECT, "trackers spoilt in the middle while running", "only some pages spoilt", _MUST, inside=True)
def middle(target: Target) -> Outcome:
    """Spoil some pages: the file still looks like a database."""
    return _while_running(target, "its middle")


@attack(
    SUBJECT,
    "a damaged tracker file at the start",
    "a file that is no database lies where the trackers belong",
    "the guide starts and answers; the spoilt file is put aside, not lost without a word",
    alone=True,
)
def at_the_start(target: Target) -> Outcome:
    """Start a guide on a file that is no database."""
    with tempfile.TemporaryDirectory(prefix="guide-attack-") as folder:
        file = Path(folder) / "trackers.db"
        damage(file, "no database")
        with started_guide(GUIDE_TRACKER_DATABASE=str(file)) as second:
            well = second.wait_until_well(30)
            kept = sorted(each.name for each in Path(folder).iterdir())
    return Outcome(
        well is not None, f"answered after {well if well is not None else 30:.1f} s; files: {', '.join(kept)}"
    )
