"""The order of the rooms: arrows go down, and a contract breaks where one is drawn up."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.paths import ROOT

LINT = Path(sys.executable).with_name("lint-imports")
LONGEST_FILE = 400


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def copy(tmp_path):
    """A copy of the code alone, to draw arrows in."""
    for name in ("bot", "actions"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static", "templates")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_arrow_goes_down():
    found = lint(ROOT)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("file", "arrow", "contract"),
    [
        ("bot/handover/live.py", "from fastapi import Request", "HTTP only at the edge"),
        ("bot/handover/live.py", "from bot.gateway.web.problems import Problem", "Arrows between rooms go down"),
        ("bot/handover/form/pages.py", "from bot.gateway.chat import handover_pages", "Arrows between rooms go down"),
        ("bot/handover/referrals/store.py", "from bot.handover.form.steps import STEPS", "handover"),
        ("bot/turn/chat.py", "from bot.desk.build import add_desk", "Arrows between rooms go down"),
        ("bot/gateway/chat/pages.py", "from bot.nlu.ranking.decision import decide", "Only Rasa's environment imports bot.nlu"),
        ("bot/reading/context.py", "from bot.settings import settings", "Reading imports nothing of ours but paths"),
        ("bot/directory/records/writer.py", "from bot.directory.search.wanted import Wanted", "directory"),
    ],
)  # fmt: skip
def test_an_arrow_drawn_up_is_told(copy, file, arrow, contract):
    with open(copy / file, "a", encoding="utf-8") as code:
        code.write(f"\n{arrow}\n")
    found = lint(copy)
    assert found.returncode != 0
    broken = [line for line in found.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(contract in line for line in broken), broken


def test_no_file_is_too_long_to_read():
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "actions").rglob("*.py")]
    long = {
        str(file.relative_to(ROOT)): lines
        for file in files
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert not long, long


def test_no_room_holds_too_many_files():
    for room in {file.parent for file in (ROOT / "bot").rglob("*.py") if "migrations" not in file.parts}:
        files = [file for file in room.glob("*.py") if not file.name.startswith("__")]
        assert len(files) <= 18, f"{room.relative_to(ROOT)} holds {len(files)} files: cut it by job"
