"""What Lighthouse says of the pages: `make lighthouse` runs it, writes docs/page.md and fails below the goals."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from typing import Any

from bot.evaluation.system import running_guide
from bot.paths import ROOT, VAR

PROGRAM = VAR / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
REPORT = ROOT / "docs" / "page.md"
PAGES = ("/", "/demo")
GOALS = {"accessibility": 100, "best-practices": 100, "performance": 95}
_PLACE = re.compile(r"(?<=<!-- lighthouse -->\n).*?(?=<!-- end -->)", re.S)


def scores(address: str) -> dict[str, Any]:
    """Return Lighthouse's report of a page, a phone on a slow line; raise CalledProcessError where it fails."""
    command = [str(PROGRAM), address, "--output=json", "--quiet", f"--only-categories={','.join(GOALS)}"]
    command += ["--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    return dict(json.loads(done.stdout))


def main() -> int:
    """Measure each page, write the table and return 1 where a goal is missed."""
    lines, missed = (
        ["| page | " + " | ".join(GOALS) + " | first paint | bytes |", "|---|" + "---|" * (len(GOALS) + 2)],
        0,
    )
    version = ""
    with running_guide() as address:
        for path in PAGES:
            report = scores(address + path)
            version = report["lighthouseVersion"]
            reached = {name: round(100 * report["categories"][name]["score"]) for name in GOALS}
            missed += sum(reached[name] < goal for name, goal in GOALS.items())
            paint = report["audits"]["first-contentful-paint"]["displayValue"].replace("\xa0", " ")
            weight = round(report["audits"]["total-byte-weight"]["numericValue"])
            lines.append(f"| `{path}` | {' | '.join(str(reached[name]) for name in GOALS)} | {paint} | {weight:,} |")
            failed = [item["id"] for item in report["audits"].values() if item.get("score") == 0]
            print(f"{path}: {reached}, at 0: {', '.join(failed) or 'nothing'}")
    table = "\n".join(lines)
    measured = f"Lighthouse {version}, {date.today().isoformat()}, phone on a slow line (its default):\n\n{table}\n"
    REPORT.write_text(_PLACE.sub(lambda _: measured, REPORT.read_text(encoding="utf-8")), encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
