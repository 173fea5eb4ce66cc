"""Attack a guide and print the table: `python -m bot.evaluation.attack [--only NAME] [--base URL] [--write]`."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import bot.evaluation.attack as package
from bot.evaluation.attack.guide.target import Elsewhere, Target, checked_base, no_guide, started_guide
from bot.evaluation.attack.kinds import ATTACKS, Attack, Outcome, Row
from bot.evaluation.attack.report import as_table, in_words, write
from bot.evaluation.system import NotReady

WELL_AGAIN_S = 20.0
# What is judged by time comes first and has the machine to itself.
ALONE = ("words.hostile_texts", "web.busy_address")
# Then these side by side, each row with a guide of its own; what reads all that was printed comes last in its row.
SIDE_BY_SIDE = (
    (
        "web.cross_site",
        "web.forwarded",
        "web.slow_connections",
        "web.accounts",
        "web.flooding",
        "words.redaction",
        "parts.danger",
        "words.marked_words",
    ),
    ("feeds.feeds", "parts.starting"),
    ("parts.parts_down", "parts.tracker_file", "parts.stuck_parts"),
)


class Guides:
    """The guide to attack; another is started where an attack left one that does not answer."""

    def __init__(self, base: str | None) -> None:
        self._base = base
        self._open = ExitStack()
        self._target: Target | None = None

    @property
    def are_given(self) -> bool:
        """Tell whether the guide was given by its address."""
        return self._base is not None

    def current(self) -> Target:
        """Return a guide that answers."""
        if self._target is None:
            self._target = Target(self._base) if self._base else self._open.enter_context(started_guide())
        return self._target

    def is_well_afterwards(self) -> bool:
        """Tell whether the guide answers soon after an attack; forget it where it does not."""
        if self._target is None or self._target.wait_until_well(WELL_AGAIN_S) is not None:
            return True
        if not self._base:
            self.close()
        return False

    def close(self) -> None:
        """Stop what was started."""
        self._open.close()
        self._open, self._target = ExitStack(), None


def load_attacks() -> list[Attack]:
    """Return every attack, subject by subject."""
    for module in [*ALONE, *(module for row in SIDE_BY_SIDE for module in row)]:
        importlib.import_module(f"{package.__name__}.{module}")
    return ATTACKS


def _of(modules: Sequence[str], attacks: Sequence[Attack]) -> list[Attack]:
    names = {f"{package.__name__}.{module}" for module in modules}
    return [attack for attack in attacks if attack.run.__module__ in names]


def make(attack: Attack, guides: Guides) -> Outcome:
    """Make one attack. One that cannot even be made has not shown that the guide holds. Raises NotReady without a guide."""
    target = no_guide() if attack.alone else guides.current()
    try:
        outcome = attack.run(target)
    except Exception as error:  # noqa: BLE001 - a missing part must not end the run: the row says so
        outcome = Outcome(False, f"could not be made: {type(error).__name__}: {str(error)[:160]}")
    if not attack.alone and not guides.is_well_afterwards():
        outcome = Outcome(False, f"{outcome.figures}; the guide did not answer afterwards")
    return outcome


def _all(attacks: Sequence[Attack], base: str | None) -> list[Row]:
    """Make the attacks, first those that need the machine to themselves. Raises NotReady where no guide starts."""
    with ExitStack() as open_guides, ThreadPoolExecutor(len(SIDE_BY_SIDE)) as threads:
        rows_guides = [Guides(base) for _ in SIDE_BY_SIDE]
        for guides in rows_guides:
            open_guides.callback(guides.close)
        rows = _some(_of(ALONE, attacks), rows_guides[0])
        running = [
            threads.submit(_some, _of(modules, attacks), guides)
            for modules, guides in zip(SIDE_BY_SIDE, rows_guides, strict=True)
        ]
        return rows + [row for each in running for row in each.result()]


def _some(attacks: Sequence[Attack], guides: Guides) -> list[Row]:
    rows = []
    for attack in attacks:
        since = time.monotonic()
        outcome = None if guides.are_given and (attack.inside or attack.alone) else make(attack, guides)
        rows.append(Row(attack, outcome))
        figures = f"\n          {outcome.figures}" if outcome else ""
        print(f"{in_words(outcome):9} {attack.name} ({time.monotonic() - since:.0f} s){figures}", flush=True)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the attacks; return 1 where the guide did not hold, 2 for an address elsewhere or an unknown name."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluation.attack", description=__doc__)
    parser.add_argument("--only", action="append", help="an attack's or a subject's name (may be given more than once)")
    parser.add_argument("--base", help="the address of a running guide on this machine; default: start one")
    parser.add_argument("--write", action="store_true", help="write the table into docs/security.md")
    chosen = parser.parse_args(arguments)
    attacks = load_attacks()
    if chosen.only:
        attacks = [each for each in attacks if {each.name, each.subject} & set(chosen.only)]
        if not attacks:
            print(f"There is no attack {', '.join(chosen.only)}.", file=sys.stderr)
            return 2
    began = time.monotonic()
    try:
        rows = _all(attacks, chosen.base and checked_base(chosen.base))
    except Elsewhere as refused:
        print(refused, file=sys.stderr)
        return 2
    except NotReady as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\n{as_table(rows)}\n\n{time.monotonic() - began:.0f} s in all")
    if chosen.write:
        write(rows)
    return 1 if any(row.outcome and not row.outcome.held for row in rows) else 0


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell in the background has it ignored
        signal.signal(number, lambda *_: sys.exit(130))
    sys.exit(main())
