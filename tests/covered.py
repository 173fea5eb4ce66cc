"""How much of the code the tests ran, in all and for each room: `python -m tests.covered`, after `pytest --cov`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from coverage import Coverage
from coverage.exceptions import NoDataError

from bot.paths import ROOT


def main() -> int:
    """Print a line for each room and one for all. Returns 1 where nothing was measured."""
    measured = Coverage()
    try:
        measured.load()
        measured.get_data().measured_files()
        lines, run = counted(measured)
    except NoDataError:
        lines, run = Counter(), Counter()
    if not lines:
        print("Nothing was measured: run `make coverage`.", file=sys.stderr)
        return 1
    for room in sorted(lines):
        print(f"{room:<20} {share(run[room], lines[room])} of {lines[room]} statements")
    print(f"{'all':<20} {share(run.total(), lines.total())} of {lines.total()} statements")
    return 0


def counted(measured: Coverage) -> tuple[Counter[str], Counter[str]]:
    """Count the statements of each room, and those that were run."""
    lines: Counter[str] = Counter()
    run: Counter[str] = Counter()
    for file in measured.get_data().measured_files():
        _, statements, _, missing, _ = measured.analysis2(file)
        room = room_of(Path(file).relative_to(ROOT))
        lines[room] += len(statements)
        run[room] += len(statements) - len(missing)
    return lines, run


def room_of(file: Path) -> str:
    """Return the room of a file: its folder in bot/, or the file itself where it stands alone there."""
    return "/".join(file.parts[:2]) if file.parts[0] == "bot" else file.parts[0]


def share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):5.1f}%"


if __name__ == "__main__":
    sys.exit(main())
